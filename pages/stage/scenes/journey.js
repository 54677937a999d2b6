// There and back: the forward process covers a digit, then a recorded run of the model draws
// another one. One timeline: the first half is a ForwardScene, the second a ReverseScene.

import { ForwardScene } from "./forward.js";
import { ReverseScene } from "./reverse.js";
import { Scene } from "./scene.js";

export class JourneyScene extends Scene {
  constructor(head) {
    super({ ...head, last: 2 * head.half });
    this.half = Number(head.half);
    /** @type {Record<string, [number, string][]>} sentences of each half */
    this.said = { forward: head.forward, reverse: head.reverse };
    this.there = new ForwardScene({ ...head, last: head.half });
    this.back = new ReverseScene({ ...head, last: head.half, words: head.back });
  }

  get lanes() { return this.back.lanes; }

  get parameter() { return "moment"; }
  get ends() { return ["back to the start", "to the end"]; }
  side(index) { return index <= this.half ? "forward" : "reverse"; }
  inner(index) { return index <= this.half ? index : index - this.half; }
  part(index) { return this.side(index) === "forward" ? this.there : this.back; }

  // Wiping is the reverse process. Who wipes while the fog still comes goes over to it, to the
  // moment with as much fog: turning time back would give back the original, which nobody can.
  get clearing() { return this.half; }
  clearer() { return 1; }
  wipeFrom(index) { return index < this.half ? this.last - index : index; }

  amounts(index) { return this.part(index).amounts(this.inner(index)); }
  paint(canvas, index) { this.part(index).paint(canvas, this.inner(index)); }
  frame(which, index) { return this.back.frame(which, Math.max(0, index - this.half)); }
  name(which, lane) { return this.back.name(which, lane); }
  sentence(index) {
    const [, sigma] = this.amounts(index);
    return this.saidAt(sigma, this.said[this.side(index)]);
  }

  get sentences() { return Object.values(this.said).flatMap((said) => said.map(([, text]) => text)); }

  describe(index) {
    const what = this.side(index) === "forward" ? "The forward process" : "The reverse process";
    return `${what}, ${this.place(index)}. ${this.sentence(index)}`;
  }

  place(index) {
    const inner = this.inner(index), share = inner / this.half;
    return this.side(index) === "forward"
      ? `covering · t = ${Math.round(1000 * share)}`
      : `clearing · t = ${Math.round(1000 * this.back.frame(0, inner).t)}`;
  }

  // For the diagram: where a moment of one half lies on the timeline. The middle is the end of the
  // forward process; the reverse process begins, with noise of its own, right after it.
  momentAt(side, share) {
    const inner = Math.round(share * this.half);
    return side === "forward" ? inner : this.half + Math.max(1, inner);
  }
}
