// Scenes about how the network learns: one training step, part by part, and moments of a whole run.

// What went wrong, in a sentence that says what to do.
function plainly(error) {
  if (error instanceof TypeError) return "The server cannot be reached: check the connection and press Again.";
  return error.message || "The network did not answer: reload the page.";
}

// One round: digit, time, noise, mix, answer, error, loss, step. All of it is fetched at once, when
// it has been computed; the timeline reveals one part after the other.
class StepScene {
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
    const loss = this.shows("loss", index) ? ` Loss ${shortNumber(round.loss)}.` : "";
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

// A run of training, looked at about a dozen times; its last stop is the model that ships.
class HistoryScene {
  constructor(head) {
    Object.assign(this, head); // stops (labels, sentences, figures) and pictures
    this.last = this.stops.length - 1;
  }

  get parameter() { return "stop"; }
  get reachable() { return this.last; }
  get ends() { return ["back to random weights", "on through training"]; }
  indexOf(stop) { return stop; }
  stepAt(index) { return index; }
  place(index) { return this.stops[index].place; }
  sentence(index) { return this.stops[index].sentence; }
  describe(index) {
    const { place, loss, frechet } = this.stops[index];
    return `${place}: loss on test digits ${shortNumber(loss)}, Fréchet distance ` +
      `${shortNumber(frechet)}. ${this.sentence(index)}`;
  }

  // Bytes of digit `which` from noise 0 or 1, and of the guess at one of the noise levels.
  sample(index, noise, which) { return this.pixels("samples", (index * 2 + noise) * 10 + which); }
  guess(index, level) { return this.pixels("guesses", index * this.times.length + level); }
  pixels(name, place) { return this[name].subarray(place * PIXELS, (place + 1) * PIXELS); }

  line(index) {
    const many = this.levels.length;
    return { levels: this.levels, losses: this.level_loss.subarray(index * many, (index + 1) * many) };
  }
  dots() { return []; }
}

// Three digits that mean something, whatever the size.
function shortNumber(value) {
  if (value === null || !isFinite(value)) return "not a number";
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2)
    : value >= 0.01 ? value.toFixed(3) : value === 0 ? "0" : value.toExponential(1).replace("e-", " × 10⁻").replace(/⁻(\d+)$/, (_, d) =>
      "⁻" + [...d].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join(""));
}
