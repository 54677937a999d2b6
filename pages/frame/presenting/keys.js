// What a key means in a presentation. Slide keys walk the slides whatever has the focus: whoever
// clicked into a slider or chose an answer, and then presses the clicker, wants the next slide and
// no other answer. A field that one writes in keeps the keys that one writes with; and with Shift,
// arrows are those of what has the focus, or of the timeline.

import { lettersWork } from "../../shared/letters.js";

const ALWAYS = { PageDown: "next", PageUp: "back", F5: "full", Escape: "out" };
const UPRIGHT = { ArrowDown: "next", ArrowUp: "back" };
const LEVEL = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last" };
// Of one character, which can be turned off. A capital B chooses an answer.
const SINGLE = { b: "black", ".": "black", w: "white", ",": "white", f: "full", l: "laser", p: "pen", e: "erase", o: "overview", "?": "help" };
const DIGIT = /^[0-9]$/;

export const WHAT = [
  ["→  ↓  Page Down", "the next slide"],
  ["←  ↑  Page Up", "the slide before"],
  ["Home  End", "the first and the last slide"],
  ["12 Enter", "slide 12"],
  ["o", "all slides"],
  ["b  .", "black"],
  ["w  ,", "white"],
  ["f  F5", "full screen"],
  ["l", "a spot that follows the mouse; Shift, while it is held"],
  ["p  e", "a pen; erase what it wrote"],
  ["space", "play or pause"],
  ["Shift ←  →", "a step on the timeline"],
  ["a  B  c  d", "choose an answer (b is black)"],
  ["Esc", "out of a field, of what is open, of the presentation"],
];

const WRITING = "input:not([type=range], [type=radio], [type=checkbox], [type=button], [type=submit], [type=file], [type=color], [role=combobox]), " +
  "textarea, [contenteditable=true], [contenteditable=''], [role=textbox]";

// What has the focus and is written in, if it is.
function writtenIn(event) {
  return event.composedPath()[0].closest?.(WRITING) ?? null;
}

// A dialog and a list that has been opened have their own keys.
const OPEN = "dialog, [role=dialog], [aria-expanded=true][role=combobox], [role=listbox]" +
  (globalThis.CSS?.supports("selector(select:open)") ? ", select:open" : "");

function opened(event) {
  return event.composedPath().some((one) => one.matches?.(OPEN));
}

// The name of what is to be done, a digit, or null where the key is somebody else's.
export function meaningOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (opened(event)) return event.key === "F5" ? "full" : null;
  if (ALWAYS[event.key]) return ALWAYS[event.key];
  const field = writtenIn(event);
  if (field?.tagName === "TEXTAREA" || field?.isContentEditable) return null;
  if (event.shiftKey && event.key.length > 1) return null;
  if (UPRIGHT[event.key]) return UPRIGHT[event.key];
  if (field) return null;
  if (LEVEL[event.key]) return LEVEL[event.key];
  if (event.key.length > 1 || !lettersWork()) return null;
  return DIGIT.test(event.key) ? event.key : SINGLE[event.key] ?? null;
}
