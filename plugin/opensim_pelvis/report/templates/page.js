"use strict";
/* Draws the figures and ties the slider to skeleton, curves and the angle-angle plot. */
(function () {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const words = data.texts;
  const slider = document.getElementById("time");
  const play = document.getElementById("play");
  const plots = {};
  const STEP_MS = 60;
  const PAPER_PX = 680; // between the margins of A4
  let timer = null;

  /* On a narrow screen words inside a figure are broken into short lines. */
  function wrap(text, most) {
    return text.split(" ").reduce(function (lines, word) {
      const last = lines[lines.length - 1];
      if (last && (last + " " + word).length <= most) { lines[lines.length - 1] = last + " " + word; } else { lines.push(word); }
      return lines;
    }, []).join("<br>");
  }

  function narrow(spec) {
    (spec.layout.annotations || []).forEach(function (note) { note.text = wrap(note.text, note.yref === "paper" ? 12 : 26); });
    if ((spec.layout.annotations || []).some(function (note) { return note.yref === "paper"; })) spec.layout.margin.t = 40;
    spec.data.forEach(function (trace) { if (trace.name) trace.name = wrap(trace.name, 32); });
  }

  function canTurn() {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  }

  function draw(div) {
    const name = div.dataset.figure;
    if (name === "skeleton" && !canTurn()) {
      div.textContent = words.no_webgl;
      document.querySelectorAll("[data-camera]").forEach(function (button) { button.hidden = true; });
      return Promise.resolve();
    }
    const spec = data.figures[name];
    const still = name !== "skeleton";
    if (still && div.clientWidth < 420) narrow(spec);
    const config = {
      responsive: true, displaylogo: false, displayModeBar: still ? "hover" : false, scrollZoom: !still,
      modeBarButtons: [["toImage"]], locale: "report", // no button that sends a chart away
    };
    return Plotly.newPlot(div, spec.data, spec.layout, config).then(function () {
      plots[name] = div;
      if (name.startsWith("curve-") || name === "counter-time") addMark(div, "cursor");
      if (name === "counter-angle") addMark(div, "dot");
      div.on("plotly_afterplot", place);
    });
  }

  function addMark(div, kind) {
    const mark = document.createElement("div");
    mark.className = kind;
    mark.setAttribute("aria-hidden", "true");
    div.parentElement.appendChild(mark);
    div.mark = mark;
  }

  function percent() { return slider ? Number(slider.value) : 0; }

  function place() {
    const at = percent();
    Object.keys(plots).forEach(function (name) {
      const div = plots[name];
      if (!div.mark || !div._fullLayout) return;
      const x = div._fullLayout.xaxis, y = div._fullLayout.yaxis;
      if (name === "counter-angle") {
        div.mark.style.left = (x._offset + x.d2p(data.pair[0][at])) + "px";
        div.mark.style.top = (y._offset + y.d2p(data.pair[1][at])) + "px";
      } else {
        div.mark.style.left = (x._offset + x.d2p(at)) + "px";
        div.mark.style.top = y._offset + "px";
        div.mark.style.height = y._length + "px";
      }
      div.mark.dataset.percent = String(at);
    });
  }

  function read(at) {
    document.querySelectorAll("[data-readout]").forEach(function (line) {
      const sides = data.curves[line.dataset.readout];
      line.textContent = at + " %: " + Object.keys(sides).map(function (side) {
        return words.curves[side] + " " + sides[side][at].toFixed(1).replace("-", "\u2212").replace(".", words.decimal) + "\u00b0";
      }).join(", ");
    });
  }

  function move(at) {
    const body = data.skeleton;
    if (body) {
      const frame = Math.round(at / 100 * (body.lines[0].points.length - 1));
      document.querySelectorAll("[data-picture]").forEach(function (svg) {
        const axes = data.views[svg.dataset.picture];
        svg.dataset.frame = String(frame);
        svg.querySelectorAll("[data-line]").forEach(function (line) {
          const part = body.lines[Number(line.dataset.line)];
          const leg = part.part === "right" || part.part === "left";
          const points = axes.thighs && leg ? part.points[frame].slice(0, 2) : part.points[frame];
          line.setAttribute("points", points.map(function (p) {
            return Math.round(1000 * p[axes.across]) + "," + Math.round(-1000 * p[axes.up]);
          }).join(" "));
        });
      });
      if (plots.skeleton) {
        const now = body.lines.map(function (line) { return line.points[frame]; });
        const column = function (axis, sign) { return now.map(function (points) { return points.map(function (p) { return sign * p[axis]; }); }); };
        Plotly.restyle(plots.skeleton, { x: column(0, 1), y: column(2, -1), z: column(1, 1) });
        plots.skeleton.dataset.frame = String(frame);
      }
    }
    place();
    read(at);
    const said = words.at.replace("{percent}", String(at));
    slider.setAttribute("aria-valuetext", said);
    document.getElementById("time-value").textContent = at + " %";
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = words.play;
    play.setAttribute("aria-pressed", "false");
  }

  function start() {
    play.textContent = words.pause;
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(function () {
      slider.value = String((percent() + 2) % 102);
      move(percent());
    }, STEP_MS);
  }

  const CAMERAS = {
    above: { eye: { x: 0, y: 0, z: 2 }, up: { x: 1, y: 0, z: 0 } },
    behind: { eye: { x: -2, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } },
    side: { eye: { x: 0, y: -2, z: 0 }, up: { x: 0, y: 0, z: 1 } },
  };

  function listen() {
    if (slider) {
      slider.addEventListener("input", function () { move(percent()); });
      play.addEventListener("click", function () { if (timer) { stop(); } else { start(); } });
    }
    document.querySelectorAll("[data-camera]").forEach(function (button) {
      button.addEventListener("click", function () {
        const camera = Object.assign({ projection: { type: "orthographic" } }, CAMERAS[button.dataset.camera]);
        Plotly.relayout(plots.skeleton, { "scene.camera": camera });
      });
    });
    const every = document.getElementById("every");
    if (every) {
      every.addEventListener("change", function () {
        Object.keys(plots).filter(function (name) { return name.startsWith("curve-"); }).forEach(function (name) {
          const rows = [];
          plots[name].data.forEach(function (trace, i) { if (trace.meta === "every stride") rows.push(i); });
          if (rows.length) Plotly.restyle(plots[name], { visible: every.checked }, rows);
        });
      });
    }
    window.addEventListener("hashchange", open);
    window.addEventListener("resize", place);
    window.addEventListener("beforeprint", function () { fit(PAPER_PX); });
    window.addEventListener("afterprint", function () { fit(null); });
  }

  function follow() {
    const bar = document.getElementById("control");
    const tied = ["motion", "curves", "counter"].map(function (id) { return document.getElementById(id); }).filter(Boolean);
    if (!bar || !tied.length) return;
    const seen = new Set();
    const observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) { if (entry.isIntersecting) { seen.add(entry.target); } else { seen.delete(entry.target); } });
      bar.hidden = !seen.size && !bar.contains(document.activeElement);
    });
    tied.forEach(function (section) { observer.observe(section); });
  }

  /* Paper is narrower than most screens, and its layout comes after this event. */
  function fit(paper) {
    Object.keys(plots).forEach(function (name) {
      if (name === "skeleton") return;
      const half = plots[name].closest(".grid");
      Plotly.relayout(plots[name], { width: paper && (half ? Math.floor((paper - 22) / 2) : paper), autosize: !paper });
    });
  }

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }

  Plotly.register({ moduleType: "locale", name: "report", dictionary: { "Download plot as a PNG": words.save }, format: {} });
  const drawn = Array.from(document.querySelectorAll("[data-figure]")).map(draw);
  Promise.all(drawn).then(function () {
    listen();
    follow();
    if (slider) move(percent());
    if (location.hash) open();
    document.documentElement.dataset.ready = "yes";
  });
})();
