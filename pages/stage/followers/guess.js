// What our model makes of this step: the digit it expects, the noise it sees, and the true noise.
// The answers were computed by the network for a grid of noise levels; the nearest one is shown.

import { make, setText } from "../../shared/dom.js";
import { unbundle } from "../bundle.js";
import { NOISE_REACH, paintBytes, paintValues, pixelCanvas, PIXELS } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const x0 = pixelCanvas("The digit that the model expects");
    const eps = pixelCanvas("The noise that the model sees");
    const truth = pixelCanvas("The noise that was mixed in");
    const said = make("p.small.soft.said");
    root.replaceChildren(make("h2", {}, "What does our model make of it?"),
      make("div.guesses", {},
        make("figure", {}, x0, make("figcaption", {}, make("span.signal", {}, "its guess of the digit"))),
        make("figure", {}, eps, make("figcaption", {}, make("span.noise", {}, "the noise it sees"))),
        make("figure", {}, truth, make("figcaption", {}, "the true noise"))),
      said);
    let shown = null, level = -1;
    return (scene, index, stage) => {
      const answers = scene.guesses ?? askModel(scene, stage);
      if (shown !== scene) {
        paintValues(truth, scene.eps);
        shown = scene;
        level = -1;
      }
      root.toggleAttribute("data-waiting", !answers.x0_hat);
      if (!answers.x0_hat) {
        setText(said, answers.message);
        return;
      }
      const nearest = Math.round((index / scene.last) * (answers.levels - 1));
      if (nearest === level) return;
      level = nearest;
      paintBytes(x0, answers.x0_hat.subarray(nearest * PIXELS, (nearest + 1) * PIXELS));
      paintBytes(eps, answers.eps_hat.subarray(nearest * PIXELS, (nearest + 1) * PIXELS), NOISE_REACH);
      const asked = Math.round((nearest / (answers.levels - 1)) * scene.last);
      const error = answers.error[nearest];
      // Where it is told another step, the picture stays at its own.
      const told = Number.isInteger(scene.truth);
      const when = told ? `Told step ${asked}; the picture is at step ${scene.truth}.` : `Asked at step ${asked}.`;
      setText(said, nearest === 0
        ? told ? "Told that there is no noise, it has none to find." : "At step 0 there is no noise to find."
        : `${when} Mean squared error of the noise: ${error.toFixed(3)}. ` +
          "Answering “no noise” would score about 1.");
    };
  });
}

function askModel(scene, stage) {
  scene.guesses = { message: "The model is thinking …" };
  fetch(scene.ask)
    .then(async (answer) => {
      if (!answer.ok) throw new Error(await answer.text());
      scene.guesses = unbundle(new Uint8Array(await answer.arrayBuffer()));
    })
    .catch((error) => { scene.guesses = { message: error.message || "The model did not answer." }; })
    .finally(() => stage.changed());
  return scene.guesses;
}
