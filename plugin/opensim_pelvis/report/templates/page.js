"use strict";
/* Ties the slider to skeleton, curves and the angle-angle plot. Without it the page is whole, but still. */
(function () {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const words = data.texts;
  const slider = document.getElementById("time");
  const play = document.getElementById("play");
  const pace = document.getElementById("pace");
  const body = data.body;
  const CALM_MS = 600;
  const SVG = "http://www.w3.org/2000/svg";
  const marks = [];
  let ticking = null;
  let time = 0;

  function percent() { return slider ? Number(slider.value) : 0; }

  function all(query, within) { return Array.from((within || document).querySelectorAll(query)); }

  /* A mark in a chart, and where values stand in it: the chart tells its box and the ends of its axes. */
  function addMark(svg, figure) {
    const box = svg.dataset.box.split(" ").map(Number), ends = svg.dataset.ends.split(" ").map(Number);
    const onPair = figure.dataset.follows === "pair";
    const node = document.createElementNS(SVG, onPair ? "circle" : "line");
    node.setAttribute("class", onPair ? "dot" : "cursor");
    if (onPair) node.setAttribute("r", "3.4");
    svg.appendChild(node);
    const across = function (x) { return box[0] + box[2] * (x - ends[0]) / (ends[1] - ends[0]); };
    const up = function (y) { return box[1] + box[3] * (1 - (y - ends[2]) / (ends[3] - ends[2])); };
    const put = function (at) {
      if (onPair) {
        node.setAttribute("cx", across(data.pair[0][at]));
        node.setAttribute("cy", up(data.pair[1][at]));
      } else {
        const x = across(at);
        Object.entries({ x1: x, x2: x, y1: box[1], y2: box[1] + box[3] }).forEach(function (pair) { node.setAttribute(pair[0], pair[1]); });
      }
      node.dataset.percent = String(at);
    };
    marks.push({ figure: figure, put: put });
    if (!onPair) point(svg, figure, box, ends);
  }

  /* A pointer over a curve shows the values there; a click takes the whole page there. */
  function point(svg, figure, box, ends) {
    const at = function (event) {
      const seen = svg.getBoundingClientRect();
      const x = (event.clientX - seen.left) / seen.width * svg.viewBox.baseVal.width;
      const value = ends[0] + (ends[1] - ends[0]) * (x - box[0]) / box[2];
      return Math.min(100, Math.max(0, Math.round(value)));
    };
    svg.addEventListener("pointermove", function (event) { show(figure, at(event)); });
    svg.addEventListener("pointerleave", function () { show(figure, percent()); });
    svg.addEventListener("click", function (event) {
      if (!slider) return;
      move(at(event));
    });
  }

  function show(figure, at) {
    marks.forEach(function (mark) { if (mark.figure === figure) mark.put(at); });
    all("[data-readout]", figure.parentElement).forEach(function (line) { read(line, at); });
  }

  function read(line, at) {
    const sides = data.curves[line.dataset.readout];
    line.textContent = at + " %: " + Object.keys(sides).map(function (side) {
      return words.curves[side] + " " + sides[side][at].toFixed(1).replace("-", "\u2212").replace(".", words.decimal) + "\u00b0";
    }).join(", ");
  }

  /* Where a point of a solid is: its anchor's origin, and so far along the anchor's axes. */
  function stand(point, instant) {
    const all = body.anchors[point[0]], low = Math.floor(instant), high = Math.min(low + 1, all.length - 1);
    const part = instant - low;
    const now = all[low].map(function (value, k) { return value + part * (all[high][k] - value); });
    const local = point.slice(1, 4);
    return [0, 1, 2].map(function (k) {
      return now[k] + (now.length > 3 ? local[0] * now[3 + k] + local[1] * now[6 + k] + local[2] * now[9 + k] : local[k]);
    });
  }

  /* What goes to the right, up and towards the viewer. */
  function axesOf(camera) {
    const a = camera[0] * Math.PI / 180, e = camera[1] * Math.PI / 180;
    const right = [Math.sin(a), 0, Math.cos(a)];
    const towards = [-Math.cos(e) * Math.cos(a), Math.sin(e), Math.cos(e) * Math.sin(a)];
    const up = [0, 1, 2].map(function (k) {
      const i = (k + 1) % 3, j = (k + 2) % 3;
      return towards[i] * right[j] - towards[j] * right[i];
    });
    return [right, up, towards];
  }

  function hull(points) {
    points.sort(function (p, q) { return p[0] - q[0] || p[1] - q[1]; });
    const half = function (list) {
      const out = [];
      list.forEach(function (p) {
        while (out.length > 1) {
          const a = out[out.length - 2], b = out[out.length - 1];
          if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0) break;
          out.pop();
        }
        out.push(p);
      });
      return out.slice(0, -1);
    };
    return half(points).concat(half(points.slice().reverse()));
  }

  function path(points) {
    return "M" + points.map(function (p) { return Math.round(1000 * p[0]) + " " + Math.round(-1000 * p[1]); }).join("L");
  }

  /* The part of a closed line that is nearer than its middle, in one piece or more. */
  function near(points) {
    const middle = points.reduce(function (sum, p) { return sum + p[2]; }, 0) / points.length;
    const seen = points.map(function (p) { return p[2] >= middle; });
    const runs = [];
    points.forEach(function (_, k) {
      if (!seen[k] || seen[(k + points.length - 1) % points.length]) return;
      const run = [];
      for (let n = 0; n < points.length && seen[(k + n) % points.length]; n++) run.push(points[(k + n) % points.length]);
      if (run.length > 1) runs.push(run);
    });
    return runs;
  }

  function drawSolid(node, solid, axes, instant, plan) {
    const seen = function (point) {
      const p = stand(point, instant);
      return axes.map(function (axis) { return axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2]; });
    };
    const balls = solid.balls.map(seen), edge = [];
    node.depth = balls.reduce(function (sum, p) { return sum + p[2]; }, 0) / balls.length - solid.behind;
    if (plan) {
      node.firstChild.setAttribute("d", solid.plan.map(function (line) { return path(line.map(seen)) + "Z"; }).join(""));
      return;
    }
    balls.forEach(function (p, k) {
      const radius = solid.balls[k][4];
      for (let n = 0; n < (radius ? body.circle : 1); n++) {
        const turn = 2 * Math.PI * n / body.circle;
        edge.push([p[0] + radius * Math.cos(turn), p[1] + radius * Math.sin(turn)]);
      }
    });
    node.firstChild.setAttribute("d", path(hull(edge)) + "Z");
    node.lastChild.setAttribute("d", solid.belts.map(function (belt) { return near(belt.map(seen)).map(path).join(""); }).join(""));
  }

  function draw(at) {
    if (!body) return;
    const instant = at / 100 * (body.frames - 1);
    all("[data-picture]").forEach(function (svg) {
      const camera = body.cameras[svg.dataset.picture], axes = axesOf(camera);
      const group = svg.querySelector("[data-solids]"), nodes = all("[data-solid]", group);
      svg.dataset.frame = String(Math.round(instant));
      nodes.forEach(function (node) { drawSolid(node, body.solids[Number(node.dataset.solid)], axes, instant, camera[2]); });
      if (!camera[2]) nodes.sort(function (a, b) { return a.depth - b.depth; }).forEach(function (node) { group.appendChild(node); });
    });
    Object.entries(body.arcs).forEach(function (pair) { turnHand(pair[0], pair[1], instant); });
  }

  function turnHand(part, arc, instant) {
    const turn = arc.turns[Math.round(instant)] * Math.PI / 180;
    const ends = body.radii.map(function (r) { return [arc.side * r * Math.cos(turn), arc.side * r * Math.sin(turn)]; });
    all("[data-arc=" + part + "]").forEach(function (node) { node.setAttribute("d", path(ends)); });
    all("[data-dot=" + part + "]").forEach(function (node) {
      node.setAttribute("cx", Math.round(1000 * ends[1][0]));
      node.setAttribute("cy", Math.round(-1000 * ends[1][1]));
    });
  }

  /* The last picture is turned by dragging or with the arrow keys. */
  function turnable(svg) {
    const camera = body.cameras.turned;
    const turn = function (across, up) {
      camera[0] = (camera[0] + across) % 360;
      camera[1] = Math.max(-10, Math.min(90, camera[1] + up));
      draw(time);
    };
    let held = null;
    svg.tabIndex = 0;
    svg.addEventListener("pointerdown", function (event) { held = [event.clientX, event.clientY]; svg.setPointerCapture(event.pointerId); });
    svg.addEventListener("pointermove", function (event) {
      if (!held) return;
      turn(-0.6 * (event.clientX - held[0]), 0.6 * (event.clientY - held[1]));
      held = [event.clientX, event.clientY];
    });
    ["pointerup", "pointercancel"].forEach(function (name) { svg.addEventListener(name, function () { held = null; }); });
    svg.addEventListener("keydown", function (event) {
      const step = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] }[event.key];
      if (!step) return;
      event.preventDefault();
      turn(step[0], step[1]);
    });
  }

  function move(at) {
    time = at;
    draw(at);
    const whole = Math.round(at / 2) * 2;
    slider.value = String(whole);
    all("[data-follows]").forEach(function (figure) { show(figure, whole); });
    slider.setAttribute("aria-valuetext", words.at.replace("{percent}", String(whole)));
    document.getElementById("time-value").textContent = whole + " %";
  }

  function stop() {
    cancelAnimationFrame(ticking);
    ticking = null;
    play.textContent = words.play;
    play.setAttribute("aria-pressed", "false");
  }

  /* At true speed a stride takes as long as it took; who wants less motion sees it in steps of a tenth. */
  function start() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let before = null;
    const tick = function (now) {
      const past = before === null ? 0 : now - before;
      if (before === null || !calm || past > CALM_MS) {
        const part = calm ? (before === null ? 0 : 10) : past / 10 / (body ? body.duration_s : 1) * Number(pace.value);
        before = now;
        move((time + part) % 100);
      }
      ticking = requestAnimationFrame(tick);
    };
    play.textContent = words.pause;
    play.setAttribute("aria-pressed", "true");
    ticking = requestAnimationFrame(tick);
  }

  function listen() {
    if (slider) {
      slider.addEventListener("input", function () { move(percent()); });
      play.addEventListener("click", function () { if (ticking) { stop(); } else { start(); } });
    }
    const every = document.getElementById("every");
    if (every) every.addEventListener("change", function () { document.body.classList.toggle("all", every.checked); });
    window.addEventListener("hashchange", open);
  }

  function follow() {
    const bar = document.getElementById("control");
    const tied = ["headline", "motion", "curves", "counter"].map(function (id) { return document.getElementById(id); }).filter(Boolean);
    if (!bar || !tied.length) return;
    const seen = new Set();
    const observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) { if (entry.isIntersecting) { seen.add(entry.target); } else { seen.delete(entry.target); } });
      bar.hidden = !seen.size && !bar.contains(document.activeElement);
    });
    tied.forEach(function (section) { observer.observe(section); });
  }

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }

  all("[data-follows]").forEach(function (figure) {
    all(".canvas > svg", figure).forEach(function (svg) { addMark(svg, figure); });
  });
  all("[data-picture=turned]").forEach(turnable);
  listen();
  follow();
  if (slider) move(percent());
  if (location.hash) open();
  document.documentElement.dataset.ready = "yes";
})();
