// The forward process: one digit, one draw of noise, and two curves. The browser has all it needs
// to compute any step: x_t = alpha_t x_0 + sigma_t eps.

import { normals } from "../normals.js";
import { paintValues, PIXELS } from "../pixels.js";

export class ForwardScene {
  constructor(head) {
    Object.assign(this, head);
    this.digit = Float32Array.from(head.x0, (grey) => grey / 127.5 - 1);
    if (head.x0_hat) this.guesses = head;
    this.buffer = new Float32Array(PIXELS);
    this.at = -1;
  }

  // x_t in one jump. The array is reused: read it before asking for another step.
  mixed(index) {
    if (this.at !== index) {
      const a = this.alpha[index], s = this.sigma[index];
      for (let i = 0; i < PIXELS; i++) this.buffer[i] = a * this.digit[i] + s * this.eps[i];
      this.at = index;
    }
    return this.buffer;
  }

  snr(index) {
    const a = this.alpha[index], s = this.sigma[index];
    return s === 0 ? Infinity : (a * a) / (s * s);
  }

  get parameter() { return "t"; }
  get ends() { return ["towards the digit", "towards the noise"]; }
  side() { return "forward"; }
  get clearing() { return this.last; }
  clearer() { return -1; }
  amounts(index) { return [this.alpha[index], this.sigma[index]]; }
  paint(canvas, index) { paintValues(canvas, this.mixed(index)); }
  momentAt(side, share) { return side === "forward" ? Math.round(share * this.last) : null; }
  get reachable() { return this.last; }
  indexOf(step) { return step; }
  stepAt(index) { return index; }

  place(index) { return `step ${index} / ${this.last}`; }

  sentence(index) {
    const sigma = this.sigma[index];
    return this.words.find(([limit]) => sigma <= limit)[1];
  }

  describe(index) {
    return `Step ${index} of ${this.last}: ${this.alpha[index].toFixed(2)} times ${this.title} plus ` +
      `${this.sigma[index].toFixed(2)} times noise. ${this.sentence(index)}`;
  }
}

// The other way to the same step: add a little fresh noise again and again,
// x_i = r x_{i-1} + sqrt(1 - r^2) z with r = alpha_i / alpha_{i-1}. Kept for all steps, so that
// one can go back and forth on one and the same path.
export function walkChain(scene, seed) {
  const steps = scene.last;
  const path = new Float32Array((steps + 1) * PIXELS);
  path.set(scene.digit);
  const normal = normals(seed);
  for (let i = 1; i <= steps; i++) {
    const keep = scene.alpha[i] / scene.alpha[i - 1];
    const fresh = Math.sqrt(Math.max(0, 1 - keep * keep));
    for (let p = 0; p < PIXELS; p++) {
      path[i * PIXELS + p] = keep * path[(i - 1) * PIXELS + p] + fresh * normal();
    }
  }
  return path;
}
