// Noise roughens, blur smooths: the same digit under both, at the same point of the timeline.

import { make } from "../../shared/dom.js";
import { paintValues, pixelCanvas, PIXELS, SIDE } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const noisy = pixelCanvas("The digit under noise"), soft = pixelCanvas("The digit blurred");
    root.replaceChildren(make("div.pair", {},
      make("figure", {}, noisy, make("figcaption.noise", {}, "under noise")),
      make("figure", {}, soft, make("figcaption", {}, "blurred"))));
    return (scene, index) => {
      scene.paint(noisy, index);
      paintValues(soft, blurred(scene.digit, (7 * index) / scene.last));
    };
  });
}

// A Gaussian blur of this many pixels, one direction after the other; black lies outside.
function blurred(values, spread) {
  if (spread < 0.05) return values;
  const reach = Math.ceil(3 * spread), weights = [];
  for (let i = -reach; i <= reach; i++) weights.push(Math.exp(-(i * i) / (2 * spread * spread)));
  const total = weights.reduce((a, b) => a + b, 0);
  const along = (from, step, across) => {
    const to = new Float32Array(PIXELS);
    for (let line = 0; line < SIDE; line++) {
      for (let at = 0; at < SIDE; at++) {
        let sum = 0;
        for (let i = -reach; i <= reach; i++) {
          const place = at + i;
          const value = place < 0 || place >= SIDE ? -1 : from[line * across + place * step];
          sum += weights[i + reach] * value;
        }
        to[line * across + at * step] = sum / total;
      }
    }
    return to;
  };
  return along(along(values, 1, SIDE), SIDE, 1);
}
