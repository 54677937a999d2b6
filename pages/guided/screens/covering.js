// Part 1: a window to wipe, a digit to draw, noise to cover it with, and how much of each there is.

import pad from "../../labs/editing/pad/pad.js";
import { toBase64, fromBase64 } from "../../shared/base64.js";
import { button, make, setText } from "../../shared/dom.js";
import { normal } from "../../shared/noise.js";
import { paintValues, PIXELS } from "../../stage/pixels.js";
import { blank, drawFrame, fogOver, HIGH_PANE, landscape, WIDE } from "../../stage/view.js";
import { fitted, inkOf, NEARLY_ALL } from "../fitted.js";
import { picture, slider } from "../parts.js";
import { covered, match, percent, run, values } from "../runs.js";

const ENOUGH = 0.4; // of the pane
const GRID = [18, 12];
const READABLE = 0.25; // until there, anybody can read it
const CLEARLY = 0.85, ROUGHLY = 0.7; // how well a guess matches the digit; an average digit matches by 0.5 to 0.65

export function fog(screen) {
  const canvas = make("canvas.pane", { width: WIDE, height: HIGH_PANE, tabindex: 0, role: "slider", "aria-label": "Foggy window: wipe it", "aria-valuemin": 0, "aria-valuemax": 100 });
  const clear = landscape(), mist = blank(), brush = mist.getContext("2d"), wiped = new Set();
  brush.drawImage(fogOver(clear), 0, 0);
  brush.globalCompositeOperation = "destination-out";
  brush.lineCap = "round";
  let last = null, streaks = 0;
  const paint = () => {
    const pane = canvas.getContext("2d"), share = wiped.size / (GRID[0] * GRID[1]);
    pane.drawImage(clear, 0, 0);
    pane.drawImage(mist, 0, 0);
    drawFrame(pane);
    canvas.setAttribute("aria-valuenow", percent(share));
    canvas.setAttribute("aria-valuetext", `${percent(share)} percent clear`);
    if (share < ENOUGH || screen.over) return;
    screen.over = true;
    screen.tell(screen.text("after"));
    screen.done();
  };
  /** @param {number[]} from @param {number[]} to */
  const wipe = ([x0, y0], [x1, y1]) => {
    for (const [width, strength] of [[74, 0.4], [52, 0.8]]) {
      brush.strokeStyle = `rgba(0,0,0,${strength})`;
      brush.lineWidth = width;
      brush.beginPath();
      brush.moveTo(x0, y0);
      brush.lineTo(x1, y1);
      brush.stroke();
    }
    const steps = 1 + Math.ceil(Math.hypot(x1 - x0, y1 - y0) / 10);
    for (let k = 0; k <= steps; k++) {
      const x = x0 + ((x1 - x0) * k) / steps, y = y0 + ((y1 - y0) * k) / steps;
      for (let column = 0; column < GRID[0]; column++) {
        for (let row = 0; row < GRID[1]; row++) {
          const away = Math.hypot((column + 0.5) * WIDE / GRID[0] - x, (row + 0.5) * HIGH_PANE / GRID[1] - y);
          if (away < 36) wiped.add(row * GRID[0] + column);
        }
      }
    }
    paint();
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * WIDE / box.width, (event.clientY - box.top) * HIGH_PANE / box.height];
  };
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); last = at(event); wipe(last, last); };
  canvas.onpointermove = (event) => {
    if (!last) return;
    const to = at(event);
    wipe(last, to);
    last = to;
  };
  canvas.onpointerup = canvas.onpointercancel = () => { last = null; };
  canvas.onkeydown = (event) => {
    if (![" ", "Enter", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const y = 40 + (streaks++ % 6) * 60;
    wipe([50, y], [WIDE - 50, y]);
  };
  screen.stage.replaceChildren(canvas);
  if (screen.again) for (let y = 20; y < HIGH_PANE; y += 40) wipe([0, y], [WIDE, y]);
  paint();
}

export function draw(screen) {
  const held = make("div.pad"), root = make("div.root"), { kept } = screen;
  let cells = kept.mine ?? new Uint8Array(PIXELS), ready = 0;
  const told = () => {
    const ink = inkOf(cells), wrong = ink ? (ink > NEARLY_ALL ? "full" : "") : "empty";
    screen.hint(wrong && screen.text(wrong));
    if (wrong) {
      kept.mine = kept.drawn = null;
      screen.undone();
      return;
    }
    kept.mine = fitted(cells);
    kept.drawn = null;
    screen.done();
  };
  const show = (base) => pad({
    parentElement: { querySelector: () => root },
    data: { name: "start", mode: "draw", base_id: base.id, base: toBase64(base.cells), kept: base.kept ?? "", version: base.version ?? 0, under: "", label: "Drawing pad: a digit of yours", locked: screen.locked },
    setStateValue: (_, said) => {
      cells = fromBase64(said.split(" ")[1]);
      told();
    },
  });
  const empty = { id: "empty", cells: new Uint8Array(PIXELS) };
  held.append(root);
  const take = button("tool", screen.text("ready"), () => {
    cells = screen.lesson.ready([3, 2, 5, 8, 4, 6, 9, 7, 0, 1][ready++ % 10]);
    show({ ...empty, kept: toBase64(cells), version: ready });
    told();
  });
  screen.asked.append(take);
  screen.stage.replaceChildren(held);
  show({ ...empty, kept: kept.mine ? toBase64(kept.mine) : "" });
}

export function cover(screen) {
  const { kept, mine } = screen, noise = normal(kept.seed, 0, 0, PIXELS);
  const big = picture(screen.text("covered")), guess = picture(screen.text("guess"));
  const drag = slider(screen.text("slider"), 0, 1000, 10, 0);
  const enough = button("tool", screen.text("enough"), () => lost());
  const show = () => {
    const t = drag.valueAsNumber / 1000;
    paintValues(big.canvas, covered(mine, noise, t));
    big.canvas.setAttribute("aria-label", `Your digit at step ${drag.value} of 1000`);
    enough.disabled = t < READABLE;
  };
  drag.oninput = show;
  screen.asked.append(enough);
  screen.stage.replaceChildren(make("div.pictures", {}, big.element), make("label.drag", {}, make("span.noise", {}, screen.text("slider")), drag));
  show();
  const lost = async () => {
    const t = drag.valueAsNumber / 1000;
    drag.disabled = true;
    kept.made.cover = drag.valueAsNumber;
    screen.lead.replaceChildren(screen.text("known"));
    await screen.predict();
    const found = await screen.work(run(screen.lesson.heads.guess, { mine, t, seed: kept.seed }));
    if (!screen.alive()) return;
    const seen = values(found, { at: 0, kind: 1 }), alike = match(seen, mine);
    paintValues(guess.canvas, seen);
    guess.canvas.setAttribute("aria-label", `The network's guess of your digit: ${percent(alike)} percent alike`);
    screen.stage.querySelector(".drag").remove();
    screen.stage.querySelector(".pictures").append(guess.element);
    screen.came(alike >= CLEARLY ? 0 : alike >= ROUGHLY ? 1 : 2);
    screen.tell(screen.text(alike >= ROUGHLY ? "after" : "lost", { step: drag.value, match: percent(alike) }));
    screen.done();
  };
  if (!screen.again || !kept.made.cover) return;
  drag.value = String(kept.made.cover);
  show();
  lost();
}

export async function mix(screen) {
  const { kept, mine } = screen, noise = normal(kept.seed, 0, 0, PIXELS);
  const whole = picture(""), digit = picture(""), grain = picture("");
  const alpha = make("b.signal.number"), sigma = make("b.noise.number");
  const equation = make("div.equation", {}, whole.element, "=", make("span", {}, alpha, " ×"), digit.element, "+", make("span", {}, sigma, " ×"), grain.element);
  const dot = make("circle", { r: 5, class: "dot" }), across = make("line", { class: "signal-line" }), up = make("line", { class: "noise-line" }), arm = make("line", { class: "arm" });
  const circle = make("svg.quarter", { viewBox: "-8 -8 126 126", "aria-hidden": "true" },
    make("path", { d: "M0 110V0M0 110H110", class: "axis" }), make("path", { d: "M0 0A110 110 0 0 1 110 110", class: "arc" }), across, up, arm, dot);
  const drag = slider(screen.text("slider"), 0, 100, 1, 50);
  const show = (known) => {
    const t = drag.valueAsNumber / 100, a = Math.cos((t * Math.PI) / 2), s = Math.sin((t * Math.PI) / 2);
    paintValues(whole.canvas, covered(mine, noise, t));
    setText(alpha, a.toFixed(2));
    setText(sigma, known ? s.toFixed(2) : "?");
    const x = 110 * a, y = 110 - 110 * s;
    const put = (line, x1, y1, x2, y2) => Object.entries({ x1, y1, x2, y2 }).forEach(([name, value]) => line.setAttribute(name, value));
    put(across, 0, 110, x, 110);
    put(up, x, 110, x, y);
    put(arm, 0, 110, x, y);
    dot.setAttribute("cx", String(x));
    dot.setAttribute("cy", String(y));
    drag.setAttribute("aria-valuetext", `${a.toFixed(2)} times the digit, ${s.toFixed(2)} times the noise`);
    whole.canvas.setAttribute("aria-label", `${a.toFixed(2)} times your digit and ${known ? s.toFixed(2) : "so many"} times noise`);
  };
  paintValues(digit.canvas, covered(mine, noise, 0));
  paintValues(grain.canvas, noise);
  digit.canvas.setAttribute("aria-label", "Your digit");
  grain.canvas.setAttribute("aria-label", "Noise");
  const known = make("div.known", {}, circle, make("label.drag", {}, make("span", {}, screen.text("slider")), drag));
  known.style.visibility = "hidden";
  screen.stage.replaceChildren(equation, known);
  show(false);
  await screen.predict();
  if (!screen.alive()) return;
  drag.oninput = () => show(true);
  const point = (event) => {
    const box = circle.getBoundingClientRect(), scale = 126 / box.width;
    const x = (event.clientX - box.left) * scale - 8, y = 110 - ((event.clientY - box.top) * scale - 8);
    drag.value = String(Math.round((100 * Math.atan2(Math.max(0, y), Math.max(0, x))) / (Math.PI / 2)));
    show(true);
  };
  circle.onpointerdown = (event) => { circle.setPointerCapture(event.pointerId); point(event); };
  circle.onpointermove = (event) => { if (event.buttons) point(event); };
  known.style.visibility = "visible";
  show(true);
  screen.came(2);
  screen.tell(screen.text("after"));
  screen.done();
}

