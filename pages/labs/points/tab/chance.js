// All that is left to chance in a training, number for number as in Python
// (diffusion_core/labs/points/chance.py).

import { normal, uniform } from "../../../shared/noise.js";

const [TIMES, NOISE, ORDER, WEIGHTS, PLACES, BLUR] = Array.from({ length: 6 }, (_, k) => 2 ** 32 - 2 - k);

// `count` times in [0, 1), one in each of as many equal strata.
export function times(seed, step, count) {
  return uniform(seed, step, TIMES, count).map((value, i) => (i + value) / count);
}

// The noise of a step's points, (count, 2).
export function noises(seed, step, count) { return Float32Array.from(normal(seed, step, NOISE, 2 * count)); }

// In which order an epoch sees so many points, fewer than 4096: by the size of as many numbers.
export function order(seed, epoch, count) {
  const keys = uniform(seed, epoch, ORDER, count).map((value, i) => (value * 2 ** 32 - 0.5) * 4096 + i);
  return Int32Array.from(keys.sort(), (key) => key % 4096);
}

// The first weights and biases of a linear layer, (outputs, inputs + 1), the bias last.
export function weights(seed, layer, outputs, inputs) {
  return Float32Array.from(uniform(seed, layer, WEIGHTS, outputs * (inputs + 1)), (value) => (2 * value - 1) / Math.sqrt(inputs));
}

// Numbers from 0 to 1 by which points of a data set are found, (count, 2).
export function places(seed, draw, count) { return uniform(seed, draw, PLACES, 2 * count); }

// Standard normal numbers, (count, 2).
export function blur(seed, draw, count) { return normal(seed, draw, BLUR, 2 * count); }
