// Runs of the model in the lesson: the scenes of a stage (stage/scenes/reverse.js), which Python made
// of an example, about the reader's digit. In this tab where it can draw, else on the server.

import { toBase64 } from "../shared/base64.js";
import { ReverseScene, reseeded } from "../stage/scenes/reverse.js";
import { packBits } from "../labs/editing/pad/cells.js";
import { NOISE_REACH, PIXELS } from "../stage/pixels.js";

/**
 * @typedef {object} Change to what Python described
 * @property {Uint8Array} [mine] the digit that it begins with
 * @property {number} [t] up to which it is covered
 * @property {boolean[]} [hidden] what of it is to be drawn anew
 * @property {number} [label] what the network is told to draw
 * @property {number} [seed]
 */

/** @param {any} head @param {Change} change */
export function changed(head, { mine, t, hidden, label, seed }) {
  const made = structuredClone(head);
  if (mine) {
    each(made, "x", toBase64(mine));
    for (const job of made.jobs ?? []) made[job.arrays.given] = mine;
  }
  if (hidden) {
    each(made, "mask", toBase64(packBits(hidden.map(Number))));
    for (const job of made.jobs ?? []) made[job.arrays.hidden] = Uint8Array.from(hidden, Number);
  }
  if (t !== undefined) {
    each(made, "strength", String(t));
    const alpha = Math.cos((t * Math.PI) / 2), sigma = Math.sin((t * Math.PI) / 2);
    for (const job of made.jobs ?? []) {
      job.covered = { alpha, sigma };
      const table = made[job.arrays.table]; // of one step: it lands on the guess
      table.set([t, alpha, sigma, 2 * Math.log(alpha / sigma)]);
    }
  }
  if (label !== undefined) {
    each(made, "digit", String(label));
    for (const one of [...made.lanes, ...(made.jobs ?? [])]) one.labels = one.labels.map(() => label);
  }
  return seed === undefined ? made : reseeded(made, seed);
}

function each(head, name, text) {
  for (const lane of head.lanes) {
    const [path, query] = lane.address.split("?"), asked = new URLSearchParams(query);
    asked.set(name, text);
    lane.address = `${path}?${asked}`;
  }
}

// A run, from its beginning to its end. `shown` is called as it grows; resolves to the scene, rejects
// with the sentence that says why not.
export function run(head, change, shown = (_) => {}) {
  const scene = new ReverseScene(changed(head, change));
  return new Promise((resolve, reject) => {
    scene.begin(() => {
      shown(scene);
      if (scene.live) return;
      if (scene.problem) reject(new Error(scene.problem));
      else resolve(scene);
    });
  });
}

// Pictures of a run as numbers: of lane `lane`, frame `at` (-1 is the finished one), picture `which`;
// kind 0 is the picture, 1 the guess of the digit, 2 the noise that the network sees.
export function values(scene, { lane = 0, at = -1, which = 0, kind = 0 } = {}) {
  const of = scene.lanes[lane], frame = of.got.at(at), reach = kind === 2 ? NOISE_REACH : 1;
  return Float32Array.from(of.picture(frame, which, kind), (grey) => (grey / 127.5 - 1) * reach);
}

// How much two pictures are alike: their correlation, 1 for the same, 0 for nothing in common.
export function match(a, b) {
  const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const ma = mean(a), mb = mean(b);
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < PIXELS; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa && bb ? ab / Math.sqrt(aa * bb) : 0;
}

// x_t = alpha x_0 + sigma eps, as numbers.
export function covered(mine, noise, t) {
  const alpha = Math.cos((t * Math.PI) / 2), sigma = Math.sin((t * Math.PI) / 2);
  return Float32Array.from(mine, (grey, i) => alpha * (grey / 127.5 - 1) + sigma * noise[i]);
}

export const percent = (part) => String(Math.max(0, Math.round(100 * part)));

// Shows one after another of `count` pictures, in their time; at once for whoever wants no motion.
export function played(count, pace, show, alive) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) { show(count - 1); return Promise.resolve(); }
  return new Promise((/** @type {(nothing?: undefined) => void} */ over) => {
    const began = performance.now();
    const next = () => {
      if (!alive()) return;
      const at = Math.min(count - 1, Math.floor((performance.now() - began) / pace));
      show(at);
      if (at < count - 1) requestAnimationFrame(next);
      else over();
    };
    next();
  });
}
