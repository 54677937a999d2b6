// One training step as a row of pictures, revealed one after the other: the digit, its noise, the
// mixture; the noise that the network sees in it, the true noise once more, and the difference.

import { make, setText } from "../../shared/dom.js";
import { threeDigits } from "../../shared/numbers.js";
import { NOISE_REACH, paintValues, pixelCanvas } from "../../stage/pixels.js";
import { follower } from "../../stage/stage.js";

const PICTURES = [
  ["digit", "x0", "The digit", "signal", "a digit"],
  ["noise", "eps", "The noise that is mixed in", "noise", "fresh noise ε"],
  ["mix", "x_t", "The mixture, which the network is shown", "", "what is shown"],
  ["answer", "eps_hat", "The noise that the network sees", "noise", "the noise it sees"],
  ["error", "eps", "The true noise, once more", "noise", "the true noise"],
  ["error", "wrong", "The error: what it sees minus the true noise", "", "the error"],
];
const SIGNS = ["+", "=", "→", "−", "="];

export default function (component) {
  return follower(component, (root) => {
    const figures = PICTURES.map(([part, name, label, kind, caption]) => {
      const canvas = pixelCanvas(label), said = make(`figcaption${kind ? "." + kind : ""}`, {}, caption);
      return { part, name, label, canvas, said, caption, figure: make("figure", {}, canvas, said) };
    });
    root.replaceChildren(make("div.flow", {}, ...figures.flatMap((one, i) =>
      i ? [make("span.op", { "aria-hidden": "true" }, SIGNS[i - 1]), one.figure] : [one.figure])));
    let shown = null;
    return (scene, index, stage) => {
      scene.begin(() => stage.changed());
      const { round } = scene;
      if (round && shown !== round) {
        round.wrong = round.eps_hat.map((value, i) => value - round.eps[i]);
        // Noise is painted as everywhere, from -2 to 2; an error as strongly as is needed to see it.
        round.reach = Math.max(...round.wrong.map(Math.abs));
        for (const { name, canvas } of figures) {
          const reach = name === "wrong" ? round.reach : name.startsWith("eps") ? NOISE_REACH : 1;
          paintValues(canvas, round[name].map((value) => value / reach));
        }
        shown = round;
      }
      for (const { part, label, canvas, said, caption, name } of figures) {
        const open = scene.shows(part, index);
        canvas.classList.toggle("empty", !open);
        canvas.setAttribute("aria-label", open ? label : `${label}: not yet`);
        setText(said, !open || !round ? caption : amount(round, name, caption, scene, index));
      }
    };
  });
}

// The caption, with the amount once the two have been mixed.
function amount(round, name, caption, scene, index) {
  if (name === "wrong") return `the error, ±${threeDigits(round.reach)}`;
  if (name === "x0") return scene.shows("mix", index) ? `${round.alpha.toFixed(2)} × digit` : `a digit: ${round.label}`;
  if (name === "eps" && caption.startsWith("fresh")) {
    return scene.shows("mix", index) ? `${round.sigma.toFixed(2)} × noise` : caption;
  }
  return name === "x_t" ? `shown, at t = ${round.t.toFixed(2)}` : caption;
}
