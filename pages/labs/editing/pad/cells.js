// The cells of a pad: as words for Python, and as a reader sees them.

import { PIXELS, SIDE } from "../../../stage/pixels.js";

export const CELLS = PIXELS;

// 784 cells of 0 or 255, and the 98 bytes that say the same, first cell in the highest bit.
export const unpackBits = (bytes) => Uint8Array.from({ length: CELLS }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1 ? 255 : 0);
export function packBits(cells) {
  const bytes = new Uint8Array(CELLS / 8);
  cells.forEach((cell, i) => { if (cell) bytes[i >> 3] |= 128 >> (i & 7); });
  return bytes;
}

// How far a point is from the line between two others.
export function distance(x, y, [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

// Hidden cells are grey and hatched: not by colour alone, and nothing shows through.
export function hatch(ink, cell, cells) {
  const wide = cell * SIDE, path = new Path2D();
  cells.forEach((hidden, i) => {
    if (hidden) path.rect((i % SIDE) * cell, Math.floor(i / SIDE) * cell, cell, cell);
  });
  ink.save();
  ink.clip(path);
  ink.fillStyle = "#8d8a83";
  ink.fillRect(0, 0, wide, wide);
  ink.strokeStyle = "#4c4a46";
  ink.lineWidth = Math.max(1, cell / 6);
  ink.beginPath();
  for (let at = -wide; at < wide; at += cell) {
    ink.moveTo(at, wide);
    ink.lineTo(at + wide, 0);
  }
  ink.stroke();
  ink.restore();
}

export function grid(ink, cell) {
  ink.strokeStyle = "rgb(255 255 255 / 7%)";
  ink.lineWidth = 1;
  ink.beginPath();
  for (let i = 1; i < SIDE; i++) {
    ink.moveTo(i * cell + 0.5, 0);
    ink.lineTo(i * cell + 0.5, SIDE * cell);
    ink.moveTo(0, i * cell + 0.5);
    ink.lineTo(SIDE * cell, i * cell + 0.5);
  }
  ink.stroke();
}

// Where the keys are: a frame that is seen on black and on white.
export function pointAt(ink, cell, cursor) {
  const [x, y] = cursor.map((place) => place * cell);
  ink.lineWidth = 2 * devicePixelRatio;
  const frame = (colour, grow) => {
    const away = grow * devicePixelRatio;
    ink.strokeStyle = colour;
    ink.strokeRect(x - away, y - away, cell + 2 * away, cell + 2 * away);
  };
  frame("#000", 3);
  frame("#fff", 1);
}
