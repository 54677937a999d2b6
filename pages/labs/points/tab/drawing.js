// Points along a drawing's strokes (diffusion_core/labs/points/datasets.py), and what cannot be
// learned of one (settings.py). A drawing is corners (x, y), a byte each; (255, 255) between strokes.

import { blur, places } from "./chance.js";

const PEN_UP = 255, CELLS = 20, FULL = 0.6;

/** @param {Uint8Array} corners */
function segmentsOf(corners, reach) {
  const lifted = (i) => corners[i] === PEN_UP && corners[i + 1] === PEN_UP;
  const segments = [];
  for (let i = 0; i + 3 < corners.length; i += 2) {
    if (lifted(i) || lifted(i + 2)) continue;
    const [x0, y0, x1, y1] = corners.subarray(i, i + 4);
    const across = (x) => (x / 127 - 1) * reach, up = (y) => (1 - y / 127) * reach;
    segments.push([across(x0), up(y0), across(x1), up(y1)]);
  }
  return segments;
}

// The sentence for a drawing that cannot be learned; null for one that can.
export function refusal(corners, { empty, full }) {
  const lines = segmentsOf(corners, 1);
  if (!lines.some(([x0, y0, x1, y1]) => x0 !== x1 || y0 !== y1)) return empty;
  const inked = new Set();
  for (let i = 0; i < corners.length; i += 2) {
    if (corners[i] === PEN_UP && corners[i + 1] === PEN_UP) continue;
    inked.add(Math.floor((corners[i] * CELLS) / 255) * CELLS * 2 + Math.floor((corners[i + 1] * CELLS) / 255));
  }
  return inked.size > FULL * CELLS * CELLS ? full : null;
}

// `count` points (N, 2) spread evenly along the strokes; another `draw`, other points.
export function drawn(corners, { reach, blur: fuzz }, seed, draw, count) {
  const segments = segmentsOf(corners, reach);
  let length = 0;
  const ends = segments.map(([x0, y0, x1, y1]) => (length += Math.hypot(x1 - x0, y1 - y0)));
  const found = places(seed, draw, count), off = blur(seed, draw, count);
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const which = ends.findIndex((end) => end > found[2 * i] * length);
    const [x0, y0, x1, y1] = segments[which < 0 ? segments.length - 1 : which], part = found[2 * i + 1];
    points[2 * i] = x0 + part * (x1 - x0) + fuzz * off[2 * i];
    points[2 * i + 1] = y0 + part * (y1 - y0) + fuzz * off[2 * i + 1];
  }
  return points;
}
