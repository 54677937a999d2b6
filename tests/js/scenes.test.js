import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { unbundle } from "../../pages/stage/bundle.js";
import { walkChain } from "../../pages/stage/scenes/forward.js";
import { sceneOf } from "../../pages/stage/scenes/kinds.js";
import { Lane } from "../../pages/stage/scenes/reverse.js";
import { bytesOf, facts } from "./facts.js";

const near = (a, b, apart, said) => assert.ok(Math.abs(a - b) <= apart, `${said}: ${a} and ${b}`);
const PIXELS = 784;

for (const name of ["forward", "linear"]) {
  test(`x_t is what Python mixes (${name})`, () => {
    const scene = sceneOf(unbundle(bytesOf(`${name}.bundle`)));
    assert.equal(scene.last, facts[name].steps);
    for (const { step, x_t } of facts[name].at) {
      scene.mixed(step).forEach((value, i) => near(value, x_t[i], 2e-6, `step ${step}, pixel ${i}`));
    }
  });

  test(`the two amounts square to one (${name})`, () => {
    const scene = sceneOf(unbundle(bytesOf(`${name}.bundle`)));
    for (let step = 0; step <= scene.last; step++) {
      const [alpha, sigma] = scene.amounts(step);
      near(alpha ** 2 + sigma ** 2, 1, 1e-6, `step ${step}`);
      if (sigma > 0 && alpha > 1e-4) near(scene.snr(step) / (alpha / sigma) ** 2, 1, 1e-5, `ratio at ${step}`);
    }
    assert.equal(scene.snr(0), Infinity);
  });
}

test("the walk has the distribution of the jump", () => {
  const scene = sceneOf(unbundle(bytesOf("forward.bundle")));
  const step = 600, [alpha, sigma] = scene.amounts(step), walks = 40;
  let mean = 0, squares = 0;
  for (let seed = 0; seed < walks; seed++) {
    const path = walkChain(scene, seed);
    for (let i = 0; i < PIXELS; i++) {
      const rest = (path[step * PIXELS + i] - alpha * scene.digit[i]) / sigma;
      mean += rest;
      squares += rest * rest;
    }
  }
  const many = walks * PIXELS; // about 31,000 normal numbers: four standard errors either way
  near(mean / many, 0, 4 / Math.sqrt(many), "mean");
  near(squares / many, 1, 4 * Math.sqrt(2 / many), "variance");
});

const laneOf = ({ count, labels }) => new Lane({
  address: "", manner: "", seed: null, surprise: false, frames: facts.recording.frames.length, steps: 20, every: 1, count, told: true, labels,
});

function expectFrames(lane) {
  assert.equal(lane.got.length, facts.recording.frames.length);
  assert.ok(lane.done);
  facts.recording.frames.forEach(([t, alpha, sigma, logSnr, calls, sums], place) => {
    const frame = lane.got[place];
    assert.deepEqual([frame.t, frame.alpha, frame.sigma, frame.logSnr, frame.calls], [t, alpha, sigma, logSnr, calls]);
    sums.forEach((sum, k) => {
      const picture = lane.picture(frame, Math.floor(k / 3), k % 3);
      assert.equal(picture.length, PIXELS);
      assert.equal(picture.reduce((a, b) => a + b, 0), sum, `frame ${place}, picture ${k}`);
    });
  });
}

test("a recorded run is read as Python reads it, wherever it is cut", () => {
  const bytes = bytesOf("run.recording");
  for (const size of [bytes.length, 1, 7, 1000, 4096]) {
    const lane = laneOf(facts.recording);
    if (size === 1) { // byte by byte up to the second frame, where all that can be cut has been
      const close = bytes.indexOf(10) + 2 * lane.size;
      for (let i = 0; i < close; i++) lane.take(bytes.subarray(i, i + 1));
      lane.take(bytes.subarray(close));
    } else for (let i = 0; i < bytes.length; i += size) lane.take(bytes.subarray(i, i + size));
    expectFrames(lane);
  }
});

test("there and back: covering is the forward process, clearing a recorded run", () => {
  const scene = sceneOf(unbundle(bytesOf("journey.bundle"))), { half } = scene;
  assert.equal(scene.last, 2 * half);
  const [alpha, sigma] = scene.amounts(0);
  near(alpha, 1, 1e-6, "alpha at the start");
  near(sigma, 0, 1e-6, "sigma at the start");
  near(scene.amounts(half)[1], 1, 1e-6, "sigma in the middle");
  near(scene.amounts(scene.last)[1], 0, 1e-6, "sigma at the end");
  assert.equal(scene.side(half), "forward");
  assert.equal(scene.side(half + 1), "reverse");
  // Wiping while the fog still comes goes over to the way back, to as much fog.
  for (const index of [0, 10, half - 1]) {
    const back = scene.wipeFrom(index);
    assert.equal(scene.side(back), "reverse");
    assert.equal(scene.last - back, index);
  }
});
