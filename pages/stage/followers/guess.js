// What our model makes of this step: the digit it expects, the noise it sees, and the true noise.
// In this tab it is asked about the very picture that is shown. Where it cannot work in the tab, the
// server answers for a grid of noise levels at once, and the nearest one is shown.

import { engineFor } from "../../engine/engine.js";
import { LiveGuess } from "../../engine/live.js";
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
    let shown = null, asked = null;

    // What was said about `step`, which is the nearest to the one on stage.
    function say(scene, step, error) {
      // Where it is told another step, the picture stays at its own.
      const told = Number.isInteger(scene.truth);
      const when = told ? `Told step ${step}; the picture is at step ${scene.truth}.` : `Asked at step ${step}.`;
      setText(said, step === 0
        ? told ? "Told that there is no noise, it has none to find." : "At step 0 there is no noise to find."
        : `${when} Mean squared error of the noise: ${error.toFixed(3)}. ` +
          "Answering “no noise” would score about 1.");
    }

    function paintLive(scene, index, stage) {
      scene.guessing ??= new LiveGuess(scene.engine, () => stage.changed());
      scene.guessing.ask(index, scene.mixed(index), scene.alpha[index], scene.sigma[index]);
      const { answer } = scene.guessing;
      if (!answer) return false;
      paintValues(x0, answer.x0_hat);
      paintValues(eps, answer.eps_hat);
      say(scene, answer.index, meanSquare(answer.eps_hat, scene.eps));
      return true;
    }

    function paintStored(scene, index, stage) {
      const over = performance.now() > (scene.guesses?.until ?? Infinity) && index !== asked;
      const answers = scene.guesses && !over ? scene.guesses : askServer(scene, stage);
      asked = index;
      if (!answers.x0_hat) {
        setText(said, answers.message);
        return false;
      }
      const nearest = Math.round((index / scene.last) * (answers.levels - 1));
      paintBytes(x0, answers.x0_hat.subarray(nearest * PIXELS, (nearest + 1) * PIXELS));
      paintBytes(eps, answers.eps_hat.subarray(nearest * PIXELS, (nearest + 1) * PIXELS), NOISE_REACH);
      say(scene, Math.round((nearest / (answers.levels - 1)) * scene.last), answers.error[nearest]);
      return true;
    }

    return (scene, index, stage) => {
      if (shown !== scene) {
        paintValues(truth, scene.eps);
        shown = scene;
        prepare(scene, stage);
      }
      const live = scene.engine?.ready, waits = scene.waits && !live;
      if (waits) setText(said, "The model is loading …");
      const painted = !waits && (live ? paintLive : paintStored)(scene, index, stage);
      root.toggleAttribute("data-waiting", !painted);
    };
  });
}

// Has the model loaded into this tab. Until then what is stored with the scene is shown, if there is
// anything, and the server is not asked for what the tab can find out in a moment.
function prepare(scene, stage) {
  scene.engine ??= scene.sources ? engineFor(scene.sources) : null;
  if (!scene.engine || scene.engine.unfit) return;
  scene.waits = !scene.guesses;
  const waited = () => {
    scene.waits = false;
    stage.changed();
  };
  if (scene.waits) scene.engine.fit().then(waited);
  scene.engine.warm().then(waited);
}

function meanSquare(a, b) {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += (a[i] - b[i]) ** 2;
  return sum / PIXELS;
}

// Asks once for a scene; where that failed, again when the timeline moves a while later.
function askServer(scene, stage) {
  scene.guesses = { message: "The model is thinking …" };
  askFor(scene.ask, "bytes", "move the timeline")
    .then((bytes) => { scene.guesses = unbundle(bytes); })
    .catch((error) => { scene.guesses = { message: error.message, until: performance.now() + PAUSE }; })
    .finally(() => stage.changed());
  return scene.guesses;
}
