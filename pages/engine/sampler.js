// The reverse process from a table of coefficients (diffusion_core/samplers.py): the same table, the
// same noise and the same arithmetic as in Python, and so the same picture. No sampler is known here
// by name.

import { normal } from "../shared/noise.js";

export const PIXELS = 784;
export const NO_LABEL = 10;

/**
 * @typedef {object} Job What to draw.
 * @property {Float64Array} table rows of COLUMNS numbers
 * @property {number[]} labels of each picture
 * @property {number} guidance
 * @property {number} seed
 * @property {Float32Array} [start] to begin with instead of noise
 * @property {number} [drawn] how often noise has been drawn for it before
 *
 * @typedef {(x: Float32Array, t: number, labels: number[]) => Promise<Float32Array>} Network what
 *   is asked: pictures, their time and their labels; it answers with the velocity v
 *
 * @typedef {object} Frame
 * @property {number} t
 * @property {number} alpha
 * @property {number} sigma
 * @property {number} logSnr
 * @property {number} calls of the network so far
 * @property {Float32Array} x
 * @property {Float32Array} x0_hat
 * @property {Float32Array} eps_hat
 */

// Columns of a row, in their order.
export const COLUMNS = ["t", "alpha", "sigma", "logSnr", "x0_hat", "eps_hat", "x0_before", "eps_before", "fresh", "ends"];

/** @returns {Record<string, number>[]} */
export function rowsOf(table) {
  return Array.from({ length: table.length / COLUMNS.length }, (_, row) =>
    Object.fromEntries(COLUMNS.map((name, column) => [name, table[row * COLUMNS.length + column]])));
}

// The time at which the network's own (cosine) schedule has this level (schedule.py).
export function cosineTime(alpha, sigma) { return Math.atan2(sigma, alpha) / (Math.PI / 2); }

// Noise of all pictures, float32, one after another.
function noiseOf(seed, count, draw) {
  const all = new Float32Array(count * PIXELS);
  for (let picture = 0; picture < count; picture++) all.set(normal(seed, picture, draw, PIXELS), picture * PIXELS);
  return all;
}

// What the network makes of x at a level, guided: x0_hat and eps_hat, and how often it was asked.
async function answerOf(network, x, { alpha, sigma }, labels, guidance) {
  const t = cosineTime(alpha, sigma), nothing = labels.map(() => NO_LABEL);
  const unlabelled = guidance === 0 || labels.every((label) => label === NO_LABEL);
  if (unlabelled || guidance === 1) {
    const v = await network(x, t, unlabelled ? nothing : labels);
    return { ...fromVelocity(v, x, alpha, sigma), calls: 1 };
  }
  const both = new Float32Array(2 * x.length);
  both.set(x);
  both.set(x, x.length);
  const v = await network(both, t, [...labels, ...nothing]);
  const known = fromVelocity(v.subarray(0, x.length), x, alpha, sigma);
  const unknown = fromVelocity(v.subarray(x.length), x, alpha, sigma);
  return { x0_hat: between(unknown.x0_hat, known.x0_hat, guidance), eps_hat: between(unknown.eps_hat, known.eps_hat, guidance), calls: 2 };
}

// x0_hat = alpha x - sigma v, eps_hat = sigma x + alpha v (prediction.py).
function fromVelocity(v, x, alpha, sigma) {
  return {
    x0_hat: Float32Array.from(x, (value, i) => alpha * value - sigma * v[i]),
    eps_hat: Float32Array.from(x, (value, i) => sigma * value + alpha * v[i]),
  };
}

function between(from, to, part) {
  return Float32Array.from(from, (value, i) => value + part * (to[i] - value));
}

/**
 * The frames of a run, each as soon as its step is done, and the finished pictures at t = 0.
 *
 * @param {Job} job
 * @param {Network} network
 * @returns {AsyncGenerator<Frame>}
 */
export async function* follow(job, network) {
  const { labels, guidance, seed } = job;
  let drawn = job.drawn ?? 0;
  const fresh = () => noiseOf(seed, labels.length, drawn++);
  let x = job.start ?? fresh();
  let before = null, asked = null, calls = 0;
  for (const row of /** @type {(Record<string, number> & {alpha: number, sigma: number})[]} */ (rowsOf(job.table))) {
    const answer = await answerOf(network, x, row, labels, guidance);
    calls += answer.calls;
    asked ??= { row, x, answer };
    const z = row.fresh ? fresh() : null;
    x = Float32Array.from(x, (_, i) => row.x0_hat * answer.x0_hat[i] + row.eps_hat * answer.eps_hat[i] +
      (before ? row.x0_before * before.x0_hat[i] + row.eps_before * before.eps_hat[i] : 0) + (z ? row.fresh * z[i] : 0));
    before = answer;
    if (!row.ends) continue;
    yield { t: asked.row.t, alpha: asked.row.alpha, sigma: asked.row.sigma, logSnr: asked.row.logSnr, calls,
      x: asked.x, x0_hat: asked.answer.x0_hat, eps_hat: asked.answer.eps_hat };
    asked = null;
  }
  yield { t: 0, alpha: 1, sigma: 0, logSnr: 100, calls, x, x0_hat: x, eps_hat: new Float32Array(x.length) };
}

// A frame's pictures as greys, as a recording keeps them: x_t, x0_hat and eps_hat of each picture.
export function greysOf(frame, reach) {
  const count = frame.x.length / PIXELS, greys = new Uint8Array(3 * frame.x.length);
  [[frame.x, 1], [frame.x0_hat, 1], [frame.eps_hat, reach]].forEach(([values, most], kind) => {
    for (let picture = 0; picture < count; picture++) {
      for (let i = 0; i < PIXELS; i++) {
        const grey = (values[picture * PIXELS + i] / most + 1) * 127.5;
        greys[(3 * picture + kind) * PIXELS + i] = Math.max(0, Math.min(255, Math.round(grey)));
      }
    }
  });
  return greys;
}
