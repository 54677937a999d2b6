// Training in miniature: each round picks one of the recorded noise levels at random, and the
// network says what noise it sees. The answers are the trained network's own.

import { Scene } from "./scene.js";
import { ForwardScene } from "./forward.js";

export class DrillScene extends Scene {
  constructor(head) {
    super({ ...head, quiet: true });
    /** @type {number[]} the noise level of each round */
    this.order = head.order;
    /** @type {Float32Array} the mean squared error at each level */
    this.error = head.error;
    /** @type {Uint8Array} the noise that the network sees at each level */
    this.eps_hat = head.eps_hat;
    this.there = new ForwardScene({ ...head, last: head.levels - 1 });
  }

  get ends() { return ["towards the first round", "towards the last round"]; }
  get parameter() { return "round"; }
  level(index) { return this.order[index]; }
  amounts(index) { return this.there.amounts(this.level(index)); }
  place(index) { return `round ${index + 1} / ${this.last + 1}`; }
  sentence(index) { return this.describe(index); }
  describe(index) {
    return `Round ${index + 1}: noise mixed in up to t = ${10 * this.level(index)} of 1000. ` +
      `Mean squared error ${this.error[this.level(index)].toFixed(3)}.`;
  }
}

// What if the model were told another step than the true one? The picture stays as it is, mixed at
// one time; the timeline moves only what the model hears, and so what it answers.
export class ToldScene extends ForwardScene {
  constructor(head) {
    super(head);
    /** @type {string[]} when it is told too little, about the truth, too much */
    this.toldWords = head.words;
  }

  mixed() { return super.mixed(this.truth); }
  place(index) { return `told: step ${index} / ${this.last}`; }
  amounts() { return super.amounts(this.truth); }
  sentence(index) {
    const far = index / this.last - this.truth / this.last;
    return this.toldWords[far < -0.2 ? 0 : far > 0.3 ? 2 : 1];
  }
  describe(index) { return `The picture is at step ${this.truth}; the model is told ${index}. ${this.sentence(index)}`; }
}
