// The whole run at a glance: a few moments from noise to digit, and the guess at each. They fill
// in as the model gets there; choosing one jumps to it.

import { make } from "../../shared/dom.js";
import { paintBytes, pixelCanvas } from "../pixels.js";
import { follower } from "../stage.js";

const MOMENTS = 7;

export default function (component) {
  return follower(component, (root, data) => {
    const list = make("div.film");
    root.replaceChildren(make("h2", {}, "From noise to digit"), list);
    let shown = null, cells = [];
    return (scene, index, stage) => {
      const lane = scene.lanes?.[data.lane];
      if (!lane) return;
      if (shown !== lane) {
        shown = lane;
        const count = Math.min(MOMENTS, scene.last + 1);
        cells = Array.from({ length: count }, (_, i) => {
          const at = Math.round((i / Math.max(1, count - 1)) * scene.last);
          const picture = pixelCanvas(null), guess = pixelCanvas(null);
          picture.classList.add("empty");
          guess.classList.add("empty");
          const button = make("button.thumb", { type: "button", "aria-label": `Jump to ${scene.place(at)}` }, picture, guess);
          button.onclick = () => { stage.take(); stage.moveTo(at); stage.settled(); };
          return { at, picture, guess, button, painted: null };
        });
        list.style.setProperty("--columns", MOMENTS);
        list.replaceChildren(...cells.map(({ button }) => button));
      }
      let nearest = 0;
      cells.forEach((cell, i) => {
        if (Math.abs(cell.at - index) < Math.abs(cells[nearest].at - index)) nearest = i;
        if (scene.reached < cell.at || !lane.got.length) return;
        const key = scene.chosen;
        if (cell.painted === key) return;
        cell.painted = key;
        cell.picture.classList.remove("empty");
        cell.guess.classList.remove("empty");
        const frame = scene.frame(data.lane, cell.at), which = Math.min(scene.chosen, lane.count - 1);
        paintBytes(cell.picture, lane.picture(frame, which, 0));
        paintBytes(cell.guess, lane.picture(frame, which, 1));
      });
      cells.forEach((cell, i) => cell.button.setAttribute("aria-current", i === nearest ? "step" : "false"));
    };
  });
}
