// Fidelity and variety against guidance, as they are measured: a point on each curve and a row of
// digits for every scale that is done.

import { across, label, linear, through } from "../../../shared/axes.js";
import { fromBase64 } from "../../../shared/base64.js";
import { make, setText } from "../../../shared/dom.js";
import { percent } from "../../../shared/numbers.js";
import { Incoming, stream } from "../../../shared/stream.js";
import { paintBytes, pixelCanvas, PIXELS } from "../../../stage/pixels.js";

const SCALES = 6, SHOWN = 12;
const WIDE = 430, HIGH = 300, LEFT = 46, RIGHT = 96, TOP = 16, BOTTOM = 40, MOST = 5;

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
      `${percent(first.fidelity)} to ${percent(last.fidelity)}, and variety from ${percent(first.variety)} to ${percent(last.variety)}.`);
  }).catch((error) => {
    if (signal.aborted) return;
    const said = error.message;
    setText(status, said);
    setText(spoken, said);
  });
}

async function read(address, signal, take) {
  const incoming = new Incoming();
  await stream(address, (bytes) => {
    incoming.add(bytes);
    for (let line; (line = incoming.line());) take(line);
  }, "press “Draw again”", { signal });
}

const px = linear(0, MOST, LEFT, WIDE - RIGHT), py = linear(0, 1.25, HIGH - BOTTOM, TOP, true);

// Two curves that are told apart by their dashes and marks, since colours mean other things here.
function chartOf() {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": "Fidelity and variety against guidance" });
  for (const part of [0, 0.5, 1]) {
    svg.append(across(py(part), LEFT, WIDE - RIGHT), label(LEFT - 6, py(part) + 5, percent(part), "end"));
  }
  for (const guidance of [0, 1, 2, 3, 4, 5]) {
    svg.append(label(px(guidance), HIGH - BOTTOM + 20, String(guidance), "middle"));
  }
  svg.append(label((LEFT + WIDE - RIGHT) / 2, HIGH - 4, "guidance", "middle"));
  const curves = ["fidelity", "variety"].map((name) => {
    const line = make(`path.${name}`, { d: "" }), marks = make("g"), title = make("text.name", { x: WIDE - RIGHT + 10 });
    svg.append(line, marks, title);
    return { name, line, marks, title };
  });
  const show = (done) => {
    for (const { name, line, marks, title } of curves) {
      const points = done.map((found) => [px(found.guidance), py(found[name])]);
      line.setAttribute("d", through(points));
      marks.replaceChildren(...points.map(([x, y]) => name === "fidelity"
        ? make("circle.mark", { cx: x, cy: y, r: 5 })
        : make("rect.mark", { x: x - 4.5, y: y - 4.5, width: 9, height: 9 })));
      title.textContent = name;
      title.setAttribute("y", points.at(-1)[1] + 5);
    }
    // Where the two end close together, their names are moved apart.
    const [a, b] = curves.map(({ title }) => title), gap = +a.getAttribute("y") - +b.getAttribute("y");
    if (Math.abs(gap) < 18) b.setAttribute("y", +a.getAttribute("y") + 18);
    svg.setAttribute("aria-label", "Measured so far: " + done.map((found) =>
      `guidance ${found.guidance}: fidelity ${percent(found.fidelity)}, variety ${percent(found.variety)}`).join("; "));
  };
  return { svg, show };
}

function rowOf() {
  const scale = make("span.number.scale"), canvases = Array.from({ length: SHOWN }, () => pixelCanvas(null));
  canvases.forEach((canvas) => canvas.classList.add("empty"));
  const line = make("div.lot", {}, scale, ...canvases);
  const show = ({ guidance, fidelity, variety, pictures }) => {
    setText(scale, `s = ${guidance}`);
    line.title = `fidelity ${percent(fidelity)}, variety ${percent(variety)}`;
    const greys = fromBase64(pictures);
    canvases.forEach((canvas, k) => {
      canvas.classList.remove("empty");
      paintBytes(canvas, greys.subarray(k * PIXELS, (k + 1) * PIXELS));
    });
  };
  return { line, show };
}
