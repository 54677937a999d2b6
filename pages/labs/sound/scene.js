// A note on the timeline of the reverse process: a run whose frames hold waves instead of pictures
// (diffusion_core/labs/sound/recording.py).

import { FRAME_HEAD, Lane, ReverseScene } from "../../stage/scenes/reverse.js";

export const WAVE_HEAD = 16; // four float32 a note: frequency and clarity of the pitch in x_t, in the guess

class SoundLane extends Lane {
  constructor(described) {
    super(described);
    this.length = Number(described.length); // samples of a wave
    this.reach = Number(described.reach); // the loudest that it can say
    this.size = FRAME_HEAD + this.count * (WAVE_HEAD + 4 * this.length);
  }

  // As heard, -1 to 1 being the loudest that is played without softening. kind: 0 for x_t, 1 for
  // the guess. Each wave is unpacked once.
  wave(frame, which, kind) {
    const waves = (frame.waves ??= new Map()), key = 2 * which + kind;
    if (!waves.has(key)) {
      const start = this.count * WAVE_HEAD + key * 2 * this.length;
      const whole = new Int16Array(frame.pixels.slice(start, start + 2 * this.length).buffer);
      waves.set(key, Float32Array.from(whole, (value) => (value / 32767) * this.reach));
    }
    return waves.get(key);
  }

  pitch(frame, which, kind) {
    const start = which * WAVE_HEAD + kind * 8;
    const [frequency, clarity] = new Float32Array(frame.pixels.slice(start, start + 8).buffer);
    return { frequency, clarity };
  }
}

export class SoundScene extends ReverseScene {
  constructor(head) {
    super(head, SoundLane);
    /** @type {{names: string[], c4: number}} of the scale */
    this.tones = head.tones;
    this.faint = Number(head.faint); // less clear than this is no tone
    this.sure = Number(head.sure); // and clearer than this is surely one
  }

  /** @returns {SoundLane[]} */
  get lanes() { return /** @type {SoundLane[]} */ (super.lanes); }
  get parameter() { return "sound_step"; }
  get ends() { return ["towards the noise", "towards the note"]; }
  get progress() { return super.progress.replace("first picture", "first step").replace("Drawn", "Made"); }
  indexOf(step) { return step; }
  stepAt(index) { return index; }
  place(index) { // moments of the last step lie between its beginning and its end
    const { steps } = this.lanes[0];
    if (index < steps) return `step ${index} / ${steps}`;
    return index === this.last ? `step ${steps} / ${steps}` : `within step ${steps}`;
  }
  paint() {}
  name() { return `the note ${this.lanes[0].caption}`; }

  // What an ear would say of x_t (kind 0) or of the guess (kind 1).
  heard(index, kind) {
    const frame = this.frame(0, index);
    if (!frame) return "nothing yet";
    const { frequency, clarity } = this.lanes[0].pitch(frame, 0, kind);
    if (clarity < this.faint) return "no tone, it hisses";
    const tone = `${toneName(frequency, this.tones)}, ${Math.round(frequency)} Hz`;
    return clarity < this.sure ? `a tone behind noise: ${tone}` : `a clear tone: ${tone}`;
  }

  describe(index) {
    const frame = this.frame(0, index);
    if (!frame) return this.sentence(index);
    return `${this.place(index).replace("/", "of")}, making ${this.name()}: ` +
      `${frame.alpha.toFixed(2)} times the guess plus ${frame.sigma.toFixed(2)} times noise. ` +
      `What you would hear now: ${this.heard(index, 0)}. The model's guess: ${this.heard(index, 1)}.`;
  }
}

// The nearest tone of the scale, as "A4". tones: the twelve names from C on, and C4 in Hz.
export function toneName(frequency, { names, c4 }) {
  const semitones = Math.round(12 * Math.log2(frequency / c4));
  const name = names[((semitones % 12) + 12) % 12], octave = 4 + Math.floor(semitones / 12);
  return `${name}${name.length > 1 ? " " : ""}${octave}`;
}
