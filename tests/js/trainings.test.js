import { breakUp } from "./pieces.js";
import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { OwnRun } from "../../pages/labs/own/run.js";
import { Training } from "../../pages/labs/points/run.js";
import { bytesOf, facts } from "./facts.js";

const near = (a, b, apart) => assert.ok(Math.abs(a - b) <= apart, `${a} and ${b}`);

test("a training in the plane is read as Python reads it, wherever it is cut", () => {
  const bytes = bytesOf("plane.answer"), { plane } = facts;
  for (const pieces of breakUp(bytes, 200)) {
    const training = new Training("");
    for (const piece of pieces) training.take(piece);
    assert.ok(training.done);
    assert.equal(training.before, 0); // nobody is before who has begun
    training.data.forEach((value, i) => near(value, plane.data[i], 1e-6));
    assert.deepEqual([...training.ideal.levels], plane.ideal);
    assert.deepEqual(training.snapshots.map(({ step }) => step), plane.steps);
    training.snapshots.forEach((snapshot, k) => {
      near(snapshot.loss, plane.losses[k], 1e-6);
      const scale = training.head.plane / 32767;
      near(snapshot.paths.reduce((sum, value) => sum + Math.abs(value * scale), 0), plane.paths[k], 1e-3);
    });
  }
});

test("a time lies between two of the recorded ones", () => {
  const training = new Training("");
  training.take(bytesOf("plane.answer"));
  const { times, field } = training.head;
  assert.deepEqual(training.placeOf(1), [0, 0]);
  assert.deepEqual(training.placeOf(0), [times.length - 2, 1]);
  const [k, part] = training.placeOf(0.4);
  near(times[k] + part * (times[k + 1] - times[k]), 0.4, 1e-9);
  const [level, share] = training.levelOf(0.37);
  near(field.times[level] + share * (field.times[level + 1] - field.times[level]), 0.37, 1e-9);
  assert.deepEqual(training.levelOf(0), [0, 0]); // before the first: there is no other
});

test("a visitor's training is read wherever it is cut", () => {
  const bytes = bytesOf("own.answer"), [first, second] = facts.own.sums;
  const sum = (pixels) => pixels.reduce((a, b) => a + b, 0);
  for (const pieces of breakUp(bytes, 200)) {
    const run = new OwnRun({ digits: "0", seconds: 30, seed: 0 });
    for (const piece of pieces) run.take(piece);
    assert.equal(run.phase, "ended");
    assert.equal(run.setup.batch, 8);
    assert.deepEqual(run.losses, [[2, 0.25]]);
    assert.deepEqual(run.moments.map(({ step }) => step), [12, 30]);
    assert.deepEqual(run.moments.map(({ pictures }) => sum(pictures.subarray(0, 784))), [first, second]);
    assert.equal(sum(run.end.pictures), first + second);
  }
});

test("a run in line says how many are before it, and learns to say what broke it", () => {
  const run = new OwnRun({ digits: "0", seconds: 30, seed: 0 });
  run.take(new TextEncoder().encode('{"before": 2}\n'));
  assert.deepEqual([run.phase, run.before, run.live], ["waiting", 2, true]);
  run.take(new TextEncoder().encode('{"problem": "The loss was not a number."}\n'));
  assert.equal(run.problem, "The loss was not a number.");
});
