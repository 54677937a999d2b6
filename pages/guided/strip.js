// The diagram above the lesson: from a digit to noise, and from noise to a new one. It is empty at
// first, and fills with the reader's own pictures as they come to be.

import { fromBase64 } from "../shared/base64.js";
import { make } from "../shared/dom.js";
import { normal } from "../shared/noise.js";
import { paintBytes, paintValues, pixelCanvas, PIXELS } from "../stage/pixels.js";
import { covered } from "./runs.js";

const TIMES = [0, 0.25, 0.5, 0.75, 1];

export class Strip {
  constructor(lesson) {
    this.lesson = lesson;
    this.ready = lesson.data.ready;
    const [forward, network, reverse] = lesson.data.text.strip;
    const row = (name) => {
      const cells = TIMES.map(() => pixelCanvas(null));
      const element = make("div.row", { role: "img", "aria-label": "" }, ...cells);
      return { cells, element, figure: make("figure", {}, element, make("figcaption.small", {}, name)) };
    };
    this.forward = row(forward);
    this.reverse = row(reverse);
    this.network = make("span.network.small", {}, network);
    this.element = make("div.strip", {}, this.forward.figure, this.network, this.reverse.figure);
  }

  show(at) {
    const { kept } = this.lesson, place = (name) => kept.screens.indexOf(name), now = place(at);
    const reached = (name) => now > place(name) || kept.done.includes(name);
    this.fill(this.forward, "Forward", Boolean(kept.mine) && reached("draw") ? (i) => {
      const full = reached("cover");
      return i === 0 || full ? covered(kept.mine, normal(kept.seed, 0, 0, PIXELS), TIMES[i]) : null;
    } : null);
    this.network.toggleAttribute("data-lit", reached("train"));
    const drawn = kept.drawn && reached("twenty") ? fromBase64(kept.drawn) : null;
    this.fill(this.reverse, "Reverse", drawn ? (i) => drawn.subarray(i * PIXELS, (i + 1) * PIXELS) : null);
  }

  fill({ cells, element }, name, pictureAt) {
    let count = 0;
    cells.forEach((cell, i) => {
      const picture = pictureAt?.(i) ?? null;
      cell.classList.toggle("empty", !picture);
      if (!picture) return;
      count += 1;
      if (picture instanceof Float32Array) paintValues(cell, picture);
      else paintBytes(cell, picture);
    });
    element.setAttribute("aria-label", `${name} process: ${count ? (name === "Forward" ? "your digit, more and more covered" : "from noise to the digit that was drawn") : "still empty"}`);
  }
}
