// What if? From the step on stage on, something may be different: the run branches there. All branches
// stay beside each other; choosing one puts it on the stage.

import { lettersWork } from "../../shared/letters.js";
import { button, make, setText } from "../../shared/dom.js";
import { paintBytes, pixelCanvas } from "../pixels.js";
import { NO_LABEL } from "../scenes/forks.js";
import { follower } from "../stage.js";

const STRENGTHS = [0, 0.5, 1, 1.5, 2, 3, 5];
const SEEDS = 10_000;
const WIDE = 300, HIGH = 22; // of a branch in the tree

function select(label, choices) {
  const made = make("select", { "aria-label": label }, ...choices.map(([value, text]) => make("option", { value }, text)));
  return { made, field: make("label.field", {}, make("span.small.soft", {}, label), made) };
}

export default function (component) {
  return follower(component, (root, data) => {
    const when = make("b"), label = select("Draw", [["", "the same"], ...[..."0123456789"].map((d) => [d, `${d === "8" ? "an" : "a"} ${d}`]), [NO_LABEL, "any digit"]]);
    const guidance = select("Guidance", [["", "the same"], ...STRENGTHS.map((s) => [s, String(s)])]);
    const noise = select("Noise", [["", "the same"], ["new", "fresh"]]);
    const fork = button("main", "Fork here", act, { title: "F" });
    const said = make("p.small.soft.forks-said", { role: "status" });
    const tree = make("svg.tree", { role: "img" }), list = make("div.branches");
    root.replaceChildren(make("h2", {}, "What if?"),
      make("p.forks-lead", {}, "From ", when, " on, let something be different: the run branches, and both ways go on from the same picture. " +
        "When is the digit decided? Fork at step 2, at 6 and at 12, and see how alike the branches end."),
      make("div.controls", {}, label.field, guidance.field, noise.field, fork), said,
      make("div.forked", {}, tree, list));
    /** @type {any} */
    let scene = null, stage = null, drawn = "", cards = [];
    const number = ({ made }) => (made.value === "" ? null : +made.value);

    function act() {
      if (fork.disabled) return;
      const seed = noise.made.value ? Math.floor(Math.random() * SEEDS) : null;
      stage?.fork?.({ label: number(label), guidance: number(guidance), seed });
      stage?.changed();
    }

    // F, unless letters are switched off or belong to a field.
    const key = (event) => {
      if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!lettersWork() || !root.isConnected || event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      act();
    };
    root.forget?.();
    document.addEventListener("keydown", key);
    root.forget = () => document.removeEventListener("keydown", key);

    for (const { made } of [label, guidance, noise]) made.onchange = () => stage?.changed();

    function lay() {
      cards = scene.branches.map((lane, i) => {
        const picture = pixelCanvas(null), guess = pixelCanvas(null), name = lane.said ?? "as it was";
        const show = button("branch", "", () => { scene.choose(lane); stage.settled(); stage.changed(); });
        show.append(make("div.pair", {}, picture, guess), make("span.small", {}, name));
        const away = i === 0 ? [] : [button("away", "×", () => {
          scene.remove(lane);
          stage.settled();
          stage.changed();
        }, { "aria-label": `Take away the branch ${name}` })];
        return { lane, picture, guess, show, card: make("div.card-branch", {}, show, ...away) };
      });
      list.replaceChildren(...cards.map(({ card }) => card));
      list.hidden = tree.style.display = "";
      drawTree(tree, scene);
    }

    return (now, index, on) => {
      [scene, stage] = [now, on];
      if (!scene.branches) return;
      const step = Math.min(scene.stepAt(index), scene.trunk.steps - 1);
      setText(when, `step ${step}`);
      const nothing = number(label) === null && number(guidance) === null && !noise.made.value;
      fork.disabled = data.locked || nothing || scene.full || !scene.lanes[0].got.length;
      setText(said, scene.full ? "There is room for no more branches: take one away first."
        : nothing ? "Choose what is to be different." : "");
      const names = scene.branches.map((lane) => lane.address).join();
      const one = scene.branches.length === 1;
      list.hidden = one;
      tree.style.display = one ? "none" : "";
      if (drawn !== names) {
        drawn = names;
        if (one) { cards = []; list.replaceChildren(); } else lay();
      }
      for (const { lane, picture, guess, show } of cards) {
        const frame = lane.got[scene.number(lane, index)];
        show.setAttribute("aria-pressed", String(lane === scene.lanes[0]));
        if (!frame) continue;
        const which = Math.min(scene.chosen, lane.count - 1);
        paintBytes(picture, lane.picture(frame, which, 0));
        paintBytes(guess, lane.picture(frame, which, 1));
      }
      if (!one) moveDots(tree, scene, index);
    };
  });
}

// --- The tree: time from left to right, a line for each branch, which leaves another at its step ----

function place(scene, step) { return 8 + (step / scene.trunk.steps) * (WIDE - 16); }
function height(number) { return HIGH * (number + 0.5); }

function drawTree(tree, scene) {
  const lines = scene.branches.map((lane, i) => {
    const y = height(i), end = place(scene, lane.steps);
    if (!lane.from) return `M${place(scene, 0)} ${y}H${end}`;
    const x = place(scene, lane.step), from = height(Math.max(0, scene.branches.indexOf(lane.from)));
    return `M${x} ${from}C${x + 8} ${from} ${x} ${y} ${x + 14} ${y}H${Math.max(end, x + 14)}`;
  });
  tree.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH * scene.branches.length}`);
  tree.setAttribute("aria-label", `The run, and its forks: ${scene.branches.slice(1).map(({ said }) => said).join("; ")}.`);
  tree.replaceChildren(...lines.map((d) => make("path", { d })), ...lines.map(() => make("circle", { r: 5 })));
}

function moveDots(tree, scene, index) {
  const dots = tree.querySelectorAll("circle"), paths = tree.querySelectorAll("path"), step = scene.stepAt(index);
  scene.branches.forEach((lane, i) => {
    const before = lane.from && step <= lane.step, shown = lane === scene.lanes[0];
    dots[i].setAttribute("cx", String(place(scene, step)));
    dots[i].setAttribute("cy", String(height(i)));
    dots[i].style.visibility = before ? "hidden" : "visible";
    for (const part of [dots[i], paths[i]]) part.toggleAttribute("data-lit", shown);
  });
}
