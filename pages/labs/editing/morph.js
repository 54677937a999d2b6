// Ways from one digit to another, a row of stops each, and one slider that walks along all of them.
// data: rows of {title, said, lane} (the stops are that run's pictures) or {title, said, mixed:
// lane} (averages of the pixels of that run's first and last picture); first, last: the ends' names.

import { make, setText } from "../../shared/dom.js";
import { beforeSliderKeys } from "../../shared/slider_keys.js";
import { paintBytes, pixelCanvas, PIXELS } from "../../stage/pixels.js";
import { follower } from "../../stage/stage.js";

const PACE = 110; // milliseconds a stop, when the walk is played

export default function (component) {
  return follower(component, (root, data) => {
    clearInterval(root.walk);
    root.at ??= null; // the stop; it stays while other digits are drawn
    const slider = make("input.stops", { type: "range", min: 0, max: 1, value: 0, step: 1, "aria-label": `From ${data.first} to ${data.last}` });
    const place = make("b.number"), play = make("button.tool", { type: "button" }, "Walk");
    const rows = data.rows.map((row) => {
      const big = pixelCanvas(""), thumbs = make("div.thumbs");
      const line = make("section.way", {},
        make("div.title", {}, make("h2", {}, row.title), make("p.small.soft", {}, row.said)),
        thumbs, make("figure.big", {}, big));
      return { ...row, line, big, thumbs, canvases: [] };
    });
    root.replaceChildren(make("div.scrub", {}, make("span.small", {}, data.first), slider,
      make("span.small", {}, data.last), place, play), ...rows.map(({ line }) => line));
    let painted = "", seen = null;
    beforeSliderKeys(slider, () => clearInterval(root.walk), () => root.at);
    return (scene, index, stage) => {
      const count = scene.lanes?.[0]?.count ?? 0;
      if (!count) return;
      const go = (to) => { root.at = Math.max(0, Math.min(count - 1, to)); stage.changed(); };
      slider.max = count - 1;
      root.at = Math.min(root.at ?? Math.floor(count / 2), count - 1);
      if (+slider.value !== root.at) slider.value = root.at;
      slider.oninput = () => { clearInterval(root.walk); go(+slider.value); };
      play.onclick = () => {
        clearInterval(root.walk);
        let to = 0, by = 1;
        go(0);
        root.walk = setInterval(() => {
          to += by;
          if (to === count - 1) by = -1;
          if (to <= 0 || !root.isConnected) clearInterval(root.walk);
          go(to);
        }, PACE);
      };
      const part = `${Math.round((100 * root.at) / (count - 1))} %`, said = `${part} of the way`;
      setText(place, part);
      slider.setAttribute("aria-valuetext", said);
      const frames = scene.lanes.map((_, lane) => scene.frame(lane, index));
      const now = frames.map((frame) => frame?.t).join();
      const fresh = painted !== now || seen !== scene;
      painted = now;
      seen = scene;
      for (const row of rows) {
        const number = row.lane ?? row.mixed, lane = scene.lanes[number], frame = frames[number];
        if (!row.canvases.length) {
          row.canvases = Array.from({ length: count }, (_, k) => {
            const canvas = pixelCanvas(null);
            canvas.onclick = () => { clearInterval(root.walk); go(k); };
            return canvas;
          });
          row.thumbs.replaceChildren(...row.canvases);
        }
        row.big.setAttribute("aria-label", `${row.title}, ${said}${frame ? "" : ", to come"}`);
        row.canvases.forEach((canvas, k) => {
          canvas.toggleAttribute("data-chosen", k === root.at);
          canvas.classList.toggle("empty", !frame);
          if (frame && fresh) paintBytes(canvas, stopOf(row, lane, frame, k, count));
        });
        row.big.classList.toggle("empty", !frame);
        if (frame) paintBytes(row.big, stopOf(row, lane, frame, root.at, count));
      }
    };
  });
}

const average = new Float32Array(PIXELS);

function stopOf(row, lane, frame, k, count) {
  if (row.lane !== undefined) return lane.picture(frame, k, 0);
  const first = lane.picture(frame, 0, 0), last = lane.picture(frame, count - 1, 0), w = k / (count - 1);
  for (let i = 0; i < PIXELS; i++) average[i] = (1 - w) * first[i] + w * last[i];
  return average;
}
