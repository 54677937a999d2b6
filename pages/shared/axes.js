// What the charts have in common: scales from values to places, lines through them, and words.

import { make } from "./dom.js";

// From low..high to the places from..to. Beyond its ends the scale goes on, unless it is `held`.
export function linear(low, high, from, to, held = false) {
  return (value) => {
    const share = (value - low) / (high - low);
    return from + (held ? Math.max(0, Math.min(1, share)) : share) * (to - from);
  };
}

// The same by powers of ten; what lies beyond an end stands at it.
export function logarithmic(low, high, from, to) {
  const place = linear(Math.log(low), Math.log(high), from, to);
  return (value) => place(Math.log(Math.max(low, Math.min(high, value))));
}

// The powers of ten from low to high, the ends included.
export function powersOfTen(low, high) {
  const powers = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.001; power++) powers.push(10 ** power);
  return powers;
}

// What a path's "d" is for a line through points [x, y]; "" for none.
export function through(points) {
  return points.length ? `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}` : "";
}

export function label(x, y, words = "", anchor = "start") {
  return make("text", { x, y, "text-anchor": anchor }, words);
}

export function across(y, from, to, kind = "axis") {
  return make(`line.${kind}`, { x1: from, x2: to, y1: y, y2: y });
}

// Move a line that stands upright, or a dot.
export function standAt(line, x) {
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
}
export function dotAt(dot, x, y) {
  dot.setAttribute("cx", x);
  dot.setAttribute("cy", y);
}
