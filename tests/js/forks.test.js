import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { Remembered } from "../../pages/engine/remembered.js";
import { follow, greysOf } from "../../pages/engine/sampler.js";
import { allowed, described, readForks, readTurns, turnedAt, written } from "../../pages/stage/scenes/forks.js";
import { ForkedScene } from "../../pages/stage/scenes/forked.js";
import { ReverseScene, reseeded } from "../../pages/stage/scenes/reverse.js";
import { bytesOf, facts } from "./facts.js";
import { standIn } from "./stand_in.js";

const FRAME = 24 + 2 * 3 * 784;

function jobOf({ table, fresh, ...facts_ }) {
  return { ...facts_, table: Float64Array.from(table.flat()), fresh: Float64Array.from(fresh.flat()) };
}

async function frames(job, from = null) {
  const all = [];
  for await (const frame of follow(job, standIn, from)) all.push(frame);
  return all;
}

for (const run of facts.turns) {
  test(`a run that turns (${run.text}) is Python's, frame for frame`, async () => {
    const got = await frames(jobOf(run)), recording = bytesOf(run.recording), start = recording.indexOf(10) + 1;
    assert.equal(got.length, run.frames);
    got.forEach((frame, k) => {
      const theirs = recording.slice(start + k * FRAME, start + (k + 1) * FRAME);
      assert.equal(frame.step, k);
      assert.equal(frame.calls, new Float32Array(theirs.buffer, 16, 1)[0]);
      greysOf(frame, 2).forEach((grey, i) =>
        assert.ok(Math.abs(grey - theirs[24 + i]) <= 1, `frame ${k}, grey ${i}: ${grey} and ${theirs[24 + i]}`));
    });
  });

  test(`what goes on from where it turned (${run.text}) ends in the same picture`, async () => {
    const job = jobOf(run), remembered = new Remembered();
    const trunk = { ...job, turns: job.turns.slice(0, -1) };
    assert.equal(remembered.open(job).from, null);
    const { keep } = remembered.open(trunk);
    for (const frame of await frames(trunk)) keep(frame.state);
    const { from } = remembered.open(job);
    assert.equal(from.step, job.turns.at(-1).step);
    const rest = await frames(job, from), whole = await frames(job);
    assert.equal(rest.length, whole.length - from.step);
    assert.deepEqual(rest.at(-1).x, whole.at(-1).x);
    assert.equal(rest.at(-1).calls, whole.at(-1).calls);
  });

  test(`turns are written, read and told as in Python (${run.text})`, () => {
    const turns = readTurns(run.text);
    assert.deepEqual(turns, run.turns);
    assert.equal(written(turns), run.text);
    assert.deepEqual(described(run.trunk, turns), run.lane);
  });
}

test("what is no turn is not read, and what a run cannot take is left out", () => {
  for (const text of ["", "8", "d5", "8d", "8g12", "8n", "8d5_", "x"]) assert.equal(readTurns(text), null, text);
  assert.deepEqual(readForks("8d5,nonsense,30d5,9n1_3n1", 20).map(written), ["8d5"]);
  assert.equal(readForks("1d1,2d2,3d3,4d4,5d5,6d6,7d7,8d8", 20).length, 6);
  assert.deepEqual(readForks(null, 20), []);
  assert.ok(!allowed(readTurns("1n1_2n1_3n1_4n1_5n1"), 20));
});

test("a turn before another takes its place, and one after it follows it", () => {
  const turn = (step) => ({ step, label: 5, guidance: null, seed: null });
  assert.equal(written(turnedAt(readTurns("8n1"), turn(12))), "8n1_12d5");
  assert.equal(written(turnedAt(readTurns("8n1_12n2"), turn(10))), "8n1_10d5");
  assert.equal(written(turnedAt(readTurns("8n1"), turn(8))), "8d5");
});

function forkedScene() {
  const scene = new ForkedScene({ kind: "forked", stage: "reverse", last: 20, seconds: 6, rest: 20, words: [],
    lanes: [facts.turns[0].trunk], jobs: [null] });
  scene.trunk.got = Array.from({ length: 21 }, (_, step) => ({ step }));
  return scene;
}
const change = (more) => ({ label: null, guidance: null, seed: null, ...more });

test("a fork shares the way up to its step, is shown, and stands in the address", () => {
  const scene = forkedScene(), lane = scene.fork(8, change({ label: 5 }));
  assert.deepEqual(scene.lanes, [lane]);
  assert.deepEqual(lane.got.map(({ step }) => step), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([lane.labelAt(0, 7), lane.labelAt(0, 8)], [3, 5]);
  assert.deepEqual(scene.unfinished, [lane]);
  assert.deepEqual(scene.addressed(8), { step: "8", forks: "8d5" });
  scene.choose(scene.trunk);
  assert.equal(scene.fork(8, change({ label: 5 })), lane); // the same again is the same branch
  assert.equal(scene.branches.length, 2);
  scene.remove(lane);
  assert.deepEqual(scene.lanes, [scene.trunk]);
  assert.deepEqual(scene.addressed(8), { step: "8", forks: null });
});

test("a fork of a fork of a fork, until there is no more room", () => {
  const scene = forkedScene();
  for (const step of [4, 8, 12, 16]) assert.ok(scene.fork(step, change({ seed: step })));
  assert.equal(scene.forks, "4n4,4n4_8n8,4n4_8n8_12n12,4n4_8n8_12n12_16n16");
  assert.equal(scene.fork(18, change({ seed: 1 })), null); // four turns are the most
  assert.equal(scene.fork(18, change({})), null); // nothing is different
  scene.choose(scene.trunk);
  assert.ok(scene.fork(20, change({ label: 1 }))); // at the end: the last step is walked anew
  assert.ok(scene.fork(2, change({ guidance: 0 })));
  assert.equal(scene.lanes[0].labelAt(0, 10), null);
  assert.ok(scene.full && scene.fork(3, change({ label: 2 })) === null);
  const after = forkedScene();
  after.adopt(scene.forks);
  assert.equal(after.forks, scene.forks);
});

for (const { seed, before, after } of facts.seeds) {
  test(`another seed is described as by Python (${before.lanes.length} lanes)`, () => {
    const ours = reseeded(before, seed);
    assert.deepEqual(ours.lanes, after.lanes);
    assert.deepEqual(ours.jobs, after.jobs);
    assert.ok(new ReverseScene({ ...ours, engine: null, jobs: after.jobs }).shows(after));
  });
}
