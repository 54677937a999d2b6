import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fitted, inkOf } from "../../pages/guided/fitted.js";
import { Kept, pack, unpack } from "../../pages/guided/kept.js";
import { changed, covered, match } from "../../pages/guided/runs.js";
import { lookOf } from "../../pages/guided/screens/drawing.js";
import { normal } from "../../pages/shared/noise.js";
import { unbundle } from "../../pages/stage/bundle.js";
import { bytesOf, facts } from "./facts.js";

const WHAT = { guess: ["mine", "t"], one: [], twenty: ["label"], back: ["mine"], hole: ["mine", "hidden"] };
const SCREENS = ["fog", "draw", "core-goal", "end"];
const { guided } = facts;

for (const name of guided.names) {
  test(`a run of the lesson (${name}) about the reader's digit is what Python would have described`, () => {
    const change = { seed: guided.seed, ...Object.fromEntries(WHAT[name].map((what) => [what, guided[what]])) };
    if (change.mine) change.mine = Uint8Array.from(change.mine);
    const ours = changed(unbundle(bytesOf(`guided-${name}.bundle`)), change), theirs = unbundle(bytesOf(`guided-${name}-own.bundle`));
    for (const head of [ours, theirs]) {
      for (const lane of head.lanes) {
        lane.address = Object.fromEntries(new URLSearchParams(lane.address.split("?")[1]));
        delete lane.manner; // words that the lesson does not show
      }
      for (const key of Object.keys(head)) {
        if (head[key] instanceof Float64Array) head[key] = [...head[key]].map((value) => +value.toFixed(9));
      }
    }
    assert.deepEqual(ours, theirs);
  });
}

const drawing = (cells) => Uint8Array.from({ length: 784 }, (_, i) => (cells(i % 28, Math.floor(i / 28)) ? 255 : 0));
const bounds = (cells) => {
  const inked = [...cells.keys()].filter((i) => cells[i] > 127);
  const xs = inked.map((i) => i % 28), ys = inked.map((i) => Math.floor(i / 28));
  return { wide: Math.max(...xs) - Math.min(...xs) + 1, high: Math.max(...ys) - Math.min(...ys) + 1,
    x: (Math.max(...xs) + Math.min(...xs) + 1) / 2, y: (Math.max(...ys) + Math.min(...ys) + 1) / 2 };
};

test("a digit in a corner is moved to the middle, and stays as large as it is", () => {
  const made = bounds(fitted(drawing((x, y) => x < 6 && y < 18)));
  assert.deepEqual(made, { wide: 6, high: 18, x: 14, y: 14 });
});

test("a tiny digit grows, and one that fills the pad shrinks", () => {
  assert.ok(Math.abs(bounds(fitted(drawing((x, y) => x > 2 && x < 6 && y > 20))).high - 20) <= 1);
  const large = bounds(fitted(drawing((x) => x > 10 && x < 16)));
  assert.ok(Math.abs(large.high - 20) <= 1 && Math.abs(large.y - 14) <= 0.5);
});

test("an empty pad stays empty, and its ink is none", () => {
  assert.equal(inkOf(fitted(new Uint8Array(784))), 0);
  assert.equal(inkOf(drawing(() => true)), 1);
});

test("a digit in an address comes back in four greys", () => {
  const digit = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256), back = unpack(pack(digit));
  assert.match(pack(digit), /^[\w-]{262}$/);
  digit.forEach((grey, i) => assert.ok(Math.abs(grey - back[i]) <= 43, String(i)));
  assert.deepEqual(unpack(pack(back)), back);
  for (const word of ["", "AAAA", "no word of ours!"]) assert.equal(unpack(word), null);
});

test("a match is 1 with itself, and nothing with noise", () => {
  const noise = normal(3, 0, 0, 784), other = normal(4, 0, 0, 784);
  assert.ok(Math.abs(match(noise, noise) - 1) < 1e-9);
  assert.ok(Math.abs(match(noise, other)) < 0.15);
  assert.equal(match(noise, new Float32Array(784)), 0);
});

test("what is covered is alpha times the digit and sigma times the noise", () => {
  const digit = drawing((x) => x === 14), noise = normal(3, 0, 0, 784);
  assert.ok(covered(digit, noise, 0).every((value, i) => value === digit[i] / 127.5 - 1));
  covered(digit, noise, 0.5).forEach((value, i) =>
    assert.ok(Math.abs(value - Math.SQRT1_2 * (digit[i] / 127.5 - 1 + noise[i])) < 1e-6));
});

test("a guess is told from noise and from a sharp digit by what it looks like", () => {
  const sharp = Float32Array.from(drawing((x, y) => x > 12 && x < 16 && y > 4 && y < 24), (grey) => grey / 127.5 - 1);
  const blur = Float32Array.from({ length: 784 }, (_, i) => -1 + 1.2 * Math.exp(-(((i % 28) - 14) ** 2 + (Math.floor(i / 28) - 14) ** 2) / 60));
  assert.equal(lookOf(sharp), 0);
  assert.equal(lookOf(blur), 1);
  assert.equal(lookOf(Float32Array.from(normal(1, 0, 0, 784))), 2);
});

const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
beforeEach(() => {
  localStorage.clear();
  at("");
});
function at(search) {
  put("location", { href: `http://fog/start${search}`, search });
  put("history", { state: null, pushState: (_, __, url) => at(url.search), replaceState: (_, __, url) => at(url.search) });
}

test("the lesson goes on where it was left, here by what is kept, elsewhere by the address", () => {
  const kept = new Kept(SCREENS);
  kept.mine = drawing((x) => x === 14);
  kept.said = { fog: 1, "core-goal": 3 };
  kept.at = "core-goal";
  kept.keep(true);
  const address = globalThis.location.search;
  assert.match(address, /at=core-goal.*mine=[\w-]{262}.*said=fog1\.core-goal3/);
  at("");
  assert.deepEqual({ ...new Kept(SCREENS) }, { ...kept });
  localStorage.clear();
  at(address);
  const other = new Kept(SCREENS);
  assert.deepEqual([other.at, other.said], ["core-goal", kept.said]);
  assert.deepEqual(other.mine, kept.mine);
});

test("what is kept and cannot be read is no obstacle, nor a storage that is forbidden", () => {
  for (const text of ["", "null", "[1]", "{\"mine\": \"x\", \"said\": 3, \"at\": \"gone\", \"seed\": -1}", "{"]) {
    localStorage.setItem("throughTheFog.start", text);
    const kept = new Kept(SCREENS);
    assert.deepEqual([kept.at, kept.mine, kept.said], ["fog", null, {}], text);
  }
  localStorage.refuses = true;
  const kept = new Kept(SCREENS);
  kept.at = "draw";
  kept.keep(true);
  assert.equal(new Kept(SCREENS).at, "draw"); // by its address
});

test("an address of a screen that is no more, or of nonsense, begins at the beginning", () => {
  at("?at=gone&mine=!!&said=fog9.nowhere1.draw2");
  const kept = new Kept(SCREENS);
  assert.deepEqual([kept.at, kept.mine, kept.said], ["fog", null, { draw: 2 }]);
});

test("whoever comes back after the end begins once more, with the digit that was", () => {
  const kept = new Kept(SCREENS);
  kept.mine = drawing((x) => x === 14);
  kept.at = "end";
  kept.keep();
  at("");
  const again = new Kept(SCREENS);
  assert.equal(again.at, "fog");
  assert.deepEqual(again.mine, kept.mine);
});
