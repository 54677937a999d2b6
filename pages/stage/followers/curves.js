// How much of each: the two amounts as bars and as curves over the timeline, and their ratio.

import { across, dotAt, label, linear, standAt, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";
import { minus, ratioInWords } from "../../shared/numbers.js";
import { follower } from "../stage.js";

const LEFT = 8, RIGHT = 392, TOP = 12, BOTTOM = 112;
const px = linear(0, 1, LEFT, RIGHT), py = linear(0, 1, BOTTOM, TOP);

function curve(values) {
  const every = Math.max(1, Math.floor(values.length / 200));
  const points = [];
  for (let i = 0; i < values.length; i += every) points.push([i, values[i]]);
  points.push([values.length - 1, values[values.length - 1]]);
  return through(points.map(([i, value]) => [px(i / (values.length - 1)), py(value)]));
}

function bar(kind, name, sign) {
  const value = make("b.number"), fill = make("div.fill");
  const row = make(`div.amount.${kind}`, {}, make("span.name", {}, name, make("i", {}, sign)),
    make("div.track", {}, fill), value);
  return { row, set: (amount) => { setText(value, amount.toFixed(3)); fill.style.transform = `scaleX(${amount})`; } };
}

export default function (component) {
  return follower(component, (root) => {
    const digit = bar("signal", "digit ", "√ᾱ"), noise = bar("noise", "noise ", "√(1−ᾱ)");
    const signalPath = make("path.signal-line"), noisePath = make("path.noise-line");
    const marker = make("line.marker", { y1: TOP - 8, y2: BOTTOM });
    const signalDot = make("circle.signal-dot", { r: 6 }), noiseDot = make("circle.noise-dot", { r: 6 });
    const ratio = make("b.number"), logRatio = make("span.number");
    const drawing = make("svg", { viewBox: "0 0 400 132", role: "img", "aria-label": "Amounts of digit and noise over the timeline" },
      across(BOTTOM, LEFT, RIGHT), signalPath, noisePath, marker, signalDot, noiseDot,
      label(LEFT, 129, "clean"), label(RIGHT, 129, "noise", "end"));
    root.replaceChildren(make("h2", {}, "How much of each"), digit.row, noise.row, drawing,
      make("p.ratio", {}, "signal-to-noise ratio ᾱ/(1−ᾱ): ", ratio, make("span.soft", {}, " · ln ", logRatio)));
    let shown = null;
    return (scene, index) => {
      const a = scene.alpha[index], s = scene.sigma[index], x = px(index / scene.last);
      if (shown !== scene) {
        signalPath.setAttribute("d", curve(scene.alpha));
        noisePath.setAttribute("d", curve(scene.sigma));
        shown = scene;
      }
      digit.set(a);
      noise.set(s);
      standAt(marker, x);
      dotAt(signalDot, x, py(a));
      dotAt(noiseDot, x, py(s));
      const snr = scene.snr(index), log = Math.log(snr);
      setText(ratio, ratioInWords(snr));
      setText(logRatio, isFinite(log) ? minus(log.toFixed(1)) : log > 0 ? "∞" : "−∞");
    };
  });
}
