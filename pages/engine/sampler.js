// The reverse process from a table of coefficients (diffusion_core/samplers.py): the same table, the
// same noise and the same arithmetic as in Python, and so the same picture. No sampler is known here
// by name.

import { normal } from "../shared/noise.js";

export const PIXELS = 784;
export const NO_LABEL = 10;

/**
 * @typedef {object} Job What to draw (jobs.py).
 * @property {Float64Array} table rows of COLUMNS numbers
 * @property {number[]} labels of each picture
 * @property {number} guidance
 * @property {number} seed
 * @property {Uint8Array} [given] a picture to begin with, as greys, ...
 * @property {{alpha: number, sigma: number}} [covered] ... covered with noise as far as this
 * @property {[number, number]} [arc] seeds of two noises: the pictures begin on the way between them
 * @property {[number, number]} [blend] two labels: the pictures are asked about on the way between them
 * @property {Uint8Array} [hidden] which pixels of `given` are to be drawn anew (1), while the others stay
 * @property {Turn[]} [turns] what is different from some steps on, in their order
 * @property {number} [had] so many of its steps are known to whoever asks
 * @property {Float64Array} [fresh] the table of ancestral sampling, for turns to fresh noise
 *
 * @typedef {object} Turn a change in the middle of a run (diffusion_core/labs/forks); null where all stays as it was
 * @property {number} step
 * @property {number | null} label
 * @property {number | null} guidance
 * @property {number | null} seed
 *
 * @typedef {object} State where a run stands between two steps
 * @property {number} step
 * @property {Float32Array} x
 * @property {number} drawn how often noise has been drawn
 * @property {number} calls
 *
 * @typedef {(x: Float32Array, t: number, labels: number[]) => Promise<Float32Array>} Network what
 *   is asked: pictures, their time and their labels; it answers with the velocity v
 *
 * @typedef {object} Frame
 * @property {number} step
 * @property {number} t
 * @property {number} alpha
 * @property {number} sigma
 * @property {number} logSnr
 * @property {number} calls of the network so far
 * @property {State} state before the step
 * @property {Float32Array} x
 * @property {Float32Array} x0_hat
 * @property {Float32Array} eps_hat
 */

// Columns of a row, in their order.
export const COLUMNS = ["t", "alpha", "sigma", "logSnr", "x0_hat", "eps_hat", "x0_before", "eps_before", "fresh", "ends", "back"];

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

// What a job begins with: noise, or what is made of it (run.py, start_of; editing/).
function startOf(job, noise) {
  if (job.arc) return arcBetween(job.arc.map((seed) => normal(seed, 0, 0, PIXELS)), job.labels.length);
  const { given, covered } = job;
  if (!given || !covered) return noise;
  return noise.map((value, i) => Math.fround(covered.alpha * (given[i % PIXELS] / 127.5 - 1)) + covered.sigma * value);
}

// Evenly spaced on the arc from noise a to noise b (editing/between.py, slerp).
function arcBetween([a, b], count) {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < PIXELS; i++) { ab += a[i] * b[i]; aa += a[i] * a[i]; bb += b[i] * b[i]; }
  const angle = Math.acos(Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))));
  const straight = Math.sin(angle) < 1e-6;
  const x = new Float32Array(count * PIXELS);
  for (let k = 0; k < count; k++) {
    const w = count > 1 ? k / (count - 1) : 0;
    const ofA = straight ? 1 - w : Math.sin((1 - w) * angle) / Math.sin(angle);
    const ofB = straight ? w : Math.sin(w * angle) / Math.sin(angle);
    for (let i = 0; i < PIXELS; i++) x[k * PIXELS + i] = ofA * a[i] + ofB * b[i];
  }
  return x;
}

// Which pictures are put to the network, with which labels, and what is made of its answers: by
// label (guidance.py, ByLabel), or on the way between two (editing/between.py, Blend).
/** @param {Pick<Job, "labels" | "guidance" | "blend">} job */
function guideOf({ labels, guidance, blend }) {
  const every = labels.map((_, i) => i), nothing = labels.map(() => NO_LABEL);
  const unlabelled = guidance === 0 || (!blend && labels.every((label) => label === NO_LABEL));
  if (unlabelled) return { which: every, labels: nothing, calls: 1, combine: (said) => said };
  const weight = every.map((i) => (labels.length > 1 ? i / (labels.length - 1) : 0));
  const mixed = blend && blend[0] !== blend[1] ? every.filter((i) => weight[i] > 0 && weight[i] < 1) : [];
  const main = blend ? weight.map((w) => (w >= 1 ? blend[1] : blend[0])) : labels;
  const without = guidance !== 1;
  return {
    which: [...every, ...mixed, ...(without ? every : [])],
    labels: [...main, ...mixed.map(() => blend[1]), ...(without ? nothing : [])],
    calls: 1 + Number(mixed.length > 0) + Number(without),
    combine: (said) => {
      const known = said.slice(0, every.length * PIXELS);
      mixed.forEach((i, k) => {
        const second = said.subarray((every.length + k) * PIXELS, (every.length + k + 1) * PIXELS);
        known.set(between(known.subarray(i * PIXELS, (i + 1) * PIXELS), second, weight[i]), i * PIXELS);
      });
      return without ? between(said.subarray(-every.length * PIXELS), known, guidance) : known;
    },
  };
}

// What the network makes of x at a level, guided: x0_hat and eps_hat, and how often it was asked.
async function answerOf(network, x, { alpha, sigma }, guide) {
  const asked = new Float32Array(guide.which.length * PIXELS);
  guide.which.forEach((i, k) => asked.set(x.subarray(i * PIXELS, (i + 1) * PIXELS), k * PIXELS));
  const v = await network(asked, cosineTime(alpha, sigma), guide.labels);
  const { x0_hat, eps_hat } = fromVelocity(v, asked, alpha, sigma);
  return { x0_hat: guide.combine(x0_hat), eps_hat: guide.combine(eps_hat), calls: guide.calls };
}

// x0_hat = alpha x - sigma v, eps_hat = sigma x + alpha v (prediction.py).
export function fromVelocity(v, x, alpha, sigma) {
  return {
    x0_hat: x.map((value, i) => alpha * value - sigma * v[i]),
    eps_hat: x.map((value, i) => sigma * value + alpha * v[i]),
  };
}

function between(from, to, part) {
  return from.map((value, i) => value + part * (to[i] - value));
}

// What is known of a picture takes the place of what the network made of it there (inpainting.py).
/** @param {any} answer @param {Pick<Job, "given" | "hidden">} job */
function corrected(answer, { given, hidden }) {
  if (!given || !hidden) return answer;
  return { ...answer, x0_hat: answer.x0_hat.map((value, i) => (hidden[i % PIXELS] ? value : given[i % PIXELS] / 127.5 - 1)) };
}

// What is in force at a step: of the job, and of the turns up to there (running.py).
function inForce(job, step) {
  const now = { labels: job.labels, guidance: job.guidance, seed: job.seed, table: job.table, blend: job.blend };
  for (const turn of (job.turns ?? []).filter((one) => one.step <= step)) {
    if (turn.label !== null) now.labels = now.labels.map(() => turn.label);
    if (turn.guidance !== null) now.guidance = turn.guidance;
    if (turn.seed !== null) { now.seed = turn.seed; now.table = job.fresh; }
  }
  const rows = rowsOf(now.table);
  let at = 0;
  for (let left = step; left > 0; at++) left -= rows[at].ends;
  return { ...now, rows: rows.slice(at), guide: guideOf(now) };
}

/**
 * The frames of a run, each as soon as its step is done, and the finished pictures at t = 0.
 *
 * @param {Job} job
 * @param {Network} network
 * @param {State | null} from where it goes on, if not at the beginning
 * @returns {AsyncGenerator<Frame>}
 */
export async function* follow(job, network, from = null) {
  const count = job.labels.length, turned = new Set((job.turns ?? []).map(({ step }) => step));
  let { step, x, drawn, calls } = from ?? { step: 0, x: startOf(job, noiseOf(job.seed, count, 0)), drawn: 1, calls: 0 };
  let now = inForce(job, step), at = 0, before = null, asked = null;
  while (at < now.rows.length) {
    const row = /** @type {Record<string, number> & {alpha: number, sigma: number}} */ (now.rows[at++]);
    const answer = await answerOf(network, x, row, now.guide);
    asked ??= { row, answer, state: { step, x, drawn, calls } };
    calls += answer.calls;
    const z = row.fresh ? noiseOf(now.seed, count, drawn++) : null;
    const used = corrected(answer, job), earlier = before ?? used; // as Row.lands has it
    x = x.map((_, i) => row.x0_hat * used.x0_hat[i] + row.eps_hat * used.eps_hat[i] +
      row.x0_before * earlier.x0_hat[i] + row.eps_before * earlier.eps_hat[i] + (z ? row.fresh * z[i] : 0));
    before = used;
    if (row.back) { // to where the step began: it is taken again (resampling.py)
      const again = noiseOf(now.seed, count, drawn++), fresh = Math.sqrt(1 - row.back ** 2);
      x = x.map((value, i) => row.back * value + fresh * again[i]);
      asked = null;
    }
    if (!row.ends) continue;
    yield { step, t: asked.row.t, alpha: asked.row.alpha, sigma: asked.row.sigma, logSnr: asked.row.logSnr, calls,
      x: asked.state.x, x0_hat: asked.answer.x0_hat, eps_hat: asked.answer.eps_hat, state: asked.state };
    asked = null;
    step += 1;
    if (!turned.has(step)) continue;
    now = inForce(job, step);
    at = 0;
    before = null;
  }
  yield { step, t: 0, alpha: 1, sigma: 0, logSnr: 100, calls, x, x0_hat: x, eps_hat: new Float32Array(x.length),
    state: { step, x, drawn, calls } };
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
