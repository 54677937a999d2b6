// At the foot of a page: a switch for the shortcuts of one letter or digit. Arrows, space, Home and
// End stay, as do keys that act only where the focus is.

import { button, make } from "../../shared/dom.js";
import { letLettersWork, LETTERS_CHANGED, lettersWork } from "../../shared/letters.js";

const WHICH = "A to D choose an answer, 1 to 8 play a note, B blanks the screen of a presentation, F forks a run";

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  const knob = make("i", { "aria-hidden": "true" });
  const turn = button("switch", knob, () => letLettersWork(!lettersWork()), { role: "switch", title: WHICH });
  turn.append("Single-key shortcuts");
  const show = () => turn.setAttribute("aria-checked", String(lettersWork()));
  show();
  root.replaceChildren(turn);
  window.addEventListener(LETTERS_CHANGED, show);
  window.addEventListener("storage", show);
  return () => {
    window.removeEventListener(LETTERS_CHANGED, show);
    window.removeEventListener("storage", show);
  };
}
