// At the foot of a page: opening the page begins it; the reader ticks it off.

import { readProgress, writeProgress } from "./storage.js";
import { button } from "../../shared/dom.js";

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  if (!readProgress()[data.slug]) writeProgress(data.slug, "begun");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "middle";
  const show = () => {
    const done = readProgress()[data.slug] === "done";
    button.textContent = done ? "✓ Done" : "Mark as done";
    button.setAttribute("aria-pressed", String(done));
  };
  button.onclick = () => {
    writeProgress(data.slug, readProgress()[data.slug] === "done" ? "begun" : "done");
    show();
  };
  show();
  root.replaceChildren(button);
}
