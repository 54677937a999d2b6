// What if? The branches of a run: turns as an address has them (diffusion_core/labs/forks/turns.py),
// and a run with turns as the stage would be told of it.

export const NO_LABEL = 10;
export const MOST_BRANCHES = 6, MOST_TURNS = 4;
const WRITTEN = /^(\d{1,4})(?:d(\d|x))?(?:g(\d(?:\.\d{1,2})?))?(?:n(\d{1,10}))?$/;

/** @typedef {import("../../engine/sampler.js").Turn} Turn */

/** @param {Turn} turn */
export function writtenTurn({ step, label, guidance, seed }) {
  return step + (label === null ? "" : `d${label === NO_LABEL ? "x" : label}`) +
    (guidance === null ? "" : `g${guidance}`) + (seed === null ? "" : `n${seed}`);
}

/** @param {Turn[]} turns */
export function written(turns) { return turns.map(writtenTurn).join("_"); }

// The turns that a text names, or null if it cannot be read.
/** @returns {Turn[] | null} */
export function readTurns(text) {
  const turns = text.split("_").map((part) => {
    const [, step, label, guidance, seed] = WRITTEN.exec(part) ?? [];
    if (step === undefined || step === part) return null;
    return { step: +step, label: label === undefined ? null : label === "x" ? NO_LABEL : +label,
      guidance: guidance === undefined ? null : +guidance, seed: seed === undefined ? null : +seed };
  });
  return turns.includes(null) ? null : /** @type {Turn[]} */ (turns);
}

// The branches that an address names, as far as a run of so many steps can take them.
/** @returns {Turn[][]} */
export function readForks(text, steps) {
  const found = (text ?? "").split(",").map(readTurns);
  return /** @type {Turn[][]} */ (found.filter((turns) => turns && allowed(turns, steps))).slice(0, MOST_BRANCHES);
}

/** @param {Turn[]} turns */
export function allowed(turns, steps) {
  return turns.length <= MOST_TURNS && turns.every(({ step }, i) => step < steps && (i === 0 || step > turns[i - 1].step));
}

// The way to a turn at `step` of a branch: what it had turned to before. A second turn at the same
// step takes the place of the first.
/** @param {Turn[]} turns @param {Turn} turn */
export function turnedAt(turns, turn) {
  return [...turns.filter(({ step }) => step < turn.step), turn];
}

/** @param {Turn} turn */
export function mannerOf({ step, label, guidance, seed }) {
  const said = [];
  if (label !== null) said.push(label === NO_LABEL ? "any digit" : `${label === 8 ? "an" : "a"} ${label}`);
  if (guidance !== null) said.push(`guidance ${guidance}`);
  if (seed !== null) said.push(`fresh noise ${seed}`);
  return `from step ${step} on: ${said.join(", ")}`;
}

// A run with turns, described as Python would (pages/stage/lanes.py).
/** @param {import("./scene.js").Described} trunk @param {Turn[]} turns */
export function described(trunk, turns) {
  const label = turns.findLast((turn) => turn.label !== null)?.label;
  const guidance = turns.findLast((turn) => turn.guidance !== null)?.guidance;
  const labels = label === undefined ? trunk.labels : trunk.labels.map(() => label);
  return {
    ...trunk,
    address: `${trunk.address}&turns=${written(turns)}`,
    manner: [trunk.manner, ...turns.map(mannerOf)].join(" · "),
    labels,
    told: (guidance === undefined ? trunk.told : guidance > 0) && !labels.includes(NO_LABEL),
  };
}
