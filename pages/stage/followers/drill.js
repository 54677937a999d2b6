// One round of training: the noisy picture, the noise that the network sees, the true noise, and
// how far apart the two are.

import { make, setText } from "../../shared/dom.js";
import { NOISE_REACH, paintBytes, paintValues, pixelCanvas, PIXELS } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const given = pixelCanvas("The noisy picture"), said = pixelCanvas("The noise that the network sees"), truth = pixelCanvas("The true noise");
    const t = make("span.number"), error = make("b.number"), fill = make("div.fill");
    root.replaceChildren(make("div.guesses", {},
      make("figure", {}, given, make("figcaption", {}, "a random moment: t = ", t)),
      make("figure", {}, said, make("figcaption.noise", {}, "the noise it sees")),
      make("figure", {}, truth, make("figcaption.noise", {}, "the true noise"))),
    make("div.amount", {}, make("span", {}, "squared error"), make("div.track", {}, fill), error));
    let shown = null;
    return (scene, index) => {
      if (shown !== scene) {
        paintValues(truth, scene.there.eps);
        shown = scene;
      }
      const level = scene.level(index);
      scene.there.paint(given, level);
      given.setAttribute("aria-label", scene.describe(index));
      paintBytes(said, scene.eps_hat.subarray(level * PIXELS, (level + 1) * PIXELS), NOISE_REACH);
      setText(t, String(10 * level));
      setText(error, scene.error[level].toFixed(3));
      fill.style.transform = `scaleX(${Math.min(1, 8 * scene.error[level])})`;
    };
  });
}
