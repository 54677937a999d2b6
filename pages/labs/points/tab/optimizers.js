// What is made of gradients: clipped, then Muon for the blocks' matrices and AdamW for all the rest
// (diffusion_core/optimizers.py, muon.py), and the average of the weights that is sampled from.

import { turn } from "./machine.js";

const COEFFICIENTS = [3.4445, -4.775, 2.0315], ITERATIONS = 5, TINY = 1e-7; // of muon.py
const FIRST = 0.9, SECOND = 0.99, EPSILON = 1e-8; // of AdamW

// Scales gradients so that their norm is `most` at most; returns what it was.
export function clip(gradients, most) {
  let sum = 0;
  for (let i = 0; i < gradients.length; i++) sum += gradients[i] * gradients[i];
  const norm = Math.sqrt(sum), by = most / (norm + 1e-6);
  if (!(by >= 1)) for (let i = 0; i < gradients.length; i++) gradients[i] *= by;
  return norm;
}

export class Optimizers {
  /**
   * @param {import("./machine.js").Machine} machine
   * @param {import("./network.js").Weights} weights
   * @param {import("./network.js").Weights} gradients
   * @param {any} config a TrainingConfig of Python
   */
  constructor(machine, weights, gradients, config) {
    this.config = config;
    const inside = Object.keys(weights.of).filter((name) => /^block\d/.test(name));
    const rest = Object.keys(weights.of).filter((name) => !inside.includes(name));
    this.muon = inside.map((name) => new Muon(machine, weights.width, weights.of[name], gradients.of[name]));
    this.adam = rest.map((name) => new Adam(weights.of[name], gradients.of[name]));
  }

  // One step, counted from 0.
  step(step) {
    const { config } = this, share = shareAt(step, config);
    for (const one of this.muon) one.step(share * config.learning_rate, config.weight_decay, config.momentum);
    for (const one of this.adam) one.step(share * config.adam_rate, step + 1);
  }
}

// What share of the learning rates a step takes (training_config.py, share_at).
export function shareAt(step, { steps, warmup, decay }) {
  const rise = warmup ? Math.min(1, (step + 1) / warmup) : 1;
  return rise * Math.max(0, Math.min(1, (steps - step) / Math.max(1, decay * steps)));
}

// Moves the average towards the weights after so many steps (training.py, ema_decay).
export function follow(average, weights, steps, gamma) {
  const part = 1 - (1 - 1 / (steps + 1)) ** (gamma + 1);
  for (let i = 0; i < average.length; i++) average[i] += part * (weights[i] - average[i]);
}

class Adam {
  constructor(weight, gradient) {
    this.weight = weight;
    this.gradient = gradient;
    this.mean = new Float32Array(weight.length);
    this.square = new Float32Array(weight.length);
  }

  step(rate, count) {
    const { weight, gradient, mean, square } = this;
    const far = rate / (1 - FIRST ** count), root = Math.sqrt(1 - SECOND ** count);
    for (let i = 0; i < weight.length; i++) {
      mean[i] += (1 - FIRST) * (gradient[i] - mean[i]);
      square[i] = SECOND * square[i] + (1 - SECOND) * gradient[i] * gradient[i];
      weight[i] -= (far * mean[i]) / (Math.sqrt(square[i]) / root + EPSILON);
    }
  }
}

// Of a square matrix. It lies turned over, which is all the same to it.
class Muon {
  constructor(machine, width, weight, gradient) {
    this.machine = machine;
    this.width = width;
    this.weight = weight;
    this.gradient = gradient;
    this.average = new Float32Array(weight.length);
    const square = () => machine.take(width * width);
    this.x = square();
    this.next = square();
    this.turned = square();
    this.gram = square();
    this.mixed = square();
  }

  step(rate, decay, momentum) {
    const { weight, gradient, average } = this;
    for (let i = 0; i < weight.length; i++) {
      average[i] += (1 - momentum) * (gradient[i] - average[i]);
      this.x[i] = gradient[i] + momentum * (average[i] - gradient[i]); // Nesterov's
    }
    this.orthogonalise();
    for (let i = 0; i < weight.length; i++) weight[i] = weight[i] * (1 - rate * decay) - rate * this.x[i];
  }

  // x with its singular values brought near 1 (muon.py, orthogonalised).
  orthogonalise() {
    const { machine, width, turned, gram, mixed } = this, [a, b, c] = COEFFICIENTS;
    const square = { rows: width, columns: width, depth: width };
    let sum = 0;
    for (let i = 0; i < this.x.length; i++) sum += this.x[i] * this.x[i];
    const norm = Math.max(TINY, Math.sqrt(sum));
    for (let i = 0; i < this.x.length; i++) this.x[i] /= norm;
    for (let round = 0; round < ITERATIONS; round++) {
      const { x, next } = this;
      turn(turned, x, width, width);
      machine.multiply(gram, x, turned, square);
      machine.multiply(mixed, gram, gram, square);
      for (let i = 0; i < mixed.length; i++) {
        mixed[i] = b * gram[i] + c * mixed[i];
        next[i] = a * x[i];
      }
      machine.multiply(next, mixed, x, { ...square, start: next, full: true });
      [this.x, this.next] = [next, x];
    }
  }
}
