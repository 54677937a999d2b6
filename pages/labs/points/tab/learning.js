// A training in the plane, carried out as its plan says (diffusion_core/labs/points/plan.py): what
// learning.py does on the server, with the same batches.

import { Camera } from "./camera.js";
import { noises, order, times } from "./chance.js";
import { drawn, refusal } from "./drawing.js";
import { idealOf } from "./ideal.js";
import { BATCH, Network, Weights } from "./network.js";
import { clip, follow, Optimizers } from "./optimizers.js";
import { amountsAt, heardOf, mixed } from "./schedule.js";

/**
 * @typedef {object} Plan of plan.py, with what the reader drew
 * @property {any} config a TrainingConfig
 * @property {any} head
 * @property {number} width
 * @property {boolean} told
 * @property {number} levels
 * @property {number | null} only
 * @property {number} count training points
 * @property {number[]} moments
 * @property {number} near
 * @property {number} copy
 * @property {number} shown
 * @property {number} bins
 * @property {number} perBin
 * @property {number} probe
 * @property {string} diverged
 * @property {any} drawing how a drawing is learned, where there is one
 * @property {Float64Array} angles
 * @property {Float64Array} table
 * @property {Float32Array} [points]
 * @property {Float32Array} [fresh]
 * @property {Uint8Array} [drawn] corners of strokes
 */

// What the reader is told instead of a training: its message is the sentence.
export class Told extends Error {}

// The parts of a training: its weights, and what makes a step of them.
export class Learner {
  /** @param {import("./machine.js").Machine} machine @param {Plan} plan @param {Float32Array} points */
  constructor(machine, plan, points) {
    machine.clear();
    const { config, width } = plan, seed = config.seed;
    this.plan = plan;
    this.points = points;
    this.network = new Network(machine, plan);
    this.weights = new Weights(machine, width);
    this.average = new Weights(machine, width); // which is sampled from
    this.gradients = new Weights(machine, width);
    this.weights.begin(seed);
    this.average.all.set(this.weights.all);
    this.optimizers = new Optimizers(machine, this.weights, this.gradients, config);
    // An epoch of few points would be a batch of few, and learn little a step.
    const count = points.length / 2;
    this.pool = count * Math.ceil(BATCH / count);
    this.steps = 0;
  }

  // What the next step asks the network: x_t and v (BATCH, 2), and what it hears of the time.
  questions() {
    const { plan, points, steps } = this, { seed } = plan.config;
    const perEpoch = Math.max(1, Math.floor(this.pool / BATCH)), first = (steps % perEpoch) * BATCH;
    if (first === 0) this.order = order(seed + 1, Math.floor(steps / perEpoch), this.pool);
    const t = times(seed, steps, BATCH).map((time) => practised(time, plan));
    const eps = noises(seed, steps, BATCH), x_0 = new Float32Array(2 * BATCH);
    for (let row = 0; row < BATCH; row++) {
      const which = this.order[first + row] % (points.length / 2);
      x_0[2 * row] = points[2 * which];
      x_0[2 * row + 1] = points[2 * which + 1];
    }
    return mixed(x_0, eps, amountsAt(plan.angles, t));
  }

  // Takes a step; its loss. What is no number is returned before the weights are touched.
  step() {
    const { config } = this.plan, { x_t, heard, v } = this.questions();
    const loss = this.network.descend(this.weights, this.gradients, x_t, heard, v);
    if (!Number.isFinite(loss)) return loss;
    clip(this.gradients.all, config.gradient_clip);
    this.optimizers.step(this.steps);
    this.steps += 1;
    follow(this.average.all, this.weights.all, this.steps, config.ema_gamma);
    return loss;
  }

  // The average as a denoiser, which is asked at any noise levels: the velocity.
  get denoiser() {
    return (x_t, { alpha, sigma }) => this.network.answer(this.average, x_t, heardOf({ alpha, sigma }));
  }
}

// A time that is practised in place of one from 0 to 1.
function practised(t, { only, levels }) {
  if (only !== null) return only;
  return levels ? (Math.floor(t * levels) + 1) / levels : t;
}

/**
 * The head and the snapshots, each as soon as it is there. Told where it cannot begin, or cannot go on.
 *
 * @param {import("./machine.js").Machine} machine
 * @param {Plan} plan
 * @returns {Generator<Uint8Array>}
 */
export function* learn(machine, plan) {
  const refused = plan.drawing ? refusal(plan.drawn, plan.drawing) : null;
  if (refused) throw new Told(refused);
  const { seed } = plan.config;
  const points = plan.points ?? drawn(plan.drawn, plan.drawing, seed, 0, plan.count);
  const fresh = plan.fresh ?? drawn(plan.drawn, plan.drawing, seed, 1, plan.shown);
  const camera = new Camera(plan, points, fresh);
  yield camera.head();
  yield camera.take(idealOf(points), 0, NaN);
  const learner = new Learner(machine, plan, points), { denoiser } = learner;
  yield camera.take(denoiser, 0, NaN);
  let losses = [];
  for (const moment of plan.moments.slice(1)) {
    while (learner.steps < moment) {
      const loss = learner.step();
      if (!Number.isFinite(loss)) throw new Told(plan.diverged.replace("{step}", String(learner.steps)));
      losses.push(loss);
    }
    yield camera.take(denoiser, moment, losses.reduce((a, b) => a + b) / losses.length);
    losses = [];
  }
}
