// The picture at this step, large, with the two amounts under it.

import { make, setText } from "../../shared/dom.js";
import { pixelCanvas } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const canvas = pixelCanvas(""), a = make("b.signal.number"), s = make("b.noise.number"), what = make("span");
    root.replaceChildren(make("figure.picture", {}, canvas,
      make("figcaption", {}, what, make("br"), a, " digit, ", s, " noise")));
    return (scene, index) => {
      const [alpha, sigma] = scene.amounts(index);
      scene.paint(canvas, index);
      canvas.setAttribute("aria-label", scene.describe(index));
      setText(what, scene.side(index) === "forward" ? "the forward process covers a digit" : "the model clears its way to a new one");
      setText(a, alpha.toFixed(2));
      setText(s, sigma.toFixed(2));
    };
  });
}
