// What every scene is: a timeline of whole positions, and what to say about each. The clock and the
// followers know no more of a scene than this and what its kind adds.

/**
 * @typedef {object} Described One run of the model on a timeline (pages/stage/lanes.py).
 * @property {string} address where it is streamed from
 * @property {string} manner how it is drawn, in words
 * @property {number | null} seed
 * @property {boolean} surprise whether the seed decides what to draw
 * @property {number} frames
 * @property {number} steps
 * @property {number} every one step in so many is kept
 * @property {number} count pictures
 * @property {boolean} told whether the model is told what to draw
 * @property {number[]} labels
 */

export class Scene {
  /** @param {Record<string, any>} head as Python made it (bundle.js): the fields below, and those of its kind */
  constructor(head) {
    this.stage = String(head.stage);
    this.last = Number(head.last); // positions are 0 to last
    this.seconds = Number(head.seconds); // from one end to the other when it plays
    this.rest = Number(head.rest); // the position at which there is most to see
    this.still = Boolean(head.still); // opens at its rest instead of playing
    this.quiet = Boolean(head.quiet); // for show: not in the address, and no button of a run
    this.unlisted = Boolean(head.unlisted); // not in the address
    /** @type {[number, string][]} sentences, each up to an amount of noise */
    this.words = head.words;
    this.chosen = 0; // which picture of a row is shown large
  }

  get parameter() { return "t"; } // in the address
  get reachable() { return this.last; } // how far it can be moved
  get waiting() { return false; } // whether playing has to wait for something to show
  get afresh() { return false; } // whether it begins at its start although another was shown before
  get computes() { return false; } // whether there is something to say about the computing
  get progress() { return ""; } // and what
  get live() { return false; } // whether the model is at work
  get complete() { return true; }
  get reached() { return this.last; } // how far the model has got
  /** @type {import("./reverse.js").Lane[]} */
  get unfinished() { return []; } // runs that are still to be made
  /** @type {import("./reverse.js").Lane[] | null} runs of the model that it shows, if any */
  get lanes() { return null; }
  get ends() { return ["towards the start", "towards the end"]; }

  // A position for a number in the address, and back.
  indexOf(step) { return step; }
  stepAt(index) { return index; }

  place(index) { return `step ${index} / ${this.last}`; }
  sentence(index) { return this.place(index); }
  describe(index) { return this.sentence(index); }
  /** @returns {string[]} all sentences that there may be */
  get sentences() { return (this.words ?? []).map(([, text]) => text); }

  // What the address says of the position, by parameter; null for what it does not say.
  /** @returns {Record<string, string | null>} */
  addressed(index) { return { [this.parameter]: String(this.stepAt(index)) }; }

  // It is on the stage: what it may need later can be fetched now.
  shown() { /* nothing */ }

  // Whether this is already the scene that Python tells of.
  /** @param {Record<string, any>} _head */
  shows(_head) { return false; }

  stop() { /* nothing is at work */ }
  close() { this.stop(); }

  // Of those sentences, the one for this amount of noise.
  /** @param {number} sigma @param {[number, string][]} said */
  saidAt(sigma, said = this.words) { return said.find(([limit]) => sigma <= limit)[1]; }
}
