// At the foot of a page: opening the page begins it; the reader ticks it off.

import { button } from "../../shared/dom.js";
import { readProgress, writeProgress } from "./storage.js";

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  if (!readProgress()[data.slug]) writeProgress(data.slug, "begun");
  const tick = button("middle", "", () => {
    writeProgress(data.slug, readProgress()[data.slug] === "done" ? "begun" : "done");
    show();
  });
  const show = () => {
    const done = readProgress()[data.slug] === "done";
    tick.textContent = done ? "✓ Done" : "Mark as done";
    tick.setAttribute("aria-pressed", String(done));
  };
  show();
  root.replaceChildren(tick);
}
