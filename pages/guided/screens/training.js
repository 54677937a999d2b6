// Part 2: to find the noise in a picture, as a reader and as the network.

import { button, make } from "../../shared/dom.js";
import { normal } from "../../shared/noise.js";
import { paintValues, pixelCanvas, PIXELS } from "../../stage/pixels.js";
import { picture } from "../parts.js";
import { covered, match, percent, run, values } from "../runs.js";

const HALF = 0.5; // t, of the reader's game
const FEW = 0.05, MANY = 0.8; // t, of the network's
const CHOICES = 4;

export function be(screen) {
  const { kept, mine } = screen, noises = Array.from({ length: CHOICES }, (_, k) => normal(kept.seed, 100 + k, 0, PIXELS));
  const right = kept.seed % CHOICES, alpha = Math.cos((HALF * Math.PI) / 2), sigma = Math.sin((HALF * Math.PI) / 2);
  const mixed = covered(mine, noises[right], HALF), big = picture("");
  const show = (numbers, words) => {
    paintValues(big.canvas, numbers);
    big.canvas.setAttribute("aria-label", words);
  };
  const solved = () => {
    for (const [k, tile] of tiles.entries()) {
      tile.disabled = true;
      tile.toggleAttribute("data-right", k === right);
      if (k === right) tile.append(make("span.sign", { role: "img", "aria-label": "right" }, "✓"));
    }
    show(covered(mine, noises[right], 0), "With that taken away your digit is left");
    kept.came.be = right;
    screen.tell(screen.text("after"));
    screen.done();
  };
  const tiles = noises.map((noise, k) => {
    const canvas = pixelCanvas(null), label = screen.text("noise", { letter: "ABCD"[k] });
    paintValues(canvas, noise);
    const tile = button("tile", "", () => {
      kept.said.be ??= k;
      const left = mixed.map((value, i) => (value - sigma * noise[i]) / alpha);
      if (k === right) { solved(); return; }
      tile.disabled = true;
      show(left, "With that taken away it is noisier than before");
      screen.hint(screen.text("wrong"));
    }, { "aria-label": label });
    tile.append(canvas);
    return tile;
  });
  show(mixed, "Your digit, half covered with one of the four noises");
  screen.stage.replaceChildren(make("div.pictures", {}, big.element), make("div.tiles", {}, ...tiles));
  if (screen.again) solved();
}

export async function train(screen) {
  const { kept, mine } = screen;
  const names = screen.text("rows"), [guessed, was] = screen.text("columns");
  const rows = [FEW, MANY].map((t, row) => {
    const seed = kept.seed + Math.round(1000 * t), noise = normal(seed, 0, 0, PIXELS);
    const mixed = picture(names[row]), guess = picture(guessed), real = picture(was);
    paintValues(mixed.canvas, covered(mine, noise, t));
    mixed.canvas.setAttribute("aria-label", `Your digit with ${row ? "a lot of" : "little"} noise`);
    real.canvas.setAttribute("aria-label", "The noise in it");
    guess.canvas.classList.add("empty");
    paintValues(real.canvas, noise);
    return { t, seed, noise, guess, real, element: make("div.pictures.three", {}, mixed.element, guess.element, real.element) };
  });
  for (const { real } of rows) real.canvas.classList.add("empty");
  screen.stage.replaceChildren(...rows.map(({ element }) => element));
  await screen.predict();
  const alike = [];
  for (const { t, seed, noise, guess, real } of rows) {
    const found = await screen.work(run(screen.lesson.heads.guess, { mine, t, seed }));
    if (!screen.alive()) return;
    const seen = values(found, { at: 0, kind: 2 });
    alike.push(match(seen, noise));
    paintValues(guess.canvas, seen);
    for (const one of [guess, real]) one.canvas.classList.remove("empty");
    guess.element.lastChild.textContent = screen.text("match", { match: percent(alike.at(-1)) });
    guess.canvas.setAttribute("aria-label", `The network's guess of the noise, ${percent(alike.at(-1))} percent alike`);
  }
  const [little, much] = alike;
  screen.came(much > little ? 1 : 0);
  screen.tell(screen.text("after"));
  screen.done();
}
