// Training in miniature: each round picks one of the recorded noise levels at random, and the
// network says what noise it sees. The answers are the trained network's own.

import { ForwardScene } from "./forward.js";

export class DrillScene {
  constructor(head) {
    Object.assign(this, head); // last (rounds - 1), order (a level for each round)
    this.there = new ForwardScene({ ...head, last: head.levels - 1 });
    this.quiet = true;
  }

  get reachable() { return this.last; }
  get ends() { return ["towards the first round", "towards the last round"]; }
  get parameter() { return "round"; }
  indexOf(step) { return step; }
  stepAt(index) { return index; }
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
  mixed() { return super.mixed(this.truth); }
  place(index) { return `told: step ${index} / ${this.last}`; }
  amounts() { return super.amounts(this.truth); }
  sentence(index) {
    const far = index / this.last - this.truth / this.last;
    return this.words[far < -0.2 ? 0 : far > 0.3 ? 2 : 1];
  }
  describe(index) { return `The picture is at step ${this.truth}; the model is told ${index}. ${this.sentence(index)}`; }
}
