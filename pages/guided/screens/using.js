// Part 4: what the network does not see, it makes up.

import { button, make } from "../../shared/dom.js";
import { hatch } from "../../labs/editing/pad/cells.js";
import { paintBytes, pixelCanvas, PIXELS, SIDE } from "../../stage/pixels.js";
import { picture } from "../parts.js";
import { run, values } from "../runs.js";

const HALVES = [(_, y) => y < SIDE / 2, (_, y) => y >= SIDE / 2, (x) => x < SIDE / 2, (x) => x >= SIDE / 2];
const APART = 0.05; // mean distance between what was made up, from which the eye sees a difference
const COUNT = 5;

export function hole(screen) {
  const { kept, mine } = screen, whole = picture(""), small = pixelCanvas(null);
  const cells = Array.from({ length: COUNT }, () => pixelCanvas(null));
  const row = make("div.five", { role: "img", "aria-label": "" }, ...cells);
  const halves = make("div.digits", { role: "group", "aria-label": "Which half" });
  whole.canvas.width = whole.canvas.height = 10 * SIDE;
  const show = (hidden) => {
    const ink = whole.canvas.getContext("2d");
    ink.imageSmoothingEnabled = false;
    paintBytes(small, mine);
    ink.drawImage(small, 0, 0, 10 * SIDE, 10 * SIDE);
    if (hidden) hatch(ink, 10, Uint8Array.from(hidden, Number));
  };
  const names = screen.text("halves");
  const hide = async (which) => {
    const hidden = Array.from({ length: PIXELS }, (_, i) => HALVES[which](i % SIDE, Math.floor(i / SIDE)));
    show(hidden);
    whole.canvas.setAttribute("aria-label", `Your digit without its ${names[which]} half`);
    kept.made.hole = which;
    await screen.predict();
    const found = await screen.work(run(screen.lesson.heads.hole, { mine, hidden, seed: kept.seed }, (scene) => {
      const frame = scene.lanes[0].got.at(-1);
      screen.working(Math.max(0, scene.lanes[0].got.length - 1), scene.lanes[0].steps);
      if (frame && screen.alive()) cells.forEach((cell, i) => {
        cell.classList.remove("empty");
        paintBytes(cell, scene.lanes[0].picture(frame, i, 0));
      });
    }));
    if (!screen.alive()) return;
    const answers = cells.map((_, one) => values(found, { which: one }));
    row.setAttribute("aria-label", "Five answers, in which the hidden half is drawn anew");
    screen.came(spread(answers, hidden) < APART ? 0 : 1);
    screen.tell(screen.text("after"));
    screen.done();
  };
  names.forEach((name, which) => halves.append(button("digit wide", name, () => hide(which))));
  show(null);
  whole.canvas.setAttribute("aria-label", "Your digit");
  for (const cell of cells) cell.classList.add("empty");
  screen.asked.append(halves);
  screen.stage.replaceChildren(make("div.pictures", {}, whole.element), row);
  if (screen.again && kept.made.hole !== undefined) hide(kept.made.hole);
}

// How far apart answers are where something was hidden, on average over pairs and pixels.
function spread(answers, hidden) {
  let sum = 0, count = 0;
  answers.forEach((a, i) => answers.slice(i + 1).forEach((b) => {
    a.forEach((value, k) => {
      if (!hidden[k]) return;
      sum += Math.abs(value - b[k]);
      count += 1;
    });
  }));
  return sum / count;
}
