// One look at a noisy digit, at four noise levels: what the network is shown, and which clean digit
// it expects behind it at this moment of its training.

import { make } from "../../shared/dom.js";
import { paintBytes, pixelCanvas } from "../../stage/pixels.js";
import { follower } from "../../stage/stage.js";

export default function (component) {
  return follower(component, (root, data) => {
    let shown = null, pairs = [];
    const list = make("div.looks");
    root.replaceChildren(make("h2", {}, data.title), list);
    return (scene, index) => {
      if (shown !== scene) {
        shown = scene;
        pairs = scene.times.map((t, level) => {
          const given = pixelCanvas(`The digit at t = ${t.toFixed(1)}`), guess = pixelCanvas("");
          paintBytes(given, scene.pixels("noisy", level));
          return { guess, t, figure: make("figure", {}, given, guess, make("figcaption.number", {}, `t = ${t.toFixed(1)}`)) };
        });
        list.replaceChildren(make("div.legend.small.soft", { "aria-hidden": "true" }, make("span", {}, "shown"), make("span", {}, "guessed")),
          ...pairs.map(({ figure }) => figure));
      }
      pairs.forEach(({ guess, t }, level) => {
        paintBytes(guess, scene.guess(index, level));
        guess.setAttribute("aria-label", `The clean digit that it expects at t = ${t.toFixed(1)}`);
      });
    };
  });
}
