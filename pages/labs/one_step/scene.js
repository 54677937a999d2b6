// How the network learns: one training step, part by part.

import { threeDigits } from "../../shared/numbers.js";
import { askFor } from "../../shared/stream.js";
import { unbundle } from "../../stage/bundle.js";
import { Scene } from "../../stage/scenes/scene.js";

// One round: digit, time, noise, mix, answer, error, loss, step. All of it is fetched at once, when
// it has been computed; the timeline reveals one part after the other.
export class StepScene extends Scene {
  constructor(head) {
    super(head);
    /** @type {string[]} */
    this.parts = head.parts;
    /** @type {string[]} a sentence for each part */
    this.said = head.words;
    this.fails = String(head.fails); // instead of the last one, where the step was too large
    this.ask = String(head.ask);
    this.askLevels = String(head.askLevels);
    this.asked = false;
    /** @type {any} the answer: see diffusion_core/labs/one_step.py */
    this.round = null;
    /** @type {{levels: Float32Array, losses: Float32Array} | null} */
    this.curve = null;
    /** @type {string | null} */
    this.curveMissing = null;
    this.message = "The network is at work …";
    this.stopped = new AbortController();
  }

  get parameter() { return "step_at"; }
  get afresh() { return true; } // another round begins with its first part
  get ends() { return ["back to the digit", "to the step"]; }
  get waiting() { return !this.round; } // nothing plays before there is something to reveal
  shows(part, index) { return Boolean(this.round) && index >= this.parts.indexOf(part); }

  // Called by whoever needs the answer; asks once.
  begin(changed) {
    if (this.asked) return;
    this.asked = true;
    const fetched = async (address) =>
      unbundle(await askFor(address, "bytes", "press Again", { signal: this.stopped.signal }));
    fetched(this.ask)
      .then(async (round) => {
        this.round = round;
        changed();
        try {
          this.curve = await fetched(this.askLevels);
        } catch (error) {
          if (error.name === "AbortError") return;
          this.curveMissing = error.message;
        }
        changed();
      })
      .catch((error) => {
        if (error.name === "AbortError") return;
        this.message = error.message;
        changed();
      });
  }

  close() { this.stopped.abort(); }

  place(index) { return `${index + 1} / ${this.last + 1} · ${this.parts[index]}`; }

  sentence(index) {
    const { round } = this;
    if (!round) return this.message;
    if (this.parts[index] === "step" && round.loss_after === null) return this.fails;
    return this.said[index].replace(/\{(\w+)\}/g, (_, name) => {
      const value = { ...round, step: Math.round(1000 * round.t) }[name];
      const rounds = typeof value === "number" && !Number.isInteger(value) && name !== "rate";
      return rounds ? value.toFixed(2) : value;
    });
  }

  get sentences() { return this.parts.map((_, index) => this.sentence(index)); }

  describe(index) {
    const { round } = this;
    if (!round) return this.message;
    const loss = this.shows("loss", index) ? ` Loss ${threeDigits(round.loss)}.` : "";
    return `${this.place(index)}. ${this.sentence(index)}${loss}`;
  }

  // For the chart of losses by noise level: a line, and dots of the rounds so far.
  line() { return this.curve && { levels: this.curve.levels, losses: this.curve.losses }; }
  dots(index) {
    const { round } = this;
    if (!round) return [];
    const fresh = round.dots.length - round.batch;
    return round.dots.map(([t, loss], i) => ({ t, loss, now: i >= fresh, first: i === fresh }))
      .filter((dot) => dot.loss !== null && (!dot.now || this.shows("loss", index)));
  }
}
