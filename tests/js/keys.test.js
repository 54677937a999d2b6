import { press } from "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { letLettersWork } from "../../pages/shared/letters.js";
import { optionOf } from "../../pages/quiz/record/keys.js";
import { belongsToControl } from "../../pages/stage/clock.js";

beforeEach(() => {
  localStorage.clear();
  window.throughTheFogLetters = undefined;
  window.throughTheFogPresents = false;
});

test("A to D choose, in either case, and no other key does", () => {
  assert.deepEqual(["a", "B", "c", "D"].map((key) => optionOf(press(key))), [0, 1, 2, 3]);
  for (const key of ["e", "1", "", "Alt", "ab", "Backspace", "ArrowRight"]) assert.equal(optionOf(press(key)), null, key);
});

test("a letter with a modifier, or one that was used already, is not ours", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey", "defaultPrevented"]) {
    assert.equal(optionOf(press("a", { [held]: true })), null, held);
  }
});

test("who writes a letter does not answer with it", () => {
  for (const focus of ["textarea", "select", "dialog", "[contenteditable]"]) assert.equal(optionOf(press("a", { focus })), null, focus);
});

test("in a presentation, b blanks the screen and answers nothing", () => {
  window.throughTheFogPresents = true;
  assert.equal(optionOf(press("b")), null);
});

test("letters can be turned off, and on again", () => {
  globalThis.dispatchEvent ??= () => true;
  letLettersWork(false);
  assert.equal(optionOf(press("a")), null);
  letLettersWork(true);
  assert.equal(optionOf(press("a")), 0);
});

test("letters stay off where nothing can be stored", () => {
  localStorage.refuses = true;
  letLettersWork(false);
  assert.equal(optionOf(press("a")), null);
});

test("a control keeps its keys; the stage's buttons keep the one that presses them", () => {
  const slider = {};
  assert.equal(belongsToControl(press("ArrowRight"), slider), false);
  assert.equal(belongsToControl(press("ArrowRight", { focus: "select" }), slider), true);
  assert.equal(belongsToControl(press("ArrowRight", { focus: "button" }), slider), true); // one of Streamlit's
  assert.equal(belongsToControl(press("ArrowRight", { focus: "button", shadow: true }), slider), false);
  assert.equal(belongsToControl(press(" ", { focus: "button", shadow: true }), slider), true);
});
