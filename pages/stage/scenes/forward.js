// The forward process: one digit, one draw of noise, and two curves. The browser has all it needs
// to compute any step: x_t = alpha_t x_0 + sigma_t eps.

import { normals } from "../../shared/noise.js";
import { paintValues, PIXELS } from "../pixels.js";
import { Scene } from "./scene.js";

export class ForwardScene extends Scene {
  constructor(head) {
    super(head);
    /** @type {Float32Array} */
    this.alpha = head.alpha;
    /** @type {Float32Array} */
    this.sigma = head.sigma;
    /** @type {Float32Array} the one draw of noise */
    this.eps = head.eps;
    this.digit = Float32Array.from(head.x0, (grey) => grey / 127.5 - 1);
    this.title = String(head.title); // of the digit
    this.seed = Number(head.seed); // of the noise
    this.ask = String(head.ask); // the address of the model's answers
    this.guesses = head.x0_hat ? head : null; // and the answers
    /** @type {import("../../engine/engine.js").Sources | null} of the model that may be asked here */
    this.sources = head.engine ?? null;
    /** @type {import("../../engine/engine.js").Engine | null} */
    this.engine = null;
    /** @type {import("../../engine/live.js").LiveGuess | null} */
    this.guessing = null;
    this.truth = Number(head.truth ?? NaN); // where the picture stays, if it does
    /** @type {Uint8Array} pictures of the other process, for the diagram */
    this.other = head.other;
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

  get ends() { return ["towards the digit", "towards the noise"]; }
  side() { return "forward"; }
  get clearing() { return this.last; }
  clearer() { return -1; }
  amounts(index) { return [this.alpha[index], this.sigma[index]]; }
  paint(canvas, index) { paintValues(canvas, this.mixed(index)); }
  momentAt(side, share) { return side === "forward" ? Math.round(share * this.last) : null; }

  sentence(index) { return this.saidAt(this.sigma[index]); }

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
