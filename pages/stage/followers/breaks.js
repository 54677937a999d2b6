// Where the analogy breaks, shown: fog beside noise, or one big step beside many small ones.

import { across, dotAt, label, linear, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";
import { minus } from "../../shared/numbers.js";
import { paintBytes, paintValues, pixelCanvas, PIXELS, SIDE } from "../pixels.js";
import { follower } from "../stage.js";

const SHOWS = { grain: buildGrain, shrink: buildShares, once: buildBigStep };

export default function (component) {
  return follower(component, (root, data) => SHOWS[data.show](root));
}

// Fog is smooth, noise is independent in each pixel: how alike are neighbours?
function buildGrain(root) {
  const fog = pixelCanvas("A patch of fog"), noise = pixelCanvas("A patch of noise");
  const smooth = swirls(), near = (values) => minus(neighbours(values).toFixed(2));
  const alike = make("b.number");
  root.replaceChildren(make("div.pair", {},
    make("figure", {}, fog, make("figcaption", {}, "fog: neighbours alike by ", make("b.number", {}, near(smooth)))),
    make("figure", {}, noise, make("figcaption.noise", {}, "noise: neighbours alike by ", alike))));
  paintValues(fog, smooth);
  return (scene) => {
    paintValues(noise, scene.there.eps);
    setText(alike, near(scene.there.eps));
  };
}

// Broad waves, as fog has them.
function swirls() {
  const values = new Float32Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const x = i % SIDE, y = Math.floor(i / SIDE);
    values[i] = 0.75 * Math.sin(x / 6.1 + Math.cos(y / 5.3)) * Math.cos(y / 7.7 - x / 19);
  }
  return values;
}

// The correlation of pixels with the ones to their right.
function neighbours(values) {
  let n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (let i = 0; i < PIXELS; i++) {
    if (i % SIDE === SIDE - 1) continue;
    const x = values[i], y = values[i + 1];
    n++; a += x; b += y; aa += x * x; bb += y * y; ab += x * y;
  }
  return (ab / n - (a / n) * (b / n)) / Math.sqrt((aa / n - (a / n) ** 2) * (bb / n - (b / n) ** 2));
}

// The model's first guess is what one big step would give; beside it, what many steps gave.
function buildBigStep(root) {
  const big = pixelCanvas("One big step from pure noise: the model's first guess"), small = pixelCanvas("Many small steps");
  const caption = make("figcaption");
  root.replaceChildren(make("div.pair", {},
    make("figure", {}, big, make("figcaption", {}, "one big step")),
    make("figure", {}, small, caption)));
  return (scene) => {
    const lane = scene.lanes[0], which = Math.min(scene.chosen, lane.count - 1);
    paintBytes(big, lane.picture(lane.got[0], which, 1));
    paintBytes(small, lane.picture(lane.got[lane.got.length - 1], which, 0));
    setText(caption, `${lane.steps} small steps`);
  };
}

// The two amounts over the forward half, and where the timeline is.
function buildShares(root) {
  const px = linear(0, 1, 8, 392), py = linear(0, 1, 112, 12);
  const path = (amount) => through(Array.from({ length: 61 }, (_, i) => [px(i / 60), py(amount((Math.PI / 2) * (i / 60)))]));
  const signal = make("circle.signal-dot", { r: 6 }), noise = make("circle.noise-dot", { r: 6 });
  root.replaceChildren(make("svg", { viewBox: "0 0 400 134", role: "img", "aria-label": "The digit's share falls from 1 to 0 while the noise's share rises from 0 to 1" },
    across(112, 8, 392),
    make("path.signal-line", { d: path(Math.cos) }), make("path.noise-line", { d: path(Math.sin) }), signal, noise,
    label(8, 130, "clean"), label(392, 130, "noise", "end")));
  return (scene, index) => {
    const [alpha, sigma] = scene.amounts(index), part = Math.atan2(sigma, alpha) / (Math.PI / 2);
    dotAt(signal, px(part), py(alpha));
    dotAt(noise, px(part), py(sigma));
  };
}
