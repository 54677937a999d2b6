// [x_t] = alpha x [the model's guess of the digit] + sigma x [the noise it sees]; one lane's.

import { make, setText } from "../../shared/dom.js";
import { minus } from "../../shared/numbers.js";
import { NOISE_REACH, paintBytes, pixelCanvas } from "../pixels.js";
import { follower } from "../stage.js";

const shownNumbers = { open: false };

export default function (component) {
  return follower(component, (root, data) => {
    const have = pixelCanvas(""), guess = pixelCanvas("The digit that the model expects"), noise = pixelCanvas("The noise that the model sees");
    const a = make("b.signal.number"), s = make("b.noise.number"), caption = make("p.small.soft.settings");
    const seen = make("span");
    const cells = ["t", "digit α", "noise σ", "ln SNR", "network calls"].map((name) => {
      const value = make("b.number");
      return { value, cell: make("div", {}, make("span.small.soft", {}, name), value) };
    });
    // Open on one stage, open on the others, and as long as the page stays.
    const details = make("details", {}, make("summary.small.soft", {}, "Numbers of this step"), make("div.numbers", {}, ...cells.map(({ cell }) => cell)));
    details.open = shownNumbers.open;
    details.ontoggle = () => { shownNumbers.open = details.open; };
    root.replaceChildren(caption,
      make("div.equation", {},
        make("figure.have", {}, have, make("figcaption", {}, "the picture so far")),
        make("div.op", {}, "= ", a, " ×"),
        make("figure", {}, guess, make("figcaption.signal", {}, "its guess of the digit")),
        make("div.op", {}, "+ ", s, " ×"),
        make("figure", {}, noise, make("figcaption.noise", {}, seen))),
      details);
    return (scene, index) => {
      const lane = scene.lanes?.[data.lane];
      if (!lane) return;
      setText(caption, lane.caption);
      const frame = scene.frame(data.lane, index);
      root.toggleAttribute("data-waiting", !frame);
      if (!frame) return;
      const which = Math.min(scene.chosen, lane.count - 1);
      [have, guess, noise].forEach((canvas, kind) =>
        paintBytes(canvas, lane.picture(frame, which, kind), kind === 2 ? NOISE_REACH : 1));
      have.setAttribute("aria-label", scene.describe(index, data.lane));
      setText(seen, frame.sigma > 0 ? "the noise it sees" : "no noise is left");
      setText(a, frame.alpha.toFixed(2));
      setText(s, frame.sigma.toFixed(2));
      const logSnr = Math.abs(frame.logSnr) >= 70 ? (frame.logSnr > 0 ? "∞" : "−∞") : minus(frame.logSnr.toFixed(1));
      const shown = [Math.round(1000 * frame.t), frame.alpha.toFixed(3), frame.sigma.toFixed(3), logSnr, frame.calls];
      cells.forEach(({ value }, i) => setText(value, String(shown[i])));
    };
  });
}
