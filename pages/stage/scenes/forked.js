// The reverse process of one setting, and its forks: at any step something may be changed, and the run
// branches. All branches stay; the one that is chosen is the one on stage.

import { allowed, described, mannerOf, MOST_BRANCHES, NO_LABEL, readForks, turnedAt, written } from "./forks.js";
import { Lane, ReverseScene } from "./reverse.js";

/** @typedef {import("../../engine/sampler.js").Turn} Turn */

class Branch extends Lane {
  /** @param {import("./scene.js").Described} trunk @param {Turn[]} turns @param {Lane} from which it leaves */
  constructor(trunk, turns, from) {
    super(described(trunk, turns));
    this.trunk = trunk;
    this.turns = turns;
    const last = turns[turns.length - 1];
    this.said = mannerOf(last);
    this.step = last.step; // at which it leaves
    this.from = from;
    // Up to there it is the other's.
    if (from.done) this.got = from.got.filter((_, number) => from.stepOf(number) < this.step);
  }

  labelAt(which, step) {
    let label = this.trunk.labels[which], { told } = this.trunk;
    for (const turn of this.turns.filter((one) => one.step <= step)) {
      if (turn.label !== null) label = turn.label;
      if (turn.guidance !== null) told = turn.guidance > 0;
    }
    return told && label !== NO_LABEL ? label : null;
  }
}

export class ForkedScene extends ReverseScene {
  constructor(head) {
    super(head);
    /** @type {Lane[]} the run without a turn, and those with */
    this.branches = [...this.runs];
  }

  get trunk() { return this.branches[0]; }
  get unfinished() { return this.branches.filter((lane) => !lane.done); }

  // Lets the run on stage branch at a step, and shows the branch. Nothing, if nothing is different or
  // there are as many as the stage has room for.
  /** @param {number} step @param {Omit<Turn, "step">} change */
  fork(step, change) {
    const from = this.lanes[0], turn = { step: Math.min(step, this.trunk.steps - 1), ...change };
    if (turn.label === null && turn.guidance === null && turn.seed === null) return null;
    const turns = turnedAt(from.turns, turn);
    const same = this.branches.find((lane) => written(lane.turns) === written(turns));
    if (!same && (this.full || !allowed(turns, this.trunk.steps))) return null;
    return this.choose(same ?? this.branch(turns));
  }

  /** @param {Turn[]} turns */
  branch(turns) {
    // The longest way that is walked already.
    const from = turns.length > 1 ? this.branches.find((lane) => written(lane.turns) === written(turns.slice(0, -1))) : null;
    const lane = new Branch(this.head.lanes[0], turns, from ?? this.trunk);
    lane.job = this.trunk.job && { ...this.trunk.job, turns };
    this.branches.push(lane);
    return lane;
  }

  get full() { return this.branches.length > MOST_BRANCHES; }

  choose(lane) {
    this.runs = [lane];
    return lane;
  }

  // Takes a branch away. Those that left it go on by themselves.
  remove(lane) {
    this.branches = this.branches.filter((other) => other !== lane);
    if (this.lanes[0] === lane) this.choose(this.trunk);
  }

  // The branches, as an address has them.
  get forks() { return this.branches.slice(1).map((lane) => written(lane.turns)).join(","); }

  // Those of an address, or of the scene before this one, as far as this run can take them.
  adopt(text) {
    for (const turns of readForks(text, this.trunk.steps)) this.branch(turns);
  }

  addressed(index) { return { ...super.addressed(index), forks: this.forks || null }; }
}
