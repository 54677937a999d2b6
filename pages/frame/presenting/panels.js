// What can be opened over a slide: the keys, and all slides to choose from.

import { button, make } from "../../shared/dom.js";
import { WHAT } from "./keys.js";

const STEP = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity };

function panel(root, title, ...content) {
  root.querySelector("dialog")?.close();
  const dialog = make("dialog.panel", { "aria-label": title }, make("h2", {}, title), ...content);
  dialog.onclose = () => dialog.remove();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  root.append(dialog);
  dialog.showModal();
  return dialog;
}

export function showKeys(root) {
  const rows = WHAT.flatMap(([keys, what]) => [make("dt", {}, keys), make("dd", {}, what)]);
  const dialog = panel(root, "Keys", make("dl", {}, ...rows));
  dialog.onkeydown = (event) => { if (event.key === "?") dialog.close(); };
}

// titles: of the slides; at: which is shown; go: to the one that is chosen.
export function showSlides(root, titles, at, go) {
  const list = make("ol.slides", {}, ...titles.map((title, i) => {
    const choose = button("", `${i + 1}  ${title}`, () => { dialog.close(); go(i); }, i === at ? { "aria-current": "true" } : {});
    return make("li", {}, choose);
  }));
  const dialog = panel(root, "Slides", list);
  const all = [...list.querySelectorAll("button")];
  all[at]?.focus();
  dialog.onkeydown = (event) => {
    if (event.key === "o") dialog.close();
    if (!(event.key in STEP)) return;
    event.preventDefault();
    const now = all.indexOf(/** @type {HTMLButtonElement} */ (event.composedPath()[0]));
    all[Math.max(0, Math.min(all.length - 1, now + STEP[event.key]))].focus();
  };
}

// What a slide is called in the list: its heading, else how its words begin.
export function titleOf(slide, nested) {
  const own = (element) => !nested.some((inner) => inner.contains(element));
  const heading = [...slide.querySelectorAll("h1, h2, h3")].find(own) ?? [...slide.querySelectorAll("p")].find(own);
  const words = heading?.textContent.trim() || slide.className.match(/st-key-slide-([\w-]+)/)[1].replace(/-\d*$|-/g, " ").trim();
  return words.length > 60 ? `${words.slice(0, 58).replace(/\s+\S*$/, "")} …` : words;
}
