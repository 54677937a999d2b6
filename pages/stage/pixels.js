// Digits and noise as crisp pixels.

import { make, UNDRAWN } from "../shared/dom.js";

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const NOISE_REACH = 2; // recordings keep noise from -2 to 2: see frames.py

// label: what it shows; "" if that is said later; null for a picture inside of a labelled button.
export function pixelCanvas(label) {
  // A picture inside of a labelled button says nothing of its own.
  const says = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label || UNDRAWN };
  const canvas = make("canvas.pixels", { width: SIDE, height: SIDE, ...says });
  canvas.image = canvas.getContext("2d").createImageData(SIDE, SIDE);
  canvas.image.data.fill(255);
  return canvas;
}

// values: 784 numbers; -1 is black, 1 is white, and what lies outside is clipped. One scale for
// digits and noise alike, since they stand in one equation.
export function paintValues(canvas, values) {
  const data = canvas.image.data;
  for (let i = 0; i < PIXELS; i++) {
    const grey = values[i] * 127.5 + 127.5; // a Uint8ClampedArray clips and rounds by itself
    data[4 * i] = grey;
    data[4 * i + 1] = grey;
    data[4 * i + 2] = grey;
  }
  canvas.getContext("2d").putImageData(canvas.image, 0, 0);
}

// bytes: 784 greys, 0 to 255, that stand for [-reach, reach].
export function paintBytes(canvas, bytes, reach = 1) {
  const data = canvas.image.data;
  for (let i = 0; i < PIXELS; i++) {
    const grey = (bytes[i] - 127.5) * reach + 127.5;
    data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = grey;
  }
  canvas.getContext("2d").putImageData(canvas.image, 0, 0);
}
