// At the foot of a page: a switch for the shortcuts of one letter or digit. Arrows, space, Home and
// End stay, as do keys that act only where the focus is.

import { letLettersWork, LETTERS_CHANGED, lettersWork } from "./letters.js";
import { button } from "../../shared/dom.js";

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  const button = document.createElement("button"), knob = document.createElement("i");
  button.type = "button";
  button.className = "switch";
  button.setAttribute("role", "switch");
  button.title = "A to D choose an answer, 1 to 8 play a note, B blanks the screen of a presentation";
  knob.setAttribute("aria-hidden", "true");
  button.append(knob, "Single-key shortcuts");
  const show = () => button.setAttribute("aria-checked", String(lettersWork()));
  button.onclick = () => letLettersWork(!lettersWork());
  show();
  root.replaceChildren(button);
  window.addEventListener(LETTERS_CHANGED, show);
  window.addEventListener("storage", show);
  return () => {
    window.removeEventListener(LETTERS_CHANGED, show);
    window.removeEventListener("storage", show);
  };
}
