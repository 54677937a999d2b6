// The whole of it in one drawing: data, through noise steps, to pure noise; and from fresh noise,
// through the model's steps, to a new picture. The nodes show this run's own pictures; the one that
// the timeline is at is lit, and choosing one goes there.

import { make } from "../../shared/dom.js";
import { paintBytes, pixelCanvas, PIXELS } from "../pixels.js";
import { follower, stageNamed } from "../stage.js";

const SHARES = [0, 0.25, 0.5, 0.75, 1];
const STEPS = 20; // of the run that greets whoever comes to the other page
const LEFT = 0.05; // of the digit, from which on it is not pure noise

export default function (component) {
  return follower(component, (root) => {
    const drawing = make("svg.diagram", { role: "group", "aria-label": "Diagram: forward from data to noise, reverse from noise to new data" });
    const words = make("p.unseen", {}, "Forward process, left to right: data, then more and more noise, up to pure noise. No model is " +
      "needed. Reverse process, right to left: fresh noise, then the model takes a little noise away at each step, up to a generated " +
      "picture. The generated picture is not the one that the forward process began with.");
    root.replaceChildren(drawing, words);
    let shown = null, nodes = [], wide = 0;
    const measure = () => Math.max(310, Math.min(980, Math.round(root.clientWidth)));
    new ResizeObserver(() => { if (wide && measure() !== wide) stageNamed(component.data.stage).changed(); }).observe(root);
    return (scene, index, stage) => {
      if (shown !== scene || measure() !== wide) {
        wide = measure();
        nodes = drawDiagram(drawing, wide, scene, stage);
        shown = scene;
      }
      const side = scene.side(index);
      let lit = null;
      for (const node of nodes) {
        if (!node.painted || node.painted !== scene.chosen) node.fill();
        if (node.side !== side || node.at === null) continue;
        if (!lit || Math.abs(node.at - index) < Math.abs(lit.at - index)) lit = node;
      }
      for (const node of nodes) {
        node.group.toggleAttribute("data-lit", node === lit);
        node.group.setAttribute("aria-current", node === lit ? "step" : "false");
      }
    };
  });
}

function drawDiagram(drawing, wide, scene, stage) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 17; // larger on slides
  const size = Math.min(84 * rem, (wide - 16 - 4 * 16) / 5), gap = (wide - 16 - 5 * size) / 4;
  const top = 30 * rem, low = top + size + 86 * rem, high = low + size + 46 * rem;
  drawing.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  drawing.replaceChildren();
  const text = (x, y, words, cls = "", anchor = "middle") => drawing.append(make(`text${cls}`, { x, y, "text-anchor": anchor }, words));
  const x = (place) => 8 + place * (size + gap);
  const narrow = wide < 480;
  text(8, 18 * rem, narrow ? "Forward process: no model" : "Forward process: noise is added. It needs no model.", ".noise-word", "start");
  text(8, high - 6, narrow ? "Reverse process: the model" : "Reverse process: the model takes noise away, step by step.", ".signal-word", "start");
  for (let i = 0; i < 4; i++) {
    drawing.append(arrow(x(i) + size + 2, top + size / 2, x(i + 1) - 3, top + size / 2, "noise-line"));
    drawing.append(arrow(x(i + 1) - 3, low + size / 2, x(i) + size + 2, low + size / 2, "signal-line"));
  }
  const middle = top + size + 43 * rem;
  text(x(0) + size / 2, top + size + 18 * rem, "data");
  text(x(4) + size / 2, top + size + 18 * rem, lastName(scene));
  text(x(0) + size / 2, low - 9, narrow ? "generated" : "generated data");
  text(x(4) + size / 2, low - 9, "fresh noise");
  text(x(0) + size / 2, middle + 4, "≠", ".unequal");
  text(x(2) + size / 2, middle + 4, narrow ? "the end is not the start" : "The end is not the start: what comes back was never there.", ".aside");
  const nodes = [];
  for (const side of ["forward", "reverse"]) {
    SHARES.forEach((share, i) => {
      const left = side === "forward" ? x(i) : x(4 - i), y = side === "forward" ? top : low;
      const at = scene.momentAt(side, share);
      const picture = make("image", { x: left, y, width: size, height: size, class: "pixels-in" });
      const group = make("g.node", { tabindex: 0, role: "button", "aria-label": nodeName(scene, side, i) },
        make("rect.back", { x: left - 3, y: y - 3, width: size + 6, height: size + 6, rx: 9 }), picture);
      const node = { side, at, group, painted: null };
      node.fill = () => {
        if (!paintMoment(scene, side, share, i, picture)) return;
        node.painted = scene.chosen;
      };
      const go = () => {
        if (at === null) { location.href = `${side}?${side === "forward" ? `t=${1000 * share}` : `step=${STEPS * share}`}`; return; }
        stage.take?.();
        stage.moveTo(at);
        stage.settled?.();
      };
      group.onclick = go;
      group.onkeydown = (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        go();
      };
      drawing.append(group);
      nodes.push(node);
    });
  }
  return nodes;
}

// A short schedule ends before the digit is gone.
function lastName(scene) {
  const end = scene.momentAt("forward", 1), left = end === null ? 0 : scene.amounts(end)[0];
  return left > LEFT ? "the last step" : "pure noise";
}

function nodeName(scene, side, i) {
  const names = side === "forward"
    ? ["data", "a little noise", "half of the way", "much noise", lastName(scene)]
    : ["fresh noise", "a little cleared", "half of the way", "three quarters of the way", "generated data"];
  return `${side === "forward" ? "Forward" : "Reverse"}: ${names[i]}`;
}

let drawnOn = null;
const scratch = () => (drawnOn ??= pixelCanvas(null));

function paintMoment(scene, side, share, i, picture) {
  const canvas = scratch(), at = scene.momentAt(side, share);
  if (at === null) paintBytes(canvas, scene.other.subarray(i * PIXELS, (i + 1) * PIXELS));
  else if (scene.lanes && scene.reached < at) return false;
  else scene.paint(canvas, at);
  picture.setAttribute("href", canvas.toDataURL());
  return true;
}

function arrow(x0, y0, x1, y1, kind) {
  const way = Math.sign(x1 - x0);
  return make("path", { class: `arrow ${kind}`, d: `M${x0} ${y0}H${x1}m${-6 * way} -5l${6 * way} 5l${-6 * way} 5` });
}
