// One number, found in two ways. It is asked for when the reader gets there, and until then keeps
// the place that the answer will take.

import { make } from "../../shared/dom.js";
import { minus } from "../../shared/numbers.js";
import { askFor } from "../../shared/stream.js";

const MARKS = {
  agree: "M4 10.5l4 4 8-9",
  apart: "M5 5l10 10M15 5L5 15",
  unknown: "M10 4.5v7M10 15v.5",
};

function mark(kind) {
  return make("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, make("path", {
    d: MARKS[kind], fill: "none", stroke: "currentColor", "stroke-width": "2.4",
    "stroke-linecap": "round", "stroke-linejoin": "round",
  }));
}

function verdict(kind, strong, soft = "") {
  return make(`p.verdict.${kind}`, {}, mark(kind),
    make("span", {}, make("b", {}, strong), " ", make("span.soft", {}, soft)));
}

// Enough digits to see how far two numbers agree, and no more than fit.
function shown(value) {
  const digits = Math.abs(value) >= 100 ? 2 : 5;
  return minus(value.toFixed(digits));
}

function exactly(share) {
  return `${(100 * share).toPrecision(share < 0.1 ? 2 : 3).replace(/\.0+$/, "")} %`;
}

function closeness(apart) {
  if (apart === 0) return "They agree to the last digit.";
  if (apart < 1e-5) return `They agree in the first ${Math.floor(-Math.log10(apart))} digits.`;
  return `They agree to within ${exactly(apart)}.`;
}

function heading() { return make("p.head", {}, "The same number, found in two ways"); }

function arrived(root) {
  root.classList.remove("waiting");
  root.removeAttribute("aria-busy");
}

function show(root, answer) {
  const numbers = make("dl", {}, ...["left", "right"].flatMap((side) =>
    [make("dt", {}, shown(answer[side])), make("dd", {}, answer[`what_${side}`])]));
  const allowed = answer.tolerance >= 1e-4 ? `Allowed for chance and steps: ${exactly(answer.tolerance)}.` : "";
  arrived(root);
  root.replaceChildren(
    heading(),
    numbers,
    answer.agrees
      ? verdict("agree", closeness(answer.apart), allowed)
      : verdict("apart", `They disagree: ${exactly(answer.apart)} apart.`, "The formula or the code is wrong; please report it."),
  );
}

function wait(root) {
  const numbers = make("dl", {}, ...[0, 1].flatMap(() => [make("dt", {}, "0"), make("dd", {}, "…")]));
  root.classList.add("waiting");
  root.setAttribute("aria-busy", "true");
  root.replaceChildren(heading(), numbers, make("p.soft.verdict", {}, "Computing …"));
}

function explain(root, sentence) {
  arrived(root);
  root.replaceChildren(heading(), verdict("unknown", "No answer.", sentence));
}

async function ask(root, name) {
  try {
    show(root, await askFor(`api/check?name=${encodeURIComponent(name)}`, "json", "reload the page"));
  } catch (error) {
    explain(root, error.message);
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  const name = component.data.name;
  if (root.dataset.name === name) return root.leave; // Only the theme is new: nothing to ask.
  root.leave?.();
  root.dataset.name = name;
  wait(root);
  const watcher = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watcher.disconnect();
    ask(root, name);
  }, { rootMargin: "200px" });
  watcher.observe(root);
  root.leave = () => watcher.disconnect();
  return root.leave;
}
