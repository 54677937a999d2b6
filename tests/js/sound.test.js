import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { mixed } from "../../pages/labs/sound/audio.js";
import { readNotes } from "../../pages/labs/sound/melody.js";
import { spectrogram } from "../../pages/labs/sound/spectrogram.js";
import { facts } from "./facts.js";

test("the spectrogram is numpy's", () => {
  const { wave, levels } = facts.spectrum, ours = spectrogram(Float32Array.from(wave));
  assert.equal(ours.levels.length, levels.length);
  ours.levels.forEach((level, i) => assert.ok(Math.abs(level - levels[i]) < 1e-3, `${i}: ${level} and ${levels[i]}`));
});

test("nothing is louder than the loudspeaker can be", () => {
  const loud = new Float32Array(8).fill(50), mix = mixed([[0, loud], [0.0005, loud]], 8000);
  assert.equal(mix.length, 12);
  assert.ok(mix.every((value) => value <= 1 && value > 0.9));
});

// An answer of /api/sound with two frames of two notes, three samples each.
function answer() {
  const head = new TextEncoder().encode('{"before": 1}\n{"frames": 2, "slots": [0, null, 4], "length": 3, "reach": 2, "rate": 8000, "seed": 1}\n');
  const size = 24 + 2 * (16 + 4 * 3), bytes = new Uint8Array(head.length + 2 * size);
  bytes.set(head);
  const waves = head.length + size + 24 + 2 * 16, view = new DataView(bytes.buffer);
  [32767, -32767, 0, 1, 1, 1, 16384, 0, 0, 1, 1, 1].forEach((value, i) => view.setInt16(waves + 2 * i, value, true));
  return bytes;
}

test("the notes are those of the last frame", () => {
  const { head, notes } = readNotes(answer());
  assert.deepEqual(head.slots, [0, null, 4]);
  assert.deepEqual(notes.map((note) => [...note].map((value) => Math.round(value * 100) / 100)), [[2, -2, 0], [1, 0, 0]]);
});

test("an answer that broke off is a sentence", () => {
  assert.throws(() => readNotes(answer().subarray(0, 180)), { message: "The answer broke off: press Play again." });
  assert.throws(() => readNotes(answer().subarray(0, 9)), { message: "The answer broke off: press Play again." });
  const refused = new TextEncoder().encode('{"problem": "Too many are waiting: try again soon."}\n');
  assert.throws(() => readNotes(refused), { message: "Too many are waiting: try again soon." });
});
