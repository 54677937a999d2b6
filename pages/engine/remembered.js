// Where runs have been, step by step, so that a fork goes on from there at once instead of walking the
// way to it again.

import { COLUMNS } from "./sampler.js";

const RUNS = 8, MOST = 16 * 2 ** 20; // runs, and bytes of each

/** @typedef {import("./sampler.js").State} State */

export class Remembered {
  constructor() {
    /** @type {Map<string, Map<number, State>>} what a run is -> where it was before each step */
    this.runs = new Map();
  }

  // For a job: where the way to its last turn ends, if that has been walked, and what keeps where it
  // goes. Up to that turn, this is also where the run goes that it branches off.
  open(job) {
    // Nothing branches off a run that begins in a picture, or between two.
    const forks = !job.given && !job.arc && !job.blend;
    const turn = job.turns?.at(-1), small = forks && (job.table.length / COLUMNS.length) * job.labels.length * 784 * 4 <= MOST;
    const own = this.runOf(job), trunk = turn ? this.runOf({ ...job, turns: job.turns.slice(0, -1) }) : null;
    return {
      /** @type {State | null} */
      from: trunk?.get(turn.step) ?? null,
      /** @param {State} state */
      keep(state) {
        if (!small) return;
        own.set(state.step, state);
        if (trunk && state.step <= turn.step) trunk.set(state.step, state);
      },
    };
  }

  /** @returns {Map<number, State>} */
  runOf({ network, labels, guidance, seed, turns = [], table }) {
    const name = JSON.stringify([network, labels, guidance, seed, turns, [...table]]);
    const states = this.runs.get(name) ?? new Map();
    this.runs.delete(name); // the newest stands last
    this.runs.set(name, states);
    if (this.runs.size > RUNS) this.runs.delete(this.runs.keys().next().value);
    return states;
  }
}
