// Fidelity and variety against guidance, as they are measured: a point on each curve and a row of
// digits for every scale that is done.

import { make, setText } from "../../../shared/dom.js";
import { paintBytes, pixelCanvas, PIXELS } from "../../../stage/pixels.js";

const SCALES = 6, SHOWN = 12;
const WIDE = 430, HIGH = 300, LEFT = 46, RIGHT = 96, TOP = 16, BOTTOM = 40, MOST = 5;
const ROUND = (part) => `${Math.round(100 * part)} %`;

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  const { data } = component;
  if (root.address !== data.address) {
    root.address = data.address;
    root.hangUp?.abort();
    root.hangUp = new AbortController();
    begin(root, data, root.hangUp.signal);
  }
  return () => {
    root.hangUp?.abort();
    root.address = null;
  };
}

function begin(root, data, signal) {
  const chart = chartOf(), status = make("p.small.soft.status", { "aria-hidden": "true" }), spoken = make("p.unseen", { role: "status" });
  const rows = Array.from({ length: SCALES }, () => rowOf());
  root.replaceChildren(make("div.both", {},
    make("div.card", {}, make("h2", {}, `Guidance and the digit ${data.digit}`), chart.svg, make("p.small.soft", {}, data.said), status, spoken),
    make("div.card", {}, make("h2", {}, "The digits measured"), ...rows.map(({ line }) => line))));
  const done = [];
  setText(status, "The model is drawing …");
  setText(spoken, "Measuring.");
  read(data.address, signal, (found) => {
    if (found.before) setText(status, `${found.before} in line before you`);
    if (found.problem) throw new Error(found.problem);
    if (found.guidance === undefined) return;
    done.push(found);
    chart.show(done);
    rows[done.length - 1].show(found);
    setText(status, `${done.length} of ${SCALES} scales, ${found.count} digits each.` +
      (found.mnist ? "" : " MNIST is not here, so variety is counted in times of digits that our model drew."));
  }).then(() => {
    if (done.length < SCALES) throw new Error("The measurement broke off: press “Draw again” to start it again.");
    const first = done[1], last = done.at(-1);
    setText(spoken, `Measured. From guidance ${first.guidance} to ${last.guidance}, fidelity goes from ` +
      `${ROUND(first.fidelity)} to ${ROUND(last.fidelity)}, and variety from ${ROUND(first.variety)} to ${ROUND(last.variety)}.`);
  }).catch((error) => {
    if (signal.aborted) return;
    const said = error instanceof TypeError
      ? "The server cannot be reached: check the connection and press “Draw again”." : error.message;
    setText(status, said);
    setText(spoken, said);
  });
}

async function read(address, signal, take) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(await answer.text());
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (left + value).split("\n");
    left = lines.pop();
    lines.filter(Boolean).forEach((line) => take(JSON.parse(line)));
  }
}

const across = (guidance) => LEFT + (guidance / MOST) * (WIDE - LEFT - RIGHT);
const up = (part) => HIGH - BOTTOM - (Math.min(part, 1.25) / 1.25) * (HIGH - TOP - BOTTOM);

// Two curves that are told apart by their dashes and marks, since colours mean other things here.
function chartOf() {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": "Fidelity and variety against guidance" });
  for (const part of [0, 0.5, 1]) {
    svg.append(make("line.axis", { x1: LEFT, x2: WIDE - RIGHT, y1: up(part), y2: up(part) }),
      make("text", { x: LEFT - 6, y: up(part) + 5, "text-anchor": "end" }, ROUND(part)));
  }
  for (const guidance of [0, 1, 2, 3, 4, 5]) {
    svg.append(make("text", { x: across(guidance), y: HIGH - BOTTOM + 20, "text-anchor": "middle" }, String(guidance)));
  }
  svg.append(make("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 4, "text-anchor": "middle" }, "guidance"));
  const curves = ["fidelity", "variety"].map((name) => {
    const line = make(`path.${name}`, { d: "" }), marks = make("g"), label = make(`text.name`, { x: WIDE - RIGHT + 10 });
    svg.append(line, marks, label);
    return { name, line, marks, label };
  });
  const show = (done) => {
    for (const { name, line, marks, label } of curves) {
      const points = done.map((found) => [across(found.guidance), up(found[name])]);
      line.setAttribute("d", `M${points.map((point) => point.join(" ")).join("L")}`);
      marks.replaceChildren(...points.map(([x, y]) => name === "fidelity"
        ? make("circle.mark", { cx: x, cy: y, r: 5 })
        : make("rect.mark", { x: x - 4.5, y: y - 4.5, width: 9, height: 9 })));
      label.textContent = name;
      label.setAttribute("y", points.at(-1)[1] + 5);
    }
    // Where the two end close together, their names are moved apart.
    const [a, b] = curves.map(({ label }) => label), gap = +a.getAttribute("y") - +b.getAttribute("y");
    if (Math.abs(gap) < 18) b.setAttribute("y", +a.getAttribute("y") + 18);
    svg.setAttribute("aria-label", "Measured so far: " + done.map((found) =>
      `guidance ${found.guidance}: fidelity ${ROUND(found.fidelity)}, variety ${ROUND(found.variety)}`).join("; "));
  };
  return { svg, show };
}

function rowOf() {
  const label = make("span.number.scale"), canvases = Array.from({ length: SHOWN }, () => pixelCanvas(null));
  canvases.forEach((canvas) => canvas.classList.add("empty"));
  const line = make("div.lot", {}, label, ...canvases);
  const show = ({ guidance, fidelity, variety, pictures }) => {
    setText(label, `s = ${guidance}`);
    line.title = `fidelity ${ROUND(fidelity)}, variety ${ROUND(variety)}`;
    const greys = atob(pictures), one = new Uint8Array(PIXELS);
    canvases.forEach((canvas, k) => {
      for (let i = 0; i < PIXELS; i++) one[i] = greys.charCodeAt(k * PIXELS + i);
      canvas.classList.remove("empty");
      paintBytes(canvas, one);
    });
  };
  return { line, show };
}
