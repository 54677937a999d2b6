// Playing waves, and writing them down. Nothing sounds unless somebody presses a button.

import { make } from "../../shared/dom.js";

export const GAIN = 0.3; // noise at its loudest is then at a third of what the loudspeaker can do
const SILENT = "The browser keeps this page silent: allow sound for it in the browser's settings, and press again.";
const MUTE = "This browser cannot play sound. Everything else works, and a melody can be downloaded.";
const MUTED = "Nothing to be heard? The silent mode of an iPhone or iPad silences this page, too: turn it off.";

// The silent mode of a phone silences web pages, but for those that say that sound is what they are
// for, as a music player does. Older ones cannot say so: there, a line on the page says it.
function soundIsThePoint() {
  try {
    if (navigator.audioSession) navigator.audioSession.type = "playback";
  } catch {
    // Then it stays as it is.
  }
}

export function muteNote() {
  const touched = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  return touched && !navigator.audioSession ? [make("p.small.soft", {}, MUTED)] : [];
}

// Waves at their times, in one. parts: [seconds, Float32Array]. tanh is the limiter: quiet sound
// passes unchanged, loud sound is softened, and nothing can be louder than 1.
export function mixed(parts, rate) {
  const ends = parts.map(([at, wave]) => Math.round(at * rate) + wave.length);
  const mix = new Float32Array(Math.max(1, ...ends));
  for (const [at, wave] of parts) {
    const start = Math.round(at * rate);
    for (let i = 0; i < wave.length; i++) mix[start + i] += GAIN * wave[i];
  }
  return mix.map(Math.tanh);
}

export const loudspeaker = (window.throughTheFogLoudspeaker ??= {
  context: null,
  source: null,

  // Ready to play. Fails with a sentence where the browser will not; never waits for long.
  async open() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) throw new Error(MUTE);
    soundIsThePoint();
    try {
      this.context ??= new Context();
      // A browser that does not allow sound leaves this promise open.
      const patience = new Promise((done) => { setTimeout(done, 1500); });
      if (this.context.state !== "running") await Promise.race([this.context.resume(), patience]);
    } catch {
      throw new Error(MUTE);
    }
    if (this.context.state !== "running") throw new Error(SILENT);
  },

  // Play a mix in place of what is playing. Calls `moved` with the seconds played so far, in each
  // frame of the screen, and `over` once it has ended or was stopped.
  play(mix, rate, moved = (/** @type {number} */ _seconds) => {}, over = () => {}) {
    this.stop();
    const buffer = this.context.createBuffer(1, mix.length, rate);
    buffer.copyToChannel(mix, 0);
    const source = (this.source = this.context.createBufferSource());
    source.buffer = buffer;
    source.connect(this.context.destination);
    const began = this.context.currentTime;
    let playing = true;
    source.onended = () => {
      playing = false;
      if (this.source === source) this.source = null;
      over();
    };
    source.start();
    const tick = () => {
      if (!playing) return;
      moved(this.context.currentTime - began);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  },

  stop() { this.source?.stop(); },
});

// A sound file: RIFF, one channel, 16 bits a sample.
export function wavFile(mix, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * mix.length));
  const text = (at, letters) => [...letters].forEach((l, i) => view.setUint8(at + i, l.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * mix.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * mix.length, true);
  mix.forEach((value, i) => view.setInt16(44 + 2 * i, Math.round(32767 * value), true));
  return new Blob([view], { type: "audio/wav" });
}
