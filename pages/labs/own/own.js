// The lab: train, watch, stop, and then measure and compare. See run.js for what arrives.

import { make, setText } from "../../shared/dom.js";
import { paintBytes, pixelCanvas, PIXELS, SIDE } from "../../stage/pixels.js";
import { levelChart, lossChart } from "./charts.js";
import { OwnRun, REMEMBERED } from "./run.js";

const SHOWN = 20; // pictures, as many as the server draws at a time
const THUMBS = 8, IN_THUMB = 10;
const JUST_NOW = 2000; // milliseconds in which a field that was left for a button is heard of

function spoken(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

function counted(steps) { return `${steps} ${steps === 1 ? "step" : "steps"}`; }

// Many pictures on one small canvas, in rows of five.
function paintThumb(canvas, pictures, count) {
  const pencil = canvas.getContext("2d"), image = pencil.createImageData(canvas.width, canvas.height);
  image.data.fill(255);
  for (let which = 0; which < IN_THUMB; which++) {
    const from = Math.floor((which * count) / IN_THUMB) * PIXELS;
    for (let i = 0; i < PIXELS; i++) {
      const x = (which % 5) * SIDE + (i % SIDE), y = Math.floor(which / 5) * SIDE + Math.floor(i / SIDE);
      image.data.fill(pictures[from + i], 4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 3);
    }
  }
  pencil.putImageData(image, 0, 0);
}

function statusOf(run, settings) {
  if (!run) return settings.locked ? "Training is switched off on this page." : "Nothing is running. Press Train.";
  const line = run.before === 0 ? "You are next in line." : `You are number ${run.before + 1} in line.`;
  const told = {
    asking: "Getting ready: the process for training is starting …",
    waiting: `Somebody else is training now. ${line} Each run takes up to four minutes.`,
    preparing: "The server has no MNIST, so a fast model draws digits to learn from …",
    learning: run.stopping ? "Stopping: a few last, smaller steps …" : "Learning …",
    judging: "Learned. It now draws 100 digits, and a judge reads them …",
    ended: "Done. Your model is ready.",
    left: "Stopped before there was anything to keep. Press Train to begin again.",
    failed: run.problem,
  };
  return told[run.phase];
}

function figuresOf(run) {
  if (!run?.now || !run.setup) return "";
  const { step, loss, processors } = run.now, seen = step * run.setup.batch;
  const left = run.phase === "learning" ? ` · ${spoken(run.secondsLeft)} left` : "";
  return `step ${step} · ${seen.toLocaleString("en")} digits seen · loss ${loss.toFixed(3)} · on ${processors.toFixed(1)} processors${left}`;
}

function shareOf(run) {
  if (!run) return 0;
  if (run.phase === "preparing" || run.phase === "judging") return run.share;
  if (run.phase === "ended") return 1;
  if (!run.now) return 0;
  const at = run.now.at, left = run.secondsLeft;
  return at / Math.max(0.1, at + left);
}

function compareAddress(run) {
  const { digits } = run.settings, all = digits.length === 10;
  const query = { compare: "true", draw: all ? "all ten" : digits[0], n: "8", model2: `yours-${run.end.id}`, steps2: "20" };
  if (all) delete query.n;
  return `reverse?${new URLSearchParams(query)}`;
}

function build(root) {
  const train = make("button.wide.train", { type: "button" }, "Train");
  const stop = make("button.wide", { type: "button" }, "Stop");
  const bar = make("progress", { max: "1", value: "0", "aria-label": "How far the run is" });
  const status = make("p.status", { role: "status" });
  const figures = make("p.figures.number.soft");
  const pictures = [...Array(SHOWN)].map(() => pixelCanvas(null));
  const grid = make("div.pictures.empty", { role: "img" }, ...pictures);
  const caption = make("p.caption.small");
  const slider = make("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Moment of the training" });
  const thumbs = [...Array(THUMBS)].map(() => {
    const canvas = make("canvas.empty", { width: String(5 * SIDE), height: String(2 * SIDE) });
    return make("figure", {}, canvas, make("figcaption.number", {}, " "));
  });
  const strip = make("div.strip", { "aria-hidden": "true" }, ...thumbs);
  const loss = lossChart(), levels = levelChart(10);
  const result = make("div.result");
  const sheet = make("details.sheet", { hidden: "" }, make("summary", {}, "The 100 digits that were read"), make("div.read"));
  root.replaceChildren(
    make("div.desk", {}, make("div.buttons", {}, train, stop), make("div.state", {}, bar, status, figures)),
    make("div.lab", {},
      make("div.left", {}, make("h2", {}, "What it draws"), grid, slider, caption, strip),
      make("div.right", {},
        make("div.charts", {},
          make("div", {}, make("h2", {}, "Loss"), loss.svg),
          make("div", {}, make("h2", {}, "Loss by noise level"), levels.svg)),
        result)),
    sheet,
  );
  return { train, stop, bar, status, figures, pictures, grid, caption, slider, thumbs, loss, levels, result, sheet };
}

function fillSheet(sheet, run) {
  const { pictures, asked, read } = run.end;
  const cells = [...asked].map((label, i) => {
    const canvas = pixelCanvas(null);
    paintBytes(canvas, pictures.subarray(i * PIXELS, (i + 1) * PIXELS));
    const wrong = read[i] !== label;
    return make(wrong ? "figure.wrong" : "figure", {}, canvas, make("figcaption.number", {}, wrong ? `${label}, read ${read[i]}` : String(label)));
  });
  sheet.querySelector(".read").replaceChildren(...cells);
}

function fillResult(parts, run) {
  const { end } = run;
  const link = (href, text, extra) => make("a.wide", { href, ...extra }, text);
  const score = (number, who) => make("div.score", {}, make("b.number", {}, number), make("span", {}, who));
  const shipped = end.shipped === null ? "?" : `${(100 * end.shipped).toFixed(1)} %`;
  parts.result.replaceChildren(
    make("h2", {}, "Read as what was asked for"),
    make("div.scores", {}, score(`${end.right} of ${end.judged}`, "your model"), score(shipped, `the shipped one, of ${(1000 * run.settings.digits.length).toLocaleString("en")}`)),
    make("p.small", {}, `${counted(end.steps)} of training in ${spoken(end.seconds)}. The judge read pictures drawn in 20 steps, without guidance. ` +
      (end.processors < 0.6 * end.threads ? "The server was busy with others, so your model learned less than it could have in this time." : "")),
    make("div.buttons", {},
      link(compareAddress(run), "Compare it with the shipped model", { target: "_blank", rel: "noopener", title: "Opens the reverse lab in a new tab" }),
      link(`api/own.zip?model=${end.id}`, "Download it", { download: "" })),
    make("p.small.soft", {}, "The server keeps it for two hours at most, and only the newest eight. What you download is yours."),
  );
  fillSheet(parts.sheet, run);
  parts.sheet.hidden = false;
}

const EMPTY = "When the training ends, a judge that had no part in it reads 100 digits drawn by your model. You can then compare it with the shipped model, and take it home.";

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.settings = component.data;
  if (root.show) { root.changed(); root.show(); return root.leave; } // only settings or theme are new
  const parts = build(root);
  let run = null, moment = null; // moment: which pictures are shown; null for the newest
  let painted = null, filled = null, pressed = -Infinity;

  function show() {
    const { settings } = root;
    const live = run?.live ?? false;
    parts.train.disabled = live || settings.locked;
    parts.stop.disabled = !live || run.stopping || run.phase === "judging";
    setText(parts.status, statusOf(run, settings) ?? "");
    if (!run && root.broken) setText(parts.status, "This page was reloaded or left while a model was training, and that ended the run. Press Train to begin again.");
    setText(parts.figures, figuresOf(run) || "\u00a0");
    parts.bar.value = shareOf(run);
    const moments = run?.moments ?? [];
    parts.slider.max = Math.max(0, moments.length - 1);
    parts.slider.disabled = moments.length < 2;
    const index = Math.min(moment ?? moments.length - 1, moments.length - 1);
    parts.slider.value = Math.max(0, index);
    showMoment(moments[index]);
    showStrip(moments);
    parts.loss.show(run?.losses ?? [], run?.settings.seconds ?? settings.seconds);
    parts.levels.show(run?.now?.levels);
    if (run?.end && filled !== run) fillResult(parts, run);
    else if (!run?.end && filled !== run) {
      parts.result.replaceChildren(make("p.soft", {}, EMPTY));
      parts.sheet.hidden = true;
    }
    filled = run?.end ? run : filled;
    root.dataset.phase = run?.phase ?? "none";
  }

  function showMoment(shown) {
    if (shown === painted) return;
    painted = shown;
    parts.pictures.forEach((canvas, i) => {
      if (shown) paintBytes(canvas, shown.pictures.subarray(i * PIXELS, (i + 1) * PIXELS));
      else canvas.getContext("2d").clearRect(0, 0, SIDE, SIDE);
    });
    const when = shown ? `after ${counted(shown.step)}, ${spoken(shown.at)}` : "";
    setText(parts.caption, shown ? `Drawn from the same noise each time: ${when}` : "Pictures come as soon as a run begins, always from the same noise.");
    parts.grid.classList.toggle("empty", !shown);
    parts.grid.setAttribute("aria-label", shown ? `${SHOWN} digits that the model drew ${when}` : "No pictures yet");
    parts.slider.setAttribute("aria-valuetext", when || "no pictures yet");
  }

  // Moments at equal distances in the list, the first and the newest among them.
  function showStrip(moments) {
    parts.thumbs.forEach((thumb, k) => {
      const count = Math.min(THUMBS, moments.length);
      const shown = k < count ? moments[count === 1 ? 0 : Math.round((k * (moments.length - 1)) / (count - 1))] : null;
      if (thumb.shown === shown) return;
      thumb.shown = shown;
      const [canvas, caption] = thumb.children;
      canvas.classList.toggle("empty", !shown);
      if (shown) paintThumb(canvas, shown.pictures, SHOWN);
      else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      setText(caption, shown ? spoken(shown.at) : "\u00a0");
    });
  }

  function watch(other) {
    run?.views.delete(show);
    [run, moment, filled] = [other, null, undefined];
    run?.views.add(show);
    show();
  }

  function begin() {
    const { digits, seconds, seed } = root.settings;
    const fresh = (window.throughTheFogOwn = new OwnRun({ digits, seconds, seed }));
    root.broken = false;
    watch(fresh);
    fresh.begin();
  }

  parts.train.addEventListener("click", () => { pressed = performance.now(); begin(); });
  // What was typed a moment before Train was pressed arrives a moment after, and counts.
  root.changed = () => {
    const { digits, seconds, seed } = root.settings;
    const other = run && (run.settings.digits !== digits || run.settings.seconds !== seconds || run.settings.seed !== seed);
    if (!other || !run.live || performance.now() - pressed > JUST_NOW) return;
    run.hangUp.abort();
    begin();
  };
  parts.stop.addEventListener("click", () => run?.stop());
  parts.slider.addEventListener("input", () => {
    const last = run.moments.length - 1, chosen = Number(parts.slider.value);
    moment = chosen >= last ? null : chosen; // at its end it follows the newest
    show();
  });

  try {
    root.broken = !window.throughTheFogOwn && sessionStorage.getItem(REMEMBERED) !== null;
    if (root.broken) sessionStorage.removeItem(REMEMBERED);
  } catch { root.broken = false; }
  root.show = show;
  watch(window.throughTheFogOwn ?? null);
  const ticking = setInterval(() => { if (run?.phase === "learning") show(); }, 500);
  root.leave = () => {
    clearInterval(ticking);
    run?.views.delete(show);
  };
  return root.leave;
}
