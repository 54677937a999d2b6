// The training in the tab against torch's: the same weights and batches, so the same gradients, losses
// and samples, but for the last bits of float32.

import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../../pages/labs/points/tab/camera.js";
import { order } from "../../pages/labs/points/tab/chance.js";
import { drawn, refusal } from "../../pages/labs/points/tab/drawing.js";
import { learn, Learner, Told } from "../../pages/labs/points/tab/learning.js";
import { Machine } from "../../pages/labs/points/tab/machine.js";
import { clip, shareAt } from "../../pages/labs/points/tab/optimizers.js";
import { Training } from "../../pages/labs/points/run.js";
import { unbundle } from "../../pages/stage/bundle.js";
import { bytesOf, facts } from "./facts.js";

const machine = await Machine.ready(), { tab } = facts;
const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const farthest = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

function caseOf(name) {
  const known = tab.cases.find((one) => one.name === name), plan = unbundle(bytesOf(`${name}.plan`));
  const corners = Uint8Array.from(known.drawing);
  const points = plan.points ?? drawn(corners, plan.drawing, known.seed, 0, plan.count);
  const fresh = plan.fresh ?? drawn(corners, plan.drawing, known.seed, 1, plan.shown);
  return { known, plan, points, fresh };
}

for (const { name } of tab.cases) {
  test(`${name}: the points are Python's`, () => {
    const { known, points } = caseOf(name);
    assert.ok(farthest(known.points, points) < 1e-6);
  });

  test(`${name}: the first weights are Python's`, () => {
    const { plan, points } = caseOf(name), { of } = new Learner(machine, plan, points).weights;
    const torchs = unbundle(bytesOf(`${name}.gradients`));
    for (const which of Object.keys(of).filter((one) => !one.startsWith("leave"))) {
      assert.ok(farthest([...torchs[`weights ${which}`]], of[which]) < 1e-7, which);
    }
  });

  test(`${name}: loss and gradients are torch's`, () => {
    const { known, plan, points } = caseOf(name), learner = new Learner(machine, plan, points);
    const torchs = unbundle(bytesOf(`${name}.gradients`)), { of } = learner.weights;
    for (let i = 0; i < plan.width; i++) of.leave.set(torchs["weights leave"].subarray(2 * i, 2 * i + 2), 8 * i);
    of.leaveBias.set(torchs["weights leaveBias"]);
    const { x_t, heard, v } = learner.questions();
    const loss = learner.network.descend(learner.weights, learner.gradients, x_t, heard, v);
    assert.ok(Math.abs(loss / known.loss - 1) < 1e-5);
    for (const [which, found] of Object.entries(learner.gradients.of)) {
      const theirs = torchs[`gradients ${which}`];
      const ours = which.startsWith("leave") ? found.filter((_, i) => i % 8 < 2) : found;
      const apart = norm(theirs.map((value, i) => value - ours[i]));
      assert.ok(apart <= 1e-4 * norm(theirs), `${which}: ${apart} of ${norm(theirs)}`);
    }
  });

  test(`${name}: the steps that follow and what is drawn after them are torch's`, () => {
    const { known, plan, points, fresh } = caseOf(name), learner = new Learner(machine, plan, points);
    known.losses.forEach((loss, step) => {
      const ours = learner.step();
      assert.ok(Math.abs(ours / loss - 1) < 2e-3, `step ${step}: ${ours} and ${loss}`);
    });
    const camera = new Camera(plan, points, fresh), { denoiser } = learner, paths = camera.paths(denoiser);
    assert.equal(paths.length, known.paths.length);
    assert.ok(norm(known.paths.map((value, i) => value - paths[i])) < 5e-3 * norm(known.paths));
    const field = camera.field(denoiser);
    assert.ok(norm(known.field.map((value, i) => value - field[i])) < 5e-3 * norm(known.field));
    assert.ok(farthest(known.levels, camera.losses(denoiser)) < 5e-3);
    assert.ok(farthest(known.shares, camera.shares(paths.subarray(-2 * plan.head.samples))) < 0.02);
  });
}

test("a whole training is told in the bytes in which the server tells it", () => {
  const [here, there] = [new Training(""), new Training("")];
  for (const bytes of learn(machine, unbundle(bytesOf("short.plan")))) here.take(bytes);
  there.take(bytesOf("short.answer"));
  assert.ok(here.done && there.done);
  assert.deepEqual(here.head, there.head);
  assert.deepEqual(here.data, there.data);
  [[here.ideal, there.ideal], ...here.snapshots.map((shot, k) => [shot, there.snapshots[k]])].forEach(([a, b]) => {
    assert.equal(a.step, b.step);
    assert.ok(Number.isNaN(b.loss) ? Number.isNaN(a.loss) : Math.abs(a.loss - b.loss) < 1e-4);
    assert.ok(farthest([...a.levels], b.levels) < 1e-3);
    assert.ok(farthest([a.on, a.reached, a.copied], [b.on, b.reached, b.copied]) < 0.02);
    assert.ok(farthest([...a.paths], b.paths) < 40); // of 32767
    assert.ok(farthest([...a.field], b.field) <= 1); // of 127
  });
});

test("learning rates rise and fall as Python's", () => {
  const { config } = unbundle(bytesOf("usual.plan"));
  assert.ok(farthest(tab.pace, tab.pace.map((_, step) => shareAt(step, config))) < 1e-12);
});

test("gradients that are too long are made shorter, and others are left alone", () => {
  const long = Float32Array.of(3, 4), short = Float32Array.of(0.3, 0.4);
  assert.equal(clip(long, 1), 5);
  assert.ok(farthest([0.6, 0.8], long) < 1e-6);
  clip(short, 1);
  assert.deepEqual(short, Float32Array.of(0.3, 0.4));
});

test("an epoch has its order", () => assert.deepEqual([...order(6, 2, 600)], tab.order));

test("what cannot be learned of a drawing is refused in Python's words", () => {
  const { drawing } = unbundle(bytesOf("drawing.plan"));
  for (const { drawing: corners, said } of tab.drawings) assert.equal(refusal(Uint8Array.from(corners), drawing), said);
});

test("a loss that is no number ends it in a sentence, and what was learned is kept", () => {
  const plan = unbundle(bytesOf("usual.plan")), training = new Training("");
  plan.config = { ...plan.config, learning_rate: 1000, adam_rate: 200 };
  assert.throws(() => { for (const bytes of learn(machine, plan)) training.take(bytes); },
    (error) => error instanceof Told && /^After \d+ steps the loss is no longer a number: .* too high\. Choose .*\.$/.test(error.message));
  assert.ok(training.snapshots.length > 3);
});
