// The reverse process: one or two runs of the model ("lanes") on one timeline, either recorded
// beforehand or streamed from the server while the model works.

import { engineFor } from "../../engine/engine.js";
import { jobOf } from "../../engine/jobs.js";
import { digits } from "../../shared/noise.js";
import { Incoming, stream } from "../../shared/stream.js";
import { paintBytes, PIXELS } from "../pixels.js";
import { Scene } from "./scene.js";

export const FRAME_HEAD = 24; // six float32: t, alpha, sigma, log SNR, network calls, spare

export class Lane {
  /** @param {import("./scene.js").Described} described */
  constructor(described) {
    this.address = described.address;
    this.caption = described.seed === null ? described.manner : `${described.manner} · seed ${described.seed}`;
    this.frames = described.frames;
    this.steps = described.steps;
    this.every = described.every;
    this.count = described.count;
    this.told = described.told;
    this.labels = described.labels;
    this.size = FRAME_HEAD + this.count * 3 * PIXELS;
    /** @type {{t: number, alpha: number, sigma: number, logSnr: number, calls: number, pixels: Uint8Array}[]} */
    this.got = []; // frames so far
    this.incoming = new Incoming();
    this.headless = true; // the line that begins the recording is still to come
    /** @type {import("../../engine/jobs.js").TabJob | null} */
    this.job = null; // how the tab makes it
    this.here = false; // whether this device draws it
    this.begun = false; // whether it is being drawn
    /** @type {import("../../engine/sampler.js").Turn[]} */
    this.turns = []; // that it takes on its way
    this.before = 0; // how many are in line before this run
    this.kept = false; // whether the pictures had been drawn already
    /** @type {string | null} */
    this.problem = null;
  }

  // More bytes of the recording (diffusion_core/files/frames.py), however they were cut.
  take(bytes) {
    this.incoming.add(bytes);
    while (this.headless) {
      const line = this.incoming.line();
      if (!line) return;
      if (line.frames) this.headless = false;
      else Object.assign(this, line); // a note about this run: before, kept
    }
    for (let frame; (frame = this.incoming.bytes(this.size));) {
      const [t, alpha, sigma, logSnr, calls] = new Float32Array(frame.buffer, 0, 5);
      this.got.push({ t, alpha, sigma, logSnr, calls, pixels: frame.subarray(FRAME_HEAD) });
    }
  }

  // A frame from this tab, unless it is there already, or is one of those that are not kept.
  put(step, frame) {
    if (step % this.every !== 0 && step < this.steps) return;
    if (Math.ceil(step / this.every) >= this.got.length) this.got.push(frame);
  }

  get done() { return this.got.length >= this.frames; }

  // kind: 0 for x_t, 1 for x0_hat, 2 for eps_hat.
  picture(frame, which, kind) {
    const start = (which * 3 + kind) * PIXELS;
    return frame.pixels.subarray(start, start + PIXELS);
  }

  // What the model is told of a picture at a step; null if it is told nothing, as at guidance 0.
  labelAt(which, _step) { return this.told ? this.labels[which] : null; }

  stepOf(number) { return Math.min(number * this.every, this.steps); }
}

// What makes a scene of runs what it is: all that Python said, but for bytes, and its recording.
function identity({ lanes, jobs, stage }) { return JSON.stringify([stage, lanes, jobs]); }

// The same scene from another seed, as Python would describe it. Lanes that have seeds of their own
// keep as far apart as they were.
/** @param {any} head @param {number} seed of its first lane */
export function reseeded(head, seed) {
  const by = seed - head.lanes[0].seed;
  const lanes = head.lanes.map((lane) => {
    if (lane.seed === null) return lane;
    const own = lane.seed + by;
    return { ...lane, seed: own, labels: lane.surprise ? digits(own, lane.count) : lane.labels,
      address: lane.address.replace(/([?&]seed=)\d+/, `$1${own}`) };
  });
  const jobs = head.jobs?.map((job, i) => job && { ...job, seed: lanes[i].seed, labels: lanes[i].labels });
  return { ...head, lanes, jobs };
}

export class ReverseScene extends Scene {
  constructor(head, LaneOf = Lane) {
    super(head);
    this.head = head;
    this.runs = head.lanes.map((described) => new LaneOf(described));
    this.button = head.button; // what runs the model again; Generate, if it is not said
    this.nearest = head.nearest; // where to ask what is nearest to its pictures
    /** @type {any} what is nearest, once it has been found */
    this.copies = null;
    /** @type {string | null} */
    this.copiesProblem = null;
    /** @type {Uint8Array} pictures of the other process, for the diagram */
    this.other = head.other;
    this.working = 0; // runs under way
    this.stopped = false;
    this.began = 0; // ms
    this.ended = 0;
    /** @type {number | null} ms from the beginning to the first picture */
    this.firstAfter = null;
    if (head.recording) this.lanes[0].take(head.recording);
    // What the tab can make itself, and with what.
    this.engine = head.engine ? engineFor(head.engine) : null;
    this.runs.forEach((lane, i) => { lane.job = jobOf(head, i); });
  }

  shown() { this.engine?.warm(); }

  shows(head) { return identity(head) === identity(this.head); }

  // The same runs, to be made now; from another seed, if there is one.
  /** @param {{seed?: number}} change */
  again({ seed }) {
    const head = { ...this.head, recording: null }, Same = /** @type {any} */ (this.constructor);
    return new Same(seed === undefined ? head : reseeded(head, seed));
  }

  /** @type {Lane[]} */
  get lanes() { return this.runs; }
  get live() { return this.working > 0; }

  get ready() { return this.lanes.every((lane) => lane.got.length > 0); }
  get complete() { return this.lanes.every((lane) => lane.done); }
  get problem() { return this.lanes.find((lane) => lane.problem)?.problem ?? null; }

  // How far along the timeline there is something to show in every lane.
  get reached() {
    const part = Math.min(...this.lanes.map((lane) => (lane.got.length - 1) / Math.max(1, lane.frames - 1)));
    return Math.max(0, Math.floor(part * this.last + 1e-6));
  }

  get parameter() { return "step"; }
  get computes() { return !this.quiet; } // whether there is something to say about the computing
  get ends() { return ["towards the noise", "towards the digit"]; }
  side() { return "reverse"; }
  get clearing() { return this.last; }
  clearer() { return 1; }
  momentAt(side, share) { return side === "reverse" ? Math.round(share * this.last) : null; }
  get reachable() { return this.complete ? this.last : this.reached; }
  get longest() { return this.lanes.reduce((a, b) => (a.frames >= b.frames ? a : b)); }
  indexOf(step) { return Math.ceil(step / this.longest.every); }
  stepAt(index) { return this.longest.stepOf(index); }

  // The frame of a lane at a position. Lanes of different lengths share the time axis.
  number(lane, index) {
    const wanted = Math.floor((index / this.last) * (lane.frames - 1) + 1e-6);
    return Math.min(wanted, lane.got.length - 1);
  }

  frame(which, index) {
    const lane = this.lanes[which];
    return lane ? lane.got[this.number(lane, index)] ?? null : null;
  }

  amounts(index) {
    const frame = this.frame(0, index);
    return frame ? [frame.alpha, frame.sigma] : [0, 1];
  }

  paint(canvas, index, which = this.chosen) {
    const frame = this.frame(0, index), lane = this.lanes[0];
    if (frame) paintBytes(canvas, lane.picture(frame, Math.min(which, lane.count - 1), 0));
  }

  // Runs that are still to be made.
  get unfinished() { return this.lanes.filter((lane) => !lane.done); }

  begin(report) {
    const lanes = this.unfinished.filter((lane) => !lane.begun);
    if (!this.working) this.hangUp = new AbortController();
    this.stopped = false;
    this.firstAfter = null;
    this.began = performance.now();
    this.working += lanes.length;
    lanes.forEach((lane) => {
      lane.begun = true;
      this.make(lane, report).then(() => {
        this.working -= 1;
        lane.begun = false;
        this.ended = performance.now();
        report();
      });
    });
  }

  // In this tab where that is possible, else on the server.
  async make(lane, report) {
    if (lane.job && await this.engine?.fit()) {
      try {
        await this.compute(lane, report);
        return;
      } catch {
        lane.here = false; // the server begins afresh
      }
    }
    if (this.stopped) return;
    await this.stream(lane, report);
  }

  async compute(lane, report) {
    lane.here = true;
    const job = { ...lane.job, had: lane.got.length * lane.every };
    await this.engine.run(job.network, job, ({ frame, greys }) => {
      lane.put(frame.step, { ...frame, pixels: greys });
      if (this.firstAfter === null) this.firstAfter = performance.now() - this.began;
      report();
    }, this.hangUp.signal);
  }

  async stream(lane, report) {
    lane.got = [];
    try {
      await stream(lane.address, (bytes) => {
        lane.take(bytes);
        if (this.firstAfter === null && lane.got.length) this.firstAfter = performance.now() - this.began;
        report();
      }, `press ${this.button ?? "Replay"}`, { signal: this.hangUp.signal });
      if (lane.done || this.stopped) return;
      throw new Error(lane.incoming.lastWords ?? `The run broke off: press ${this.button ?? "Replay"} to start it again.`);
    } catch (error) {
      if (!this.stopped) lane.problem = error.message;
    }
  }

  stop() {
    if (!this.live) return;
    this.stopped = true;
    this.hangUp.abort();
  }

  get progress() {
    if (this.problem) return this.problem;
    const lane = this.lanes.reduce((a, b) => (a.frames - a.got.length > b.frames - b.got.length ? a : b));
    const step = Math.max(0, lane.stepOf(lane.got.length - 1));
    const first = this.firstAfter === null ? "" : ` · first picture after ${Math.round(this.firstAfter)} ms`;
    const before = Math.max(...this.lanes.map((one) => (one.headless ? one.before : 0)));
    if (this.live && before > 0) return `${before} ${before === 1 ? "other is" : "others are"} in line before you`;
    if (this.live) return `Computing: step ${step} of ${lane.steps}`;
    if (this.stopped) return `Stopped at step ${step} of ${lane.steps}`;
    const thinned = lane.every > 1 ? ` · one step in ${lane.every} is kept` : "";
    if (!this.complete) return ""; // about to begin
    if (this.firstAfter === null) return "Recorded beforehand with these settings";
    if (this.lanes.every(({ kept }) => kept)) return "Drawn a moment ago with these settings" + thinned;
    return `Done in ${((this.ended - this.began) / 1000).toFixed(1)} s${this.where}` + first + thinned;
  }

  // Where the model was at work; and why, where it might have been here.
  get where() {
    if (this.lanes.every(({ here }) => here)) return " on this device";
    if (!this.lanes.some(({ job }) => job)) return " on the server";
    return this.engine?.unfit ? ` on the server, since ${this.engine.unfit}` : " on the server";
  }

  sentence(index) {
    const frame = this.frame(0, index);
    if (!frame) return this.problem ?? "The model is starting from noise …";
    return this.saidAt(frame.sigma);
  }

  name(which, lane = this.lanes[0], step = Infinity) {
    const label = lane.labelAt(which, step);
    if (label === null) return "a digit"; // the model is not told which one
    return `${label === 8 ? "an" : "a"} ${label}`;
  }

  describe(index, which = 0) {
    const lane = this.lanes[which], frame = this.frame(which, index);
    if (!frame) return this.sentence(index);
    return `Step ${lane.stepOf(this.number(lane, index))} of ${lane.steps}, drawing ${this.name(this.chosen, lane, lane.stepOf(this.number(lane, index)))}: ` +
      `${frame.alpha.toFixed(2)} times the guess of the digit plus ${frame.sigma.toFixed(2)} times the noise it sees. ` +
      this.sentence(index);
  }

  place(index) { return `step ${this.stepAt(index)} / ${this.longest.steps}`; }
}
