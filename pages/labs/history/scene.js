import { threeDigits } from "../../shared/numbers.js";
import { PIXELS } from "../../stage/pixels.js";

// A run of training, looked at about a dozen times; its last stop is the model that ships.
export class HistoryScene {
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
    return `${place}: loss on test digits ${threeDigits(loss)}, Fréchet distance ` +
      `${threeDigits(frechet)}. ${this.sentence(index)}`;
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
