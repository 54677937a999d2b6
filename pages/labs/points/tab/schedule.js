// A noise schedule as Python tells of it: its angles at evenly spaced times from 0 to 1, straight in
// between (diffusion_core/schedule.py). The signal is the cosine of the angle, the noise its sine.

import { cosineTime } from "../../../engine/sampler.js";

/** @typedef {{alpha: Float64Array, sigma: Float64Array}} Amounts of signal and noise, of each point */

/** @param {Float64Array} angles @param {Float64Array} times @returns {Amounts} */
export function amountsAt(angles, times) {
  const steps = angles.length - 1;
  const at = times.map((t) => {
    const k = Math.min(steps - 1, Math.floor(t * steps));
    return angles[k] + (t * steps - k) * (angles[k + 1] - angles[k]);
  });
  const isNoise = (angle) => angle >= Math.PI / 2; // whose cosine in floating point is not quite 0
  return { alpha: at.map((a) => (isNoise(a) ? 0 : Math.cos(a))), sigma: at.map((a) => (isNoise(a) ? 1 : Math.sin(a))) };
}

// The same amounts for `count` points.
/** @returns {Amounts} */
export function everywhere(alpha, sigma, count) {
  return { alpha: new Float64Array(count).fill(alpha), sigma: new Float64Array(count).fill(sigma) };
}

// What the network hears of the noise level: the time at which the cosine schedule has it.
/** @param {Amounts} amounts */
export function heardOf({ alpha, sigma }) { return alpha.map((value, i) => cosineTime(value, sigma[i])); }

// x_t = alpha x_0 + sigma eps, the right answer v = alpha eps - sigma x_0, and what is heard.
export function mixed(x_0, eps, { alpha, sigma }) {
  const x_t = x_0.map((value, i) => alpha[i >> 1] * value + sigma[i >> 1] * eps[i]);
  const v = x_0.map((value, i) => alpha[i >> 1] * eps[i] - sigma[i >> 1] * value);
  return { x_t, v, heard: heardOf({ alpha, sigma }) };
}
