import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { cosineTime, follow, greysOf, NO_LABEL } from "../../pages/engine/sampler.js";
import { normal, threefry } from "../../pages/shared/noise.js";
import { bytesOf, facts } from "./facts.js";
import { standIn as network } from "./stand_in.js";

test("Threefry gives the answers that its authors published", () => {
  for (const { key, counter, words } of facts.noise.known) {
    assert.deepEqual(threefry(...key, ...counter), words);
  }
});

test("noise is Python's, number for number", () => {
  for (const { seed, picture, draw, values } of facts.noise.drawn) {
    normal(seed, picture, draw, values.length).forEach((value, i) =>
      assert.ok(Math.abs(value - values[i]) < 1e-12, `${seed}, ${picture}, ${draw}, ${i}`));
  }
});

async function drawn({ table, labels, guidance, seed }) {
  const frames = [];
  for await (const frame of follow({ table: Float64Array.from(table.flat()), labels, guidance, seed }, network)) frames.push(frame);
  return frames;
}

for (const run of facts.runs) {
  test(`${run.sampler}, ${run.steps} steps, guidance ${run.guidance}: the pictures are Python's`, async () => {
    const frames = await drawn(run), recording = bytesOf(run.recording), start = recording.indexOf(10) + 1;
    const size = 24 + run.labels.length * 3 * 784;
    assert.equal(frames.length, run.frames);
    assert.equal(recording.length, start + run.frames * size);
    frames.forEach((frame, k) => {
      const theirs = recording.slice(start + k * size, start + (k + 1) * size);
      const [t, alpha, sigma, logSnr, calls] = new Float32Array(theirs.buffer, 0, 5);
      for (const [ours, said] of [[frame.t, t], [frame.alpha, alpha], [frame.sigma, sigma], [frame.logSnr, logSnr]]) {
        assert.ok(Math.abs(ours - said) <= 1e-5 * Math.max(1, Math.abs(said)), `frame ${k}: ${ours} and ${said}`);
      }
      assert.equal(frame.calls, calls);
      greysOf(frame, 2).forEach((grey, i) => {
        assert.ok(Math.abs(grey - theirs[24 + i]) <= 1, `frame ${k}, grey ${i}: ${grey} and ${theirs[24 + i]}`);
      });
    });
  });
}

for (const run of facts.repairs) {
  test(`a repair, each step taken ${run.again} times, is Python's, frame for frame`, async () => {
    const job = { ...run, table: Float64Array.from(run.table.flat()), given: Uint8Array.from(run.given), hidden: Uint8Array.from(run.hidden) };
    const recording = bytesOf(run.recording), start = recording.indexOf(10) + 1, size = 24 + run.labels.length * 3 * 784;
    let k = 0;
    for await (const frame of follow(job, network)) {
      const theirs = recording.slice(start + k * size, start + (k + 1) * size);
      assert.equal(frame.calls, new Float32Array(theirs.buffer, 16, 1)[0]);
      greysOf(frame, 2).forEach((grey, i) =>
        assert.ok(Math.abs(grey - theirs[24 + i]) <= 1, `frame ${k}, grey ${i}: ${grey} and ${theirs[24 + i]}`));
      k += 1;
    }
    assert.equal(k, run.frames);
  });
}

test("a picture is the same alone and beside others", async () => {
  const run = facts.runs.find(({ sampler }) => sampler === "ddpm");
  const together = (await drawn(run)).at(-1).x;
  const alone = (await drawn({ ...run, labels: run.labels.slice(0, 1) })).at(-1).x;
  assert.deepEqual(together.slice(0, 784), alone);
});

test("a level has its time on the network's own schedule", () => {
  assert.equal(cosineTime(1, 0), 0);
  assert.equal(cosineTime(0, 1), 1);
  assert.ok(Math.abs(cosineTime(Math.SQRT1_2, Math.SQRT1_2) - 0.5) < 1e-15);
});

test("whoever has no label is asked about once", async () => {
  let asked = 0;
  const counting = (...question) => { asked += 1; return network(...question); };
  const { table } = facts.runs[0];
  const job = { table: Float64Array.from(table.flat()), labels: [NO_LABEL, NO_LABEL], guidance: 3, seed: 1 };
  for await (const frame of follow(job, counting)) assert.equal(frame.x.length, 2 * 784);
  assert.equal(asked, table.length);
});
