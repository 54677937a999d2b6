// The equation is the picture: [x_t] = alpha x [digit] + sigma x [noise], with moving numbers.

import { make, setText } from "../../shared/dom.js";
import { paintValues, pixelCanvas } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const have = pixelCanvas(""), digit = pixelCanvas(""), noise = pixelCanvas("The noise");
    const a = make("b.signal.number"), s = make("b.noise.number"), step = make("span.number");
    root.replaceChildren(make("div.equation", {},
      make("figure.have", {}, have, make("figcaption", {}, "what you have at step ", step)),
      make("div.op", {}, "= ", a, " ×"),
      make("figure", {}, digit, make("figcaption.signal", {}, "the digit")),
      make("div.op", {}, "+ ", s, " ×"),
      make("figure", {}, noise, make("figcaption.noise", {}, "the noise"))));
    let shown = null;
    return (scene, index) => {
      if (shown !== scene) {
        paintValues(digit, scene.digit);
        paintValues(noise, scene.eps);
        digit.setAttribute("aria-label", `The digit: ${scene.title}`);
        shown = scene;
      }
      paintValues(have, scene.mixed(index));
      have.setAttribute("aria-label", scene.describe(index));
      setText(a, scene.alpha[index].toFixed(2));
      setText(s, scene.sigma[index].toFixed(2));
      setText(step, String(index));
    };
  });
}
