import { threeDigits } from "../../shared/numbers.js";
import { PIXELS } from "../../stage/pixels.js";
import { Scene } from "../../stage/scenes/scene.js";

// A run of training, looked at about a dozen times; its last stop is the model that ships.
export class HistoryScene extends Scene {
  constructor(head) {
    super({ ...head, last: head.stops.length - 1 });
    /** @type {{place: string, sentence: string, examples: number, loss: number, frechet: number}[]} */
    this.stops = head.stops;
    this.batch = Number(head.batch);
    this.unseen = Number(head.unseen); // the Frechet distance of real digits that it never saw
    /** @type {number[]} noise levels of the guesses */
    this.times = head.times;
    /** @type {number[]} noise levels of the losses */
    this.levels = head.levels;
    /** @type {Float32Array} losses, level by level and stop by stop */
    this.level_loss = head.level_loss;
    /** @type {Float32Array} steps and losses in turns */
    this.curve = head.curve;
    /** @type {Record<string, Uint8Array>} */
    this.pictures = { samples: head.samples, guesses: head.guesses, noisy: head.noisy };
  }

  get parameter() { return "stop"; }
  get ends() { return ["back to random weights", "on through training"]; }
  place(index) { return this.stops[index].place; }
  sentence(index) { return this.stops[index].sentence; }
  get sentences() { return this.stops.map(({ sentence }) => sentence); }
  describe(index) {
    const { place, loss, frechet } = this.stops[index];
    return `${place}: loss on test digits ${threeDigits(loss)}, Fréchet distance ` +
      `${threeDigits(frechet)}. ${this.sentence(index)}`;
  }

  // Bytes of digit `which` from noise 0 or 1, and of the guess at one of the noise levels.
  sample(index, noise, which) { return this.pixels("samples", (index * 2 + noise) * 10 + which); }
  guess(index, level) { return this.pixels("guesses", index * this.times.length + level); }
  pixels(name, place) { return this.pictures[name].subarray(place * PIXELS, (place + 1) * PIXELS); }

  line(index) {
    const many = this.levels.length;
    return { levels: this.levels, losses: this.level_loss.subarray(index * many, (index + 1) * many) };
  }
  dots() { return []; }
}
