import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { StepScene } from "../../pages/labs/one_step/scene.js";
import { toneName } from "../../pages/labs/sound/scene.js";
import { sceneOf } from "../../pages/stage/scenes/kinds.js";

const HEAD = {
  kind: "step", stage: "s", last: 2, seconds: 1, rest: 2, parts: ["digit", "loss", "step"],
  words: ["A {label}.", "Loss {loss} at t = {step}.", "Rate {rate}."], fails: "Too far.", ask: "a", askLevels: "b",
};
const ROUND = { label: 7, loss: 0.12345, t: 0.4, rate: 0.0005, loss_after: 0.1, batch: 2, dots: [[0.1, 0.5], [0.2, null], [0.4, 0.3], [0.6, 0.2]] };

test("a training step reveals one part after another", () => {
  const scene = sceneOf(HEAD);
  assert.ok(scene instanceof StepScene);
  assert.ok(scene.waiting);
  assert.equal(scene.sentence(0), "The network is at work …");
  scene.round = ROUND;
  assert.ok(!scene.waiting);
  assert.deepEqual([0, 1, 2].map((index) => scene.shows("loss", index)), [false, true, true]);
  assert.equal(scene.sentence(0), "A 7.");
  assert.equal(scene.sentence(1), "Loss 0.12 at t = 400.");
  assert.equal(scene.sentence(2), "Rate 0.0005.");
  scene.round = { ...ROUND, loss_after: null };
  assert.equal(scene.sentence(2), "Too far.");
});

test("this round's dots come with its loss, and what was not a number has none", () => {
  const scene = sceneOf(HEAD);
  scene.round = ROUND;
  assert.deepEqual(scene.dots(0).map(({ t }) => t), [0.1]);
  assert.deepEqual(scene.dots(1).map(({ t, now, first }) => [t, now, first]), [[0.1, false, false], [0.4, true, true], [0.6, true, false]]);
});

test("a step is asked for once, and what went wrong is said", async () => {
  let asked = 0;
  globalThis.fetch = async () => { asked += 1; throw new TypeError("Failed to fetch"); };
  const scene = sceneOf(HEAD);
  await new Promise((done) => { scene.begin(done); scene.begin(done); });
  assert.equal(asked, 1);
  assert.equal(scene.sentence(0), "The server cannot be reached: check the connection and press Again.");
});

test("tones have their names", () => {
  const scale = { names: ["C", "C sharp", "D", "D sharp", "E", "F", "F sharp", "G", "G sharp", "A", "A sharp", "B"], c4: 261.6256 };
  const named = [[261.6256, "C4"], [440, "A4"], [277.18, "C sharp 4"], [130.81, "C3"], [987.77, "B5"], [246.94, "B3"]];
  for (const [frequency, name] of named) assert.equal(toneName(frequency, scale), name);
});
