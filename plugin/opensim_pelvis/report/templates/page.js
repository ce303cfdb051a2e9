"use strict";
/* Ties the slider to skeleton, curves and the angle-angle plot. Without it the page is whole, but still. */
(function () {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const words = data.texts;
  const slider = document.getElementById("time");
  const play = document.getElementById("play");
  const STEP_MS = 60;
  const SVG = "http://www.w3.org/2000/svg";
  const marks = [];
  let timer = null;

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
      slider.value = String(at(event));
      move(percent());
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

  function draw(at) {
    const body = data.skeleton;
    if (!body) return;
    const frame = Math.round(at / 100 * (body.lines[0].points.length - 1));
    all("[data-picture]").forEach(function (svg) {
      const axes = data.views[svg.dataset.picture];
      svg.dataset.frame = String(frame);
      all("[data-line]", svg).forEach(function (line) {
        const part = body.lines[Number(line.dataset.line)];
        const leg = part.part === "right" || part.part === "left";
        const points = axes.thighs && leg ? part.points[frame].slice(0, 2) : part.points[frame];
        line.setAttribute("points", points.map(function (p) {
          return Math.round(1000 * p[axes.across]) + "," + Math.round(-1000 * p[axes.up]);
        }).join(" "));
      });
    });
  }

  function move(at) {
    draw(at);
    all("[data-follows]").forEach(function (figure) { show(figure, at); });
    slider.setAttribute("aria-valuetext", words.at.replace("{percent}", String(at)));
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

  function listen() {
    if (slider) {
      slider.addEventListener("input", function () { move(percent()); });
      play.addEventListener("click", function () { if (timer) { stop(); } else { start(); } });
    }
    const every = document.getElementById("every");
    if (every) every.addEventListener("change", function () { document.body.classList.toggle("all", every.checked); });
    window.addEventListener("hashchange", open);
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

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }

  all("[data-follows]").forEach(function (figure) {
    all(".canvas > svg", figure).forEach(function (svg) { addMark(svg, figure); });
  });
  listen();
  follow();
  if (slider) move(percent());
  if (location.hash) open();
  document.documentElement.dataset.ready = "yes";
})();
