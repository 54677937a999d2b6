// What our model makes of this step: the digit it expects, the noise it sees, and the true noise.
// The answers were computed by the network for a grid of noise levels; the nearest one is shown.

import { make, setText } from "../../shared/dom.js";
import { askFor } from "../../shared/stream.js";
import { unbundle } from "../bundle.js";
import { NOISE_REACH, paintBytes, paintValues, pixelCanvas, PIXELS } from "../pixels.js";
import { follower } from "../stage.js";

const PAUSE = 2000; // ms, before the server is asked again

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
    let shown = null, level = -1, asked = null;
    return (scene, index, stage) => {
      const over = performance.now() > (scene.guesses?.until ?? Infinity) && index !== asked;
      const answers = scene.guesses && !over ? scene.guesses : askModel(scene, stage);
      asked = index;
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
      const step = Math.round((nearest / (answers.levels - 1)) * scene.last);
      const error = answers.error[nearest];
      // Where it is told another step, the picture stays at its own.
      const told = Number.isInteger(scene.truth);
      const when = told ? `Told step ${step}; the picture is at step ${scene.truth}.` : `Asked at step ${step}.`;
      setText(said, nearest === 0
        ? told ? "Told that there is no noise, it has none to find." : "At step 0 there is no noise to find."
        : `${when} Mean squared error of the noise: ${error.toFixed(3)}. ` +
          "Answering “no noise” would score about 1.");
    };
  });
}

// Asks once for a scene; where that failed, again when the timeline moves a while later.
function askModel(scene, stage) {
  scene.guesses = { message: "The model is thinking …" };
  askFor(scene.ask, "bytes", "move the timeline")
    .then((bytes) => { scene.guesses = unbundle(bytes); })
    .catch((error) => { scene.guesses = { message: error.message, until: performance.now() + PAUSE }; })
    .finally(() => stage.changed());
  return scene.guesses;
}
