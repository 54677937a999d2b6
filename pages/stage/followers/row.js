// All pictures of the run at this step. Choosing one shows it large.

import { make, setText } from "../../shared/dom.js";
import { paintBytes, pixelCanvas } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root, data) => {
    const list = make("div.row");
    const title = data.title ? [make("h2", {}, data.title)] : [];
    const caption = data.captioned ? [make("p.small.soft.settings", {})] : [];
    root.replaceChildren(...title, ...caption, list);
    let shown = null, canvases = [];
    return (scene, index, stage) => {
      const lane = scene.lanes?.[data.lane];
      if (!lane) return;
      if (shown !== lane) {
        shown = lane;
        caption.forEach((line) => setText(line, lane.caption));
        canvases = lane.labels.map((_, i) => {
          const canvas = pixelCanvas(scene.quiet ? "" : null);
          if (scene.quiet) {
            canvas.setAttribute("aria-label", `The model draws ${scene.name(i, lane)}`);
            canvas.button = make("div.thumb", {}, canvas);
            return canvas;
          }
          canvas.button = make("button.thumb", { type: "button", "aria-label": `Show picture ${i + 1}, ${scene.name(i, lane)}` }, canvas);
          canvas.button.onclick = () => { scene.chosen = i; stage.changed(); };
          return canvas;
        });
        list.replaceChildren(...canvases.map((canvas) => canvas.button));
        list.classList.toggle("many", lane.count > 5);
        list.style.setProperty("--columns", data.columns ?? (lane.count > 10 ? 8 : Math.max(4, Math.min(5, lane.count))));
      }
      const frame = scene.frame(data.lane, index);
      canvases.forEach((canvas, i) => {
        if (!scene.quiet) canvas.button.setAttribute("aria-pressed", String(i === scene.chosen));
        if (frame) paintBytes(canvas, lane.picture(frame, i, 0));
      });
    };
  });
}
