// A visitor's training run as it arrives: events of diffusion_core/labs/own/learning.py, each a line of
// JSON and the arrays that it lists. The run lives on `window`, so that it outlives a change of
// page within the lesson; closing the tab ends it, and with it the work on the server.

import { ask, Incoming, stream } from "../../shared/stream.js";

export const REMEMBERED = "fog-own-run"; // in sessionStorage, while a run is under way

export class OwnRun {
  constructor(settings) {
    this.settings = settings; // digits, seconds, seed
    this.token = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.phase = "asking"; // waiting, preparing, learning, judging, ended, failed, left
    this.before = 0; // how many are in line before it, while it waits
    this.share = 0; // of preparing or judging
    this.setup = null;
    this.now = null; // the latest progress
    this.heard = 0; // and when it arrived
    this.losses = []; // [seconds, loss]
    this.moments = []; // {at, step, pictures}
    this.end = null;
    this.problem = null;
    this.stopping = false;
    this.incoming = new Incoming();
    this.event = null; // whose arrays are still on their way
    this.views = new Set();
  }

  get live() { return !["ended", "failed", "left"].includes(this.phase); }

  // Seconds until the learning ends, by the server's word and the time since.
  get secondsLeft() {
    if (!this.now) return this.settings.seconds;
    const since = this.phase === "learning" ? (performance.now() - this.heard) / 1000 : 0;
    return Math.max(0, this.now.left - since);
  }

  report() { for (const view of this.views) view(); }

  // More bytes, however they were cut.
  take(bytes) {
    const { incoming } = this;
    incoming.add(bytes);
    for (;;) {
      this.event ??= incoming.line();
      if (!this.event) return;
      const event = this.event, arrays = event.arrays ?? [];
      const sizes = arrays.map(({ shape }) => shape.reduce((a, b) => a * b, 1)); // all are bytes
      const all = incoming.bytes(sizes.reduce((a, b) => a + b, 0));
      if (!all) return;
      let offset = 0;
      arrays.forEach(({ name }, i) => {
        event[name] = all.subarray(offset, offset + sizes[i]);
        offset += sizes[i];
      });
      this.event = null;
      this.hear(event);
    }
  }

  hear(event) {
    if (event.kind === undefined) { // a note about the run
      if (event.before !== undefined) [this.phase, this.before] = ["waiting", event.before];
      if (event.problem) this.problem = event.problem;
    } else if (event.kind === "preparing") [this.phase, this.share] = ["preparing", event.share];
    else if (event.kind === "begun") [this.phase, this.setup] = ["learning", event];
    else if (event.kind === "samples") this.moments.push(event);
    else if (event.kind === "progress") {
      this.now = event;
      this.heard = performance.now();
      this.losses.push([event.at, event.loss]);
    } else if (event.kind === "judging") {
      this.phase = "judging";
      this.share = event.share;
    } else if (event.kind === "end") [this.phase, this.end] = ["ended", event];
  }

  async begin() {
    this.hangUp = new AbortController();
    this.warn = (event) => event.preventDefault(); // the browser asks whether to leave
    window.addEventListener("beforeunload", this.warn);
    try { sessionStorage.setItem(REMEMBERED, "1"); } catch { /* refused: then nothing is said after a reload */ }
    const { digits, seconds, seed } = this.settings;
    try {
      const asked = new URLSearchParams({ run: this.token, digits, seconds, seed });
      await stream(`api/train?${asked}`, (bytes) => { this.take(bytes); this.report(); }, "press Train again",
        { method: "POST", signal: this.hangUp.signal });
      if (!this.end) throw new Error(this.problem ?? "The training broke off: press Train to begin again.");
    } catch (error) {
      this.phase = error.name === "AbortError" ? "left" : "failed";
      this.problem = error.message;
    } finally {
      window.removeEventListener("beforeunload", this.warn);
      try {
        if (window.throughTheFogOwn === this) sessionStorage.removeItem(REMEMBERED);
      } catch { /* as above */ }
    }
    this.report();
  }

  // Before it has learned anything there is nothing to keep: hang up. Later, ask for the result.
  async stop() {
    if (this.phase !== "learning" || !this.now) {
      if (this.phase !== "judging") this.hangUp.abort();
      return;
    }
    this.stopping = true;
    this.report();
    try {
      await ask(`api/train/stop?run=${this.token}`, "press Stop again", { method: "POST" });
    } catch {
      this.stopping = false; // it goes on as before, and Stop may be pressed again
      this.report();
    }
  }
}
