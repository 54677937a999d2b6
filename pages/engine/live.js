// What the model makes of the picture on stage, while it moves: one question at a time, and always
// about the newest picture, so that the guess follows the hand however slow the device is.

import { cosineTime, fromVelocity, NO_LABEL } from "./sampler.js";

/**
 * @typedef {object} Answer
 * @property {number} index the position it is about
 * @property {Float32Array} x0_hat
 * @property {Float32Array} eps_hat
 */

export class LiveGuess {
  /** @param {import("./engine.js").Engine} engine @param {() => void} told an answer has come */
  constructor(engine, told) {
    this.engine = engine;
    this.told = told;
    /** @type {Answer | null} */
    this.answer = null;
    this.asking = false;
    this.index = -1; // asked about
  }

  // Asks about position `index`, at which x is at a level, unless that has been asked already.
  // Which digit it is the model is not told: it has to see that for itself.
  /** @param {number} index @param {Float32Array} x @param {number} alpha @param {number} sigma */
  async ask(index, x, alpha, sigma) {
    if (this.asking || this.index === index) return;
    this.asking = true;
    this.index = index;
    const kept = x.slice(); // the scene uses its array again
    try {
      const v = await this.engine.ask("digits", kept, cosineTime(alpha, sigma), [NO_LABEL]);
      this.answer = { index, ...fromVelocity(v, kept, alpha, sigma) };
    } catch {
      this.index = -1; // `engine.unfit` says why, if it cannot go on
    } finally {
      this.asking = false;
      this.told();
    }
  }
}
