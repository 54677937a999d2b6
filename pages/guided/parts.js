// What several screens are built of.

import { make } from "../shared/dom.js";
import { pixelCanvas } from "../stage/pixels.js";

// A picture with words below it.
export function picture(words) {
  const canvas = pixelCanvas(words);
  return { canvas, element: make("figure", {}, canvas, ...(words ? [make("figcaption", {}, words)] : [])) };
}

export function slider(label, min, max, step, value) {
  return /** @type {HTMLInputElement} */ (make("input", { type: "range", min, max, step, value, "aria-label": label }));
}
