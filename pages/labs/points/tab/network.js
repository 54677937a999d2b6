// The network for points (diffusion_core/labs/points/network.py), and the way back through it: two
// coordinates and a time in, a velocity out.
//
// Each layer's weights lie turned over, (inputs, outputs), as products of rows want them. What enters
// is one layer for place and time together: their sum is what torch's two layers make.

import { weights as firstWeights } from "./chance.js";
import { turn } from "./machine.js";

export const BATCH = 512; // rows that a pass takes at most
const WAVES = 4, PLACE = 2 + 4 * WAVES, TIME = 1 + 2 * WAVES; // numbers that tell of a place, and of a time
const HEARD = PLACE + TIME + 1; // and one that is always 0: the kernels want multiples of 4
const SAID = 8; // likewise: a velocity, and six times nothing
const DEPTH = 3;

// All weights one after another, or as many gradients, averages and so on: what belongs where.
export class Weights {
  /** @param {import("./machine.js").Machine} machine @param {number} width */
  constructor(machine, width) {
    this.width = width;
    const sizes = {
      enter: HEARD * width, enterBias: width, levelBias: width,
      ...Object.fromEntries(Array.from({ length: DEPTH }, (_, i) => [[`block${i}`, width * width], [`blockBias${i}`, width]]).flat()),
      leave: width * SAID, leaveBias: SAID,
    };
    this.all = machine.take(Object.values(sizes).reduce((a, b) => a + b));
    /** @type {Record<string, Float32Array>} */
    this.of = {};
    let from = 0;
    for (const [name, size] of Object.entries(sizes)) this.of[name] = this.all.subarray(from, (from += size));
  }

  get blocks() { return Array.from({ length: DEPTH }, (_, i) => this.of[`block${i}`]); }

  // As Python begins with the same seed; the last layer is left at zero, so that it answers v = 0.
  begin(seed) {
    const { width, of } = this;
    const fill = (layer, inputs, weights, bias) => {
      const first = firstWeights(seed, layer, width, inputs);
      for (let o = 0; o < width; o++) {
        for (let i = 0; i < inputs; i++) weights[i * width + o] = first[o * (inputs + 1) + i];
        bias[o] = first[o * (inputs + 1) + inputs];
      }
    };
    fill(0, PLACE, of.enter, of.enterBias);
    fill(1, TIME, of.enter.subarray(PLACE * width), of.levelBias);
    for (let i = 0; i < DEPTH; i++) fill(2 + i, width, of[`block${i}`], of[`blockBias${i}`]);
  }
}

export class Network {
  /** @param {import("./machine.js").Machine} machine @param {{width: number, told: boolean}} shape */
  constructor(machine, { width, told }) {
    this.machine = machine;
    this.width = width;
    this.told = told;
    const rows = (columns) => machine.take(BATCH * columns);
    this.heard = rows(HEARD);
    this.z = rows(width); // before SiLU; on the way back, the loss by it
    this.slopes = Array.from({ length: DEPTH + 1 }, () => rows(width));
    this.hidden = Array.from({ length: DEPTH + 1 }, () => rows(width));
    this.said = rows(SAID);
    this.back = rows(width); // the loss by what is hidden
    this.bias = machine.take(width);
    this.sums = machine.take(4 * Math.max(width, SAID));
    this.turned = machine.take(width * Math.max(width, SAID));
  }

  // What is asked about a row: the place and its waves of four lengths, the time and its own.
  hear(points, times, from, count) {
    const { heard } = this;
    for (let row = 0; row < count; row++) {
      const at = row * HEARD;
      for (let c = 0; c < 2; c++) {
        const x = points[2 * (from + row) + c];
        heard[at + c] = x;
        waves(heard, at + 2 + c * WAVES, 2 * WAVES, (Math.PI / 2) * x);
      }
      if (!this.told) continue;
      const t = times[from + row];
      heard[at + PLACE] = t;
      waves(heard, at + PLACE + 1, WAVES, Math.PI * t);
    }
  }

  // Answers about rows that were heard, at most BATCH of them, into `said`.
  forward(weights, count) {
    const { machine, width, hidden, slopes, z, bias } = this, { of } = weights;
    const rows = 4 * Math.ceil(count / 4), size = rows * width;
    for (let o = 0; o < width; o++) bias[o] = of.enterBias[o] + (this.told ? of.levelBias[o] : 0);
    machine.multiply(z, this.heard, of.enter, { rows, columns: width, depth: HEARD, start: bias });
    machine.silu(hidden[0], slopes[0], z, size);
    for (let i = 0; i < DEPTH; i++) {
      machine.multiply(z, hidden[i], of[`block${i}`], { rows, columns: width, depth: width, start: of[`blockBias${i}`] });
      machine.silu(hidden[i + 1], slopes[i + 1], z, size, hidden[i]);
    }
    machine.multiply(this.said, hidden[DEPTH], of.leave, { rows, columns: SAID, depth: width, start: of.leaveBias });
  }

  // v_hat of any number of points (N, 2) at times (N,): (N, 2).
  answer(weights, points, times) {
    const count = times.length, v = new Float32Array(2 * count);
    for (let from = 0; from < count; from += BATCH) {
      const some = Math.min(BATCH, count - from);
      this.hear(points, times, from, some);
      this.forward(weights, some);
      for (let row = 0; row < some; row++) {
        v[2 * (from + row)] = this.said[row * SAID];
        v[2 * (from + row) + 1] = this.said[row * SAID + 1];
      }
    }
    return v;
  }

  // The mean squared error of the answers about BATCH points to v (BATCH, 2), whose gradient by each
  // weight is put into `gradients`.
  descend(weights, gradients, points, times, v) {
    this.hear(points, times, 0, BATCH);
    this.forward(weights, BATCH);
    const { said } = this;
    let sum = 0;
    for (let row = 0; row < BATCH; row++) {
      for (let c = 0; c < 2; c++) {
        const off = said[row * SAID + c] - v[2 * row + c];
        sum += off * off;
        said[row * SAID + c] = off / BATCH; // from here on, the loss by what was said
      }
    }
    this.backward(weights, gradients);
    return sum / (2 * BATCH);
  }

  backward(weights, gradients) {
    const { machine, width, hidden, slopes, z, said, back } = this, rows = BATCH, size = rows * width;
    const across = { depth: rows, across: true };
    machine.multiply(gradients.of.leave, hidden[DEPTH], said, { rows: width, columns: SAID, ...across });
    this.sum(gradients.of.leaveBias, said);
    turn(this.turned, weights.of.leave, width, SAID);
    machine.multiply(back, said, this.turned, { rows, columns: width, depth: SAID });
    for (let i = DEPTH - 1; i >= 0; i--) {
      machine.through(z, back, slopes[i + 1], size);
      machine.multiply(gradients.of[`block${i}`], hidden[i], z, { rows: width, columns: width, ...across });
      this.sum(gradients.of[`blockBias${i}`], z);
      turn(this.turned, weights.of[`block${i}`], width, width);
      machine.multiply(back, z, this.turned, { rows, columns: width, depth: width, start: back, full: true });
    }
    machine.through(z, back, slopes[0], size);
    machine.multiply(gradients.of.enter, this.heard, z, { rows: HEARD, columns: width, ...across });
    this.sum(gradients.of.enterBias, z);
    if (this.told) gradients.of.levelBias.set(gradients.of.enterBias);
  }

  // The loss by a bias, of that by what it was added to.
  sum(bias, by) {
    this.machine.sumColumns(this.sums, by, { rows: BATCH, columns: bias.length });
    bias.set(this.sums.subarray(0, bias.length));
  }
}

// Sine and cosine of an angle, of twice it, of four times it ...: sin 2a = 2 sin a cos a.
function waves(into, at, apart, angle) {
  let sine = Math.sin(angle), cosine = Math.cos(angle);
  for (let k = 0; k < WAVES; k++) {
    into[at + k] = sine;
    into[at + k + apart] = cosine;
    [sine, cosine] = [2 * sine * cosine, 1 - 2 * sine * sine];
  }
}
