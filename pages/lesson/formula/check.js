// One number, found in two ways. It is asked for when the reader gets there, and until then keeps
// the place that the answer will take.

const MARKS = {
  agree: "M4 10.5l4 4 8-9",
  apart: "M5 5l10 10M15 5L5 15",
  unknown: "M10 4.5v7M10 15v.5",
};

function part(tag, text = "", name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

function mark(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", MARKS[kind]);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "2.4");
  path.setAttribute("stroke-linecap", "round");
  path.setAttribute("stroke-linejoin", "round");
  svg.append(path);
  return svg;
}

function verdict(kind, strong, soft = "") {
  const line = part("p", "", `verdict ${kind}`);
  const said = part("span");
  said.append(part("b", strong), " ", part("span", soft, "soft"));
  line.append(mark(kind), said);
  return line;
}

// Enough digits to see how far two numbers agree, and no more than fit.
function shown(value) {
  const digits = Math.abs(value) >= 100 ? 2 : 5;
  return value.toFixed(digits).replace("-", "−");
}

function percent(share) {
  return `${(100 * share).toPrecision(share < 0.1 ? 2 : 3).replace(/\.0+$/, "")} %`;
}

function closeness(apart) {
  if (apart === 0) return "They agree to the last digit.";
  if (apart < 1e-5) return `They agree in the first ${Math.floor(-Math.log10(apart))} digits.`;
  return `They agree to within ${percent(apart)}.`;
}

function arrived(root) {
  root.classList.remove("waiting");
  root.removeAttribute("aria-busy");
}

function show(root, answer) {
  const numbers = part("dl");
  for (const side of ["left", "right"]) {
    numbers.append(part("dt", shown(answer[side])), part("dd", answer[`what_${side}`]));
  }
  const allowed = answer.tolerance >= 1e-4 ? `Allowed for chance and steps: ${percent(answer.tolerance)}.` : "";
  arrived(root);
  root.replaceChildren(
    part("p", "The same number, found in two ways", "head"),
    numbers,
    answer.agrees
      ? verdict("agree", closeness(answer.apart), allowed)
      : verdict("apart", `They disagree: ${percent(answer.apart)} apart.`, "The formula or the code is wrong; please report it."),
  );
}

function wait(root) {
  const numbers = part("dl");
  for (let side = 0; side < 2; side++) numbers.append(part("dt", "0"), part("dd", "…"));
  root.classList.add("waiting");
  root.setAttribute("aria-busy", "true");
  root.replaceChildren(part("p", "The same number, found in two ways", "head"), numbers, part("p", "Computing …", "soft verdict"));
}

function explain(root, sentence) {
  arrived(root);
  root.replaceChildren(part("p", "The same number, found in two ways", "head"), verdict("unknown", "No answer.", sentence));
}

async function ask(root, name) {
  try {
    const answer = await fetch(`api/check?name=${encodeURIComponent(name)}`);
    if (!answer.ok) throw new Error(await answer.text());
    show(root, await answer.json());
  } catch (error) {
    explain(root, error instanceof TypeError
      ? "The server cannot be reached: check the connection and reload the page."
      : error.message);
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
