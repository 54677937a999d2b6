// Letters choose: A to D press the options of the question that is on screen, and what came of an
// answer is said to screen readers and brought to the top of the view.

import { lettersWork } from "../../shared/letters.js";
import { make } from "../../shared/dom.js";
import { bringUp } from "./bring_up.js";

const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], [role=combobox], dialog";

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  root.spoken ??= root.appendChild(make("p.unseen", { role: "status" }));
  // Changed a moment after it was made: a live region that is born with its words is not read.
  setTimeout(() => { if (root.spoken.textContent !== data.said) root.spoken.textContent = data.said; }, 150);
  // Only what happens from now on: a page that has just been opened stays where it is.
  if (root.moved !== undefined && data.moved && root.moved !== data.moved) bringUp(data.to);
  root.moved = data.moved;
  const onkey = (event) => {
    const place = optionOf(event);
    if (place === null) return;
    const card = nearest(document.querySelectorAll('[class*="st-key-ask-"]'));
    const option = card?.querySelectorAll('[data-testid="stRadio"] label input')[place];
    if (!option || option.disabled) return;
    event.preventDefault();
    option.focus();
    option.click();
  };
  document.addEventListener("keydown", onkey);
  return () => document.removeEventListener("keydown", onkey);
}

// The place of the option that a key press means; null where it means something else.
export function optionOf(event) {
  if (!lettersWork() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (window.throughTheFogPresents && event.key === "b") return null; // which blanks the screen there; B chooses
  if (event.composedPath()[0].closest?.(TYPING)) return null;
  const place = event.key.length === 1 ? "abcd".indexOf(event.key.toLowerCase()) : -1;
  return place < 0 ? null : place;
}

function nearest(cards) {
  const far = (card) => {
    const box = card.getBoundingClientRect();
    return box.height ? Math.abs((box.top + box.bottom) / 2 - innerHeight / 2) : Infinity;
  };
  return [...cards].sort((a, b) => far(a) - far(b))[0];
}
