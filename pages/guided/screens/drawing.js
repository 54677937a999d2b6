// Part 3: from pure noise in one step, and in twenty; and whether one's own digit comes back.

import { fromBase64, toBase64 } from "../../shared/base64.js";
import { button, make } from "../../shared/dom.js";
import { paintBytes, paintValues, pixelCanvas, PIXELS, SIDE } from "../../stage/pixels.js";
import { picture } from "../parts.js";
import { match, played, run, values } from "../runs.js";

const PACE = 150; // ms a step
const KEPT = [0, 5, 10, 15, 20]; // steps that the diagram shows
const BRIGHT = 0.6, ROUGH = 0.35;
const SAME = 0.6; // a match that is the same digit

export async function one(screen) {
  const { kept } = screen, noise = picture(screen.text("noise")), guess = picture(screen.text("guess"));
  const head = screen.lesson.heads.one;
  const pictures = make("div.pictures", {}, noise.element, guess.element);
  guess.canvas.classList.add("empty");
  screen.stage.replaceChildren(pictures);
  const found = await screen.work(run(head, { seed: kept.seed }));
  if (!screen.alive()) return;
  paintValues(noise.canvas, values(found, { at: 0 }));
  await screen.predict();
  if (!screen.alive()) return;
  const seen = values(found, { at: 0, kind: 1 });
  paintValues(guess.canvas, seen);
  guess.canvas.classList.remove("empty");
  screen.came(lookOf(seen));
  screen.tell(screen.text("after"));
  screen.done();
}

// What a picture looks like: 0 a sharp digit, 1 a blur, 2 noise.
export function lookOf(greys) {
  let rough = 0;
  for (let i = 0; i < PIXELS - 1; i++) if ((i + 1) % SIDE) rough += Math.abs(greys[i + 1] - greys[i]) / PIXELS;
  if (rough > ROUGH) return 2;
  const bright = Float32Array.from(greys).sort().at(-20); // as many as a stroke has at least
  return bright > BRIGHT ? 0 : 1;
}

export function twenty(screen) {
  const { kept } = screen, now = picture(screen.text("picture")), guess = picture(screen.text("guess"));
  const choose = make("div.digits", { role: "group", "aria-label": "Which digit" });
  let runs = 0;
  const finish = (label) => {
    kept.made.twenty = label;
    for (const digit of choose.children) digit.setAttribute("aria-pressed", String(digit.textContent === String(label)));
    now.canvas.setAttribute("aria-label", `The finished picture: ${label === 8 ? "an" : "a"} ${label}`);
    screen.tell(screen.text("after"));
    screen.done();
  };
  const begin = async (label) => {
    const mine = ++runs, alive = () => screen.alive() && mine === runs;
    const found = await screen.work(run(screen.lesson.heads.twenty, { label, seed: kept.seed + mine }));
    if (!alive()) return;
    const [lane] = found.lanes;
    await played(lane.got.length, PACE, (at) => {
      paintBytes(now.canvas, lane.picture(lane.got[at], 0, 0));
      paintBytes(guess.canvas, lane.picture(lane.got[at], 0, 1));
      now.canvas.setAttribute("aria-label", `The picture at step ${at} of 20`);
      screen.working(at, 20);
    }, alive);
    if (!alive()) return;
    const frames = new Uint8Array(KEPT.length * PIXELS);
    KEPT.forEach((step, i) => frames.set(lane.picture(lane.got[step], 0, 0), i * PIXELS));
    kept.drawn = toBase64(frames);
    finish(label);
  };
  for (let label = 0; label < 10; label++) choose.append(button("digit", String(label), () => begin(label)));
  for (const { canvas } of [now, guess]) canvas.classList.add("empty");
  screen.asked.append(choose);
  screen.stage.replaceChildren(make("div.pictures", {}, now.element, guess.element));
  if (screen.again && kept.drawn) {
    for (const { canvas } of [now, guess]) {
      canvas.classList.remove("empty");
      paintBytes(canvas, fromBase64(kept.drawn).subarray(-PIXELS));
    }
    finish(kept.made.twenty ?? 3);
  }
  choose.addEventListener("click", () => {
    for (const { canvas } of [now, guess]) canvas.classList.remove("empty");
  }, { once: true });
}

export async function back(screen) {
  const { kept, mine } = screen;
  const rows = ["little", "much"].map((name) => {
    const cells = Array.from({ length: 8 }, () => pixelCanvas(null));
    for (const cell of cells) cell.classList.add("empty");
    const row = make("div.eight", { role: "img", "aria-label": "" }, ...cells);
    return { cells, row, element: make("figure", {}, row, make("figcaption", {}, screen.text(name))) };
  });
  screen.stage.replaceChildren(make("div.rows", {}, ...rows.map(({ element }) => element)));
  await screen.predict();
  const show = (scene) => {
    if (!screen.alive()) return;
    screen.working(Math.min(...scene.lanes.map((lane) => Math.max(0, lane.got.length - 1))), scene.lanes[0].steps);
    scene.lanes.forEach((lane, l) => {
      const frame = lane.got.at(-1);
      if (!frame) return;
      rows[l].cells.forEach((cell, i) => {
        cell.classList.remove("empty");
        paintBytes(cell, lane.picture(frame, i, 0));
      });
    });
  };
  const found = await screen.work(run(screen.lesson.heads.back, { mine, seed: kept.seed }, show));
  if (!screen.alive()) return;
  const same = rows.map(({ row, cells }, lane) => {
    const alike = cells.map((_, which) => match(values(found, { lane, which }), mine));
    const many = alike.filter((value) => value >= SAME).length;
    row.setAttribute("aria-label", `Eight digits, ${many} of them much like yours`);
    return many > cells.length / 2;
  });
  screen.came(same[0] ? (same[1] ? 0 : 1) : 2);
  screen.tell(screen.text("after"));
  screen.done();
}
