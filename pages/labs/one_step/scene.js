// How the network learns: one training step, part by part.

import { threeDigits } from "../../shared/numbers.js";
import { unbundle } from "../../stage/bundle.js";

// What went wrong, in a sentence that says what to do.
function plainly(error) {
  if (error instanceof TypeError) return "The server cannot be reached: check the connection and press Again.";
  return error.message || "The network did not answer: reload the page.";
}

// One round: digit, time, noise, mix, answer, error, loss, step. All of it is fetched at once, when
// it has been computed; the timeline reveals one part after the other.
export class StepScene {
  constructor(head) {
    Object.assign(this, head); // parts, words (a sentence each), ask, askLevels
    this.message = "The network is at work …";
    this.stopped = new AbortController();
  }

  get parameter() { return "step_at"; }
  get afresh() { return true; } // another round begins with its first part
  get reachable() { return this.last; }
  get ends() { return ["back to the digit", "to the step"]; }
  indexOf(part) { return part; }
  stepAt(index) { return index; }
  get waiting() { return !this.round; } // nothing plays before there is something to reveal
  shows(part, index) { return Boolean(this.round) && index >= this.parts.indexOf(part); }

  // Called by whoever needs the answer; asks once.
  begin(changed) {
    if (this.asked) return;
    this.asked = true;
    const fetched = async (address) => {
      const answer = await fetch(address, { signal: this.stopped.signal });
      if (!answer.ok) throw new Error(await answer.text());
      return unbundle(new Uint8Array(await answer.arrayBuffer()));
    };
    fetched(this.ask)
      .then(async (round) => {
        this.round = round;
        changed();
        try {
          this.curve = await fetched(this.askLevels);
        } catch (error) {
          if (error.name === "AbortError") return;
          this.curveMissing = plainly(error);
        }
        changed();
      })
      .catch((error) => {
        if (error.name === "AbortError") return;
        this.message = plainly(error);
        changed();
      });
  }

  close() { this.stopped.abort(); }

  place(index) { return `${index + 1} / ${this.last + 1} · ${this.parts[index]}`; }

  sentence(index) {
    const { round } = this;
    if (!round) return this.message;
    if (this.parts[index] === "step" && round.loss_after === null) return this.fails;
    return this.words[index].replace(/\{(\w+)\}/g, (_, name) => {
      const value = { ...round, step: Math.round(1000 * round.t) }[name];
      const rounds = typeof value === "number" && !Number.isInteger(value) && name !== "rate";
      return rounds ? value.toFixed(2) : value;
    });
  }

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
