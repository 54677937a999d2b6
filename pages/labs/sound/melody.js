// Eight keys and a line for a melody. Every note is generated anew, from noise of its own.

import { lettersWork } from "../../shared/letters.js";
import { download, make, setText } from "../../shared/dom.js";
import { askFor, Incoming } from "../../shared/stream.js";
import { FRAME_HEAD } from "../../stage/scenes/reverse.js";
import { GAIN, loudspeaker, mixed, wavFile } from "./audio.js";
import { WAVE_HEAD } from "./scene.js";
import { inkOf, paintSpectrogram, spectrogram } from "./spectrogram.js";

const BROKE_OFF = "The answer broke off: press Play again.";
const BEAT = 0.4; // seconds from note to note

// What /api/sound answered: {head, notes: [Float32Array]}. See labs/sound/recording.py: a line, and
// frames, of which the last one holds the finished notes.
export function readNotes(bytes) {
  const incoming = new Incoming();
  incoming.add(bytes);
  let head;
  do {
    head = incoming.line();
    if (!head || head.problem) throw new Error(head?.problem ?? BROKE_OFF);
  } while (!head.frames);
  const count = head.slots.filter((slot) => slot !== null).length, heard = FRAME_HEAD + count * WAVE_HEAD;
  let last = null;
  for (let frame = 0; frame < head.frames; frame++) {
    last = incoming.bytes(heard + count * 4 * head.length);
    if (!last) throw new Error(incoming.lastWords ?? BROKE_OFF);
  }
  const notes = Array.from({ length: count }, (_, i) => {
    const start = heard + i * 4 * head.length; // x_t and the guess, of which the former is played
    const whole = new Int16Array(last.slice(start, start + 2 * head.length).buffer);
    return Float32Array.from(whole, (value) => (value / 32767) * head.reach);
  });
  return { head, notes };
}

async function made(melody, signal) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const asked = new URLSearchParams({ melody, seed: String(seed) });
  return readNotes(await askFor(`api/sound?${asked}`, "bytes", "press Play again", { signal }));
}

// Notes one after another, rests between: [seconds, wave] for each note.
function inTime({ head, notes }) {
  let next = 0;
  return head.slots.flatMap((slot, beat) => (slot === null ? [] : [[beat * BEAT, notes[next++]]]));
}

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  if (!root.melody) root.melody = new Melody(root, data);
  root.melody.repaint();
  return () => root.melody.leave();
}

class Melody {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    /** @type {ReturnType<typeof readNotes> | null} */
    this.tune = null;
    /** @type {AbortController | null} */
    this.hangUp = null;
    this.gone = new AbortController(); // when the lab has been left
    this.keys = data.letters.map((letter, i) => {
      const key = make("button.key", { type: "button", "aria-label": `Play ${data.names[i]}` }, make("b", {}, letter), make("span", {}, String(i + 1)));
      key.onclick = () => this.press(i);
      return key;
    });
    this.write = make("input", { type: "checkbox" });
    this.line = make("input", { type: "text", id: "melody", spellcheck: "false", autocomplete: "off", value: Object.values(data.ready)[0] });
    this.ready = make("select", { "aria-label": "Ready melodies" }, make("option", { value: "" }, "Ready melodies"),
      ...Object.entries(data.ready).map(([name, tune]) => make("option", { value: tune }, name)));
    this.start = make("button.wide.strong", { type: "button" }, "Play");
    this.halt = make("button.wide", { type: "button", disabled: "" }, "Stop");
    this.save = make("button.wide", { type: "button", disabled: "" }, "Save WAV");
    this.said = make("p.small.said", { role: "status" });
    this.picture = make("canvas.tune", { width: 320, height: 128, role: "img", "aria-label": "No melody has been made yet" });
    this.head = make("i.playhead", { "aria-hidden": "true" });
    root.replaceChildren(
      make("h2", {}, "Play it"),
      make("div.keys", { role: "group", "aria-label": "Keyboard of eight notes" }, ...this.keys),
      make("label.check.small", {}, this.write, "write down what I press"),
      make("label.small", { for: "melody" }, "Melody: C D E F G A B c, and - for a rest"),
      this.line,
      make("div.does", {}, this.ready, this.start, this.halt, this.save),
      make("div.score", {}, this.picture, this.head), this.said);
    this.ready.onchange = () => { if (this.ready.value) this.line.value = this.ready.value; this.ready.value = ""; };
    this.start.onclick = () => this.play();
    this.halt.onclick = () => { this.hangUp?.abort(); loudspeaker.stop(); };
    this.save.onclick = () => download(wavFile(this.mix, this.tune.head.rate), "melody.wav");
    this.line.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Enter") this.play(); };
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
  }

  key(event) {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const focus = event.composedPath()[0];
    if (focus.closest?.("input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]")) return;
    if (/^[1-8]$/.test(event.key) && lettersWork()) this.press(+event.key - 1);
  }

  // One note, made while the key goes down.
  async press(label) {
    if (this.write.checked) this.line.value += this.data.letters[label];
    const key = this.keys[label];
    key.setAttribute("data-lit", "");
    try {
      await loudspeaker.open();
      const { notes, head } = await made(this.data.letters[label], this.gone.signal);
      this.gone.signal.throwIfAborted();
      loudspeaker.play(mixed([[0, notes[0]]], head.rate), head.rate);
      setText(this.said, `A new ${this.data.names[label]}.`);
    } catch (error) {
      if (error.name !== "AbortError") setText(this.said, error.message);
    }
    key.removeAttribute("data-lit");
  }

  async play() {
    this.hangUp?.abort();
    const hangUp = (this.hangUp = new AbortController());
    this.busy(true);
    setText(this.said, "The model is making your notes …");
    // Within the click: some browsers allow no sound later. If it fails, that is said below.
    const opened = loudspeaker.open();
    opened.catch(() => {});
    try {
      this.tune = await made(this.line.value, hangUp.signal);
      this.parts = inTime(this.tune);
      this.mix = mixed(this.parts, this.tune.head.rate);
      this.save.disabled = false;
      this.repaint();
      const done = `${this.tune.notes.length} new notes from seed ${this.tune.head.seed}.`;
      setText(this.said, done);
      await opened;
      hangUp.signal.throwIfAborted();
      const seconds = this.mix.length / this.tune.head.rate;
      loudspeaker.play(this.mix, this.tune.head.rate,
        (now) => this.head.style.setProperty("left", `${100 * Math.min(1, now / seconds)}%`),
        () => { if (this.hangUp === hangUp) this.busy(false); });
      return;
    } catch (error) {
      if (this.hangUp === hangUp) setText(this.said, error.name === "AbortError" ? "Stopped." : error.message);
    }
    if (this.hangUp === hangUp) this.busy(false);
  }

  busy(is) { this.halt.disabled = !is; }

  repaint() {
    if (!this.mix) return;
    paintSpectrogram(this.picture, spectrogram(this.mix.map((value) => value / GAIN)), inkOf(this.root));
    this.picture.setAttribute("aria-label", `Spectrogram of the melody, ${this.tune.notes.length} notes, 0 to 4,000 Hz`);
  }

  leave() {
    this.gone.abort();
    this.hangUp?.abort();
    loudspeaker.stop();
    document.removeEventListener("keydown", this.onkey);
  }
}
