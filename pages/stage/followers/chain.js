// One jump or step by step: two ways to step t, from the same distribution, on different paths.

import { make, setText } from "../../shared/dom.js";
import { minus } from "../../shared/numbers.js";
import { paintValues, pixelCanvas, PIXELS } from "../pixels.js";
import { walkChain } from "../scenes/forward.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const jump = pixelCanvas("Step t in one jump"), walk = pixelCanvas("Step t, walked to step by step");
    const jumped = make("span.number"), walked = make("span.number");
    root.replaceChildren(make("h2", {}, "One jump, or step by step?"),
      make("div.pair", {},
        make("figure", {}, jump, make("figcaption", {}, make("b", {}, "one jump"), make("br"), jumped)),
        make("figure", {}, walk, make("figcaption", {}, make("b", {}, "step by step"), make("br"), walked))),
      make("p.small.soft", {}, "The jump mixes in one noise picture, more of it as t grows. The walk adds fresh noise at every step, " +
        "so its grain keeps changing. At each t the two follow the same distribution: compare the numbers."));
    let shown = null, path = null;
    return (scene, index) => {
      if (shown !== scene) {
        path = walkChain(scene, scene.seed + 1);
        shown = scene;
      }
      const there = path.subarray(index * PIXELS, (index + 1) * PIXELS);
      paintValues(jump, scene.mixed(index));
      paintValues(walk, there);
      setText(jumped, spread(scene.mixed(index)));
      setText(walked, spread(there));
    };
  });
}

function spread(values) {
  let sum = 0, squares = 0;
  for (const value of values) { sum += value; squares += value * value; }
  const mean = sum / PIXELS;
  return `mean ${minus(mean.toFixed(2))}, spread ${Math.sqrt(squares / PIXELS - mean * mean).toFixed(2)}`;
}
