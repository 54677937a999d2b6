import assert from "node:assert/strict";
import { test } from "node:test";

import { linear, logarithmic, powersOfTen } from "../../pages/shared/axes.js";
import { fromBase64, toBase64 } from "../../pages/shared/base64.js";
import { briefly, minus, ratioInWords, threeDigits } from "../../pages/shared/numbers.js";
import { normal, normals, threefry } from "../../pages/shared/noise.js";
import { packBits, unpackBits } from "../../pages/labs/editing/pad/cells.js";
import { facts } from "./facts.js";

test("three digits that mean something", () => {
  const said = [[0, "0"], [0.00031, "3.1 × 10⁻⁴"], [0.0123, "0.012"], [1.234, "1.23"], [12.34, "12.3"], [123.4, "123"],
    [12345, "12,345"], [null, "not a number"], [NaN, "not a number"], [Infinity, "not a number"]];
  for (const [value, words] of said) assert.equal(threeDigits(value), words);
});

test("a ratio has both of its ends", () => {
  const said = [[Infinity, "∞"], [0, "0"], [1, "1.00"], [1234.4, "1,234"], [2.5e-12, "2.5 × 10⁻¹²"]];
  for (const [value, words] of said) assert.equal(ratioInWords(value), words);
});

test("few characters", () => {
  assert.deepEqual([0.5231, 17.2, 31e8, NaN].map(briefly), ["0.52", "17", "3.1e+9", "not a number"]);
  assert.equal(minus("-0.5"), "−0.5");
});

test("scales meet their ends and go straight between", () => {
  const x = linear(-1, 3, 10, 110), held = linear(0, 1, 50, 0, true), log = logarithmic(0.01, 100, 0, 40);
  assert.deepEqual([-1, 1, 3, 5].map(x), [10, 60, 110, 160]);
  assert.deepEqual([-1, 0.5, 2].map(held), [50, 25, 0]);
  [[0.001, 0], [0.01, 0], [0.1, 10], [1, 20], [100, 40], [1e9, 40]].forEach(([value, place]) =>
    assert.ok(Math.abs(log(value) - place) < 1e-9));
  assert.deepEqual(powersOfTen(0.05, 20), [0.1, 1, 10]);
  assert.deepEqual(powersOfTen(0.01, 100), [0.01, 0.1, 1, 10, 100]);
});

test("a drawing is the word that Python makes of it, and back", () => {
  const { drawing, word, mask, bits } = facts.words;
  assert.equal(toBase64(Uint8Array.from(drawing)), word);
  assert.deepEqual([...fromBase64(word)], drawing);
  const cells = Uint8Array.from(mask, (hidden) => (hidden ? 255 : 0));
  assert.equal(toBase64(packBits(cells)), bits);
  assert.deepEqual(unpackBits(fromBase64(bits)), cells);
  assert.deepEqual(fromBase64("_-8"), fromBase64("/+8=")); // the older alphabet is read, too
});

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

test("a seed repeats its normal numbers, and they are normal", () => {
  const first = normals(5), again = normals(5), other = normals(6);
  const values = Array.from({ length: 20_000 }, () => first());
  assert.deepEqual(values.slice(0, 50), Array.from({ length: 50 }, () => again()));
  assert.notEqual(values[0], other());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + b * b, 0) / values.length - mean * mean;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
});
