// What a reader draws, as the network knows digits: MNIST's fit into a square of 20 cells, and stand
// in the middle by their centre of mass (LeCun et al. 1998).

import { PIXELS, SIDE } from "../stage/pixels.js";

const BOX = 20, SMALLEST = 14, LARGEST = 22; // cells; in between it stays as large as it is
export const NEARLY_ALL = 0.6;

// The share of the cells that are more ink than not.
export function inkOf(cells) { return cells.filter((cell) => cell > 127).length / PIXELS; }

/** @param {Uint8Array} cells @returns {Uint8Array} */
export function fitted(cells) {
  const box = boundsOf(cells);
  if (!box) return cells.slice();
  const longest = Math.max(box.wide, box.high), scale = longest < SMALLEST || longest > LARGEST ? BOX / longest : 1;
  const [x, y] = massOf(cells);
  return moved(cells, scale, x, y);
}

// Scaled about a point, which then stands in the middle; between cells, what lies around is mixed.
function moved(cells, scale, x, y) {
  const made = new Uint8Array(PIXELS), middle = SIDE / 2;
  const reach = Math.max(1, 1 / scale); // where it shrinks, a cell is the mean of several
  for (let i = 0; i < PIXELS; i++) {
    const across = (i % SIDE + 0.5 - middle) / scale + x, down = (Math.floor(i / SIDE) + 0.5 - middle) / scale + y;
    let sum = 0, weight = 0;
    for (let row = Math.floor(down - 0.5 - reach); row <= Math.ceil(down - 0.5 + reach); row++) {
      for (let column = Math.floor(across - 0.5 - reach); column <= Math.ceil(across - 0.5 + reach); column++) {
        const near = Math.max(0, 1 - Math.abs(row + 0.5 - down) / reach) * Math.max(0, 1 - Math.abs(column + 0.5 - across) / reach);
        if (!near) continue;
        weight += near;
        if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) sum += near * cells[row * SIDE + column];
      }
    }
    made[i] = Math.round(sum / weight);
  }
  return made;
}

function boundsOf(cells) {
  let left = SIDE, right = -1, top = SIDE, bottom = -1;
  cells.forEach((cell, i) => {
    if (cell < 64) return;
    left = Math.min(left, i % SIDE);
    right = Math.max(right, i % SIDE);
    top = Math.min(top, Math.floor(i / SIDE));
    bottom = Math.max(bottom, Math.floor(i / SIDE));
  });
  return right < 0 ? null : { wide: right - left + 1, high: bottom - top + 1 };
}

function massOf(cells) {
  let sum = 0, x = 0, y = 0;
  cells.forEach((cell, i) => {
    sum += cell;
    x += cell * (i % SIDE + 0.5);
    y += cell * (Math.floor(i / SIDE) + 0.5);
  });
  return [x / sum, y / sum];
}
