// A mark on a page's card: not opened yet, begun, or done.

import { CHANGED, readProgress } from "./storage.js";

const WORDS = { begun: "begun", done: "done" };

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const show = () => {
    const state = WORDS[readProgress()[data.slug]] ? readProgress()[data.slug] : "new";
    root.innerHTML = `<span class="mark ${state}"><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">` +
      `<circle cx="10" cy="10" r="8"/>` +
      (state === "begun" ? `<path class="half" d="M10 2a8 8 0 0 1 0 16z"/>` : "") +
      (state === "done" ? `<path class="tick" d="m6 10.5 3 3 5-6.5"/>` : "") +
      `</svg>${WORDS[state] ?? "not opened yet"}</span>`;
  };
  show();
  window.addEventListener(CHANGED, show);
  window.addEventListener("storage", show);
  return () => {
    window.removeEventListener(CHANGED, show);
    window.removeEventListener("storage", show);
  };
}
