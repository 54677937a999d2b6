// Snapshots of a denoiser, in the bytes in which the server sends them
// (diffusion_core/labs/points/snapshots.py): always the same questions.
//
// A denoiser is asked as denoiser(x_t, amounts), points (N, 2) and their noise levels, and answers
// with the velocity (N, 2).

import { rowsOf } from "../../../engine/sampler.js";
import { normal } from "../../../shared/noise.js";
import { noises, times } from "./chance.js";
import { amountsAt, everywhere, mixed } from "./schedule.js";

const PAIR = 2;

export class Camera {
  /** @param {import("./learning.js").Plan} plan @param {Float32Array} points @param {Float32Array} fresh */
  constructor(plan, points, fresh) {
    this.plan = plan;
    this.points = points;
    this.fresh = fresh; // points of the shape that training has not seen
    this.rows = rowsOf(plan.table);
    const { samples, field } = plan.head, { seed } = plan.config;
    this.noise = this.draw(0, samples, seed);
    this.grid = gridOf(field);
    const count = plan.bins * plan.perBin;
    const probe = Float32Array.from({ length: PAIR * count }, (_, i) => points[i % points.length]);
    const levels = amountsAt(plan.angles, times(seed, plan.probe, count));
    this.probe = { levels, ...mixed(probe, noises(seed, plan.probe, count), levels) };
  }

  // Standard normal numbers for the samples, (samples, 2): from where they start, or fresh ones.
  draw(number, samples, seed) {
    const all = new Float32Array(PAIR * samples);
    for (let sample = 0; sample < samples; sample++) all.set(normal(seed, sample, number, PAIR), PAIR * sample);
    return all;
  }

  head() {
    const { head, shown } = this.plan, points = this.points.subarray(0, PAIR * shown);
    const line = new TextEncoder().encode(JSON.stringify({ ...head, data: points.length / PAIR }) + "\n");
    return joined([line, wholes(points, head.plane, Int16Array, 32767)]);
  }

  // loss: of the batches since the last one; NaN where there were none.
  take(denoiser, step, loss) {
    const { head } = this.plan, paths = this.paths(denoiser), ends = paths.subarray(-PAIR * head.samples);
    return joined([
      Float32Array.of(step, loss, ...this.shares(ends)),
      this.losses(denoiser),
      wholes(paths, head.plane, Int16Array, 32767),
      wholes(this.field(denoiser), head.field.reach, Int8Array, 127),
    ]);
  }

  // Where the samples are at each time, from noise to data, by the sampler's table.
  paths(denoiser) {
    const { rows, noise, plan } = this, { samples } = plan.head;
    const paths = new Float32Array(noise.length * (1 + rows.reduce((sum, { ends }) => sum + ends, 0)));
    paths.set(noise);
    let x = noise, before = null, kept = 1, drawings = 1;
    for (const row of rows) {
      const { alpha, sigma } = row;
      const v = denoiser(x, everywhere(alpha, sigma, samples)), here = x, earlier = before;
      const x0_hat = v.map((said, i) => alpha * here[i] - sigma * said), eps_hat = v.map((said, i) => sigma * here[i] + alpha * said);
      const z = row.fresh ? this.draw(drawings++, samples, plan.config.seed) : null;
      x = v.map((_, i) => row.x0_hat * x0_hat[i] + row.eps_hat * eps_hat[i] +
        (earlier ? row.x0_before * earlier.x0_hat[i] + row.eps_before * earlier.eps_hat[i] : 0) + (z ? row.fresh * z[i] : 0));
      before = { x0_hat, eps_hat };
      if (row.ends) paths.set(x, noise.length * kept++);
    }
    return paths;
  }

  // x0_hat on a grid, at all times of the field.
  field(denoiser) {
    const { field } = this.plan.head, places = this.grid.length / PAIR;
    const x_t = new Float32Array(this.grid.length * field.times.length);
    field.times.forEach((_, k) => x_t.set(this.grid, k * this.grid.length));
    const levels = amountsAt(this.plan.angles, Float64Array.from({ length: places * field.times.length }, (_, i) => field.times[Math.floor(i / places)]));
    const v = denoiser(x_t, levels);
    return v.map((said, i) => levels.alpha[i >> 1] * x_t[i] - levels.sigma[i >> 1] * said);
  }

  // The loss in each part of the time, on fixed training points with fixed noise.
  losses(denoiser) {
    const { bins, perBin } = this.plan, { x_t, v, levels } = this.probe, said = denoiser(x_t, levels);
    const sums = new Float32Array(bins);
    for (let bin = 0; bin < bins; bin++) {
      let sum = 0;
      for (let i = PAIR * perBin * bin; i < PAIR * perBin * (bin + 1); i++) sum += (said[i] - v[i]) ** 2;
      sums[bin] = sum / (PAIR * perBin);
    }
    return sums;
  }

  // The share of the samples on the shape, of the shape that has samples near it, and of the samples
  // that copy a training point.
  shares(samples) {
    const { near, copy, shown } = this.plan;
    return [
      shareNear(samples, this.fresh, near),
      shareNear(this.fresh, samples, 2 * near),
      shareNear(samples, this.points.subarray(0, PAIR * shown), copy),
    ];
  }
}

// The share of `some` that have one of `others` nearer than `reach`. What is no number is near nothing.
function shareNear(some, others, reach) {
  let count = 0;
  for (let i = 0; i < some.length; i += PAIR) {
    for (let k = 0; k < others.length; k += PAIR) {
      const x = some[i] - others[k], y = some[i + 1] - others[k + 1];
      if (x * x + y * y < reach * reach) { count += 1; break; }
    }
  }
  return count / (some.length / PAIR);
}

// (side^2, 2), row by row from below.
function gridOf({ side, reach }) {
  const line = (i) => -reach + (2 * reach * i) / (side - 1);
  return Float32Array.from({ length: PAIR * side * side }, (_, i) => line(i % PAIR ? Math.floor(i / PAIR / side) : Math.floor(i / PAIR) % side));
}

// [-reach, reach] as whole numbers; what lies beyond is clipped, and what is no number is 0.
function wholes(values, reach, kind, most) {
  return kind.from(values, (value) => Math.round(most * Math.max(-1, Math.min(1, Number.isNaN(value) ? 0 : value / reach))));
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return all;
}
