// The lab: a network learns a shape in the plane. Everything that was received is kept, so both
// timelines, that of the training and that of the noise, move without asking anybody.

import { toBase64 } from "../../shared/base64.js";
import { button, make, setText } from "../../shared/dom.js";
import { briefly, percent } from "../../shared/numbers.js";
import { beforeSliderKeys } from "../../shared/slider_keys.js";
import { sameBytes, unbundle } from "../../stage/bundle.js";
import { wished } from "../../engine/able.js";
import { stageNamed } from "../../stage/stage.js";
import { LossByLevel, LossCurve } from "./charts.js";
import { Pen } from "./pen.js";
import { inksOf, Plane } from "./plane.js";
import { Training } from "./run.js";
import { planOf } from "./tab/plan.js";
import { Trainer } from "./tab/trainer.js";

const PLAY_NOISE = 3.5, PLAY_TRAINING = 6; // seconds from one end to the other
const CALM = 300; // milliseconds after the first picture, before a worker is started
const JUST_NOW = 2000; // milliseconds in which a field that was left for a button is heard of

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.lab ??= new Lab(root);
  root.lab.accept(component.data);
  return () => root.lab.leave();
}

class Lab {
  constructor(root) {
    this.root = root;
    this.training = null;
    this.t = 0;
    this.follows = true; // whether the newest snapshot is shown as it arrives
    this.playing = null; // "noise" or "training"
    this.received = null;
    this.watched = false; // whether the way from noise to data has been played
    this.space = new Float32Array(1024);
    this.trainer = new Trainer(wished());
    this.build();
    this.resized = new ResizeObserver(() => this.stage?.changed());
    this.resized.observe(root);
  }

  build() {
    const slider = (label, max) => make("input", { type: "range", min: 0, max, step: 1, value: 0, "aria-label": label });
    this.plane = new Plane("The plane");
    this.other = new Plane("The plane of the ideal denoiser");
    this.pen = new Pen(this.plane.canvas, () => this.stage?.changed());
    this.curve = new LossCurve();
    this.byLevel = new LossByLevel(10);
    this.train = button("train", "Train", () => this.start());
    this.pause = button("wide", "Pause", () => this.togglePause());
    this.reset = button("wide", "Reset", () => this.clear());
    this.wipe = button("wide", "Clear the drawing", () => { this.clear(); this.pen.clear(); });
    this.playNoise = button("wide", "Noise to data", () => this.play("noise"));
    this.progress = slider("Training, from the first step to the last", 0);
    this.noise = slider("Noise level, from pure noise to data", 100);
    const takeProgress = () => { this.halt(); this.follows = false; };
    const takeNoise = () => { this.halt(); this.watched = true; };
    this.progress.oninput = () => { takeProgress(); this.stage.moveTo(+this.progress.value); };
    this.noise.oninput = () => { takeNoise(); this.t = 1 - this.noise.value / 100; this.stage.changed(); };
    beforeSliderKeys(this.progress, takeProgress, () => this.stage.index);
    beforeSliderKeys(this.noise, takeNoise, () => Math.round(100 * (1 - this.t)));
    this.progress.onchange = this.noise.onchange = () => this.speak();
    this.sentence = make("p.sentence");
    this.spoken = make("div.unseen", { role: "status" });
    this.status = make("p.status.number");
    this.where = make("span.number.small");
    this.level = make("span.number.small");
    const title = (words) => make("h2", {}, words);
    this.titles = [make("figcaption", {}, "The network"), make("figcaption", {}, "The ideal denoiser")];
    this.second = make("figure", {}, this.other.canvas, this.titles[1]);
    this.root.replaceChildren(make("div.lab", {},
      make("div.planes", {}, make("figure", {}, this.plane.canvas, this.titles[0]), this.second),
      make("div.desk", {},
        make("div.buttons", {}, this.train, this.pause, this.reset, this.playNoise, this.wipe),
        this.status,
        make("div.line", {}, make("label.small", {}, "Training"), this.progress, this.where),
        make("div.line", {}, make("label.small", {}, "Noise level"), this.noise, this.level),
        make("div.charts", {},
          make("div", {}, title("Loss"), this.curve.element),
          make("div", {}, title("Loss by noise level"), this.byLevel.element)),
        this.sentence, this.spoken)));
  }

  accept(bytes) {
    this.inks = inksOf(this.root); // the theme may have changed
    if (this.received && sameBytes(this.received, bytes)) { this.stage.changed(); return; }
    const first = this.received === null;
    this.received = bytes.slice();
    const before = this.scene;
    this.scene = unbundle(bytes);
    this.stage = stageNamed(this.scene.stage);
    this.unfollow ??= this.stage.follow(() => this.paint());
    this.second.hidden = !this.scene.ideal;
    this.root.dataset.two = this.scene.ideal;
    this.data = planOf(this.scene).points?.subarray(0, 2 * this.scene.plan.shown) ?? new Float32Array(0);
    const same = before && before.address === this.scene.address && before.drawing === this.scene.drawing;
    // What was typed a moment before Train was pressed arrives a moment after, and counts.
    const late = !same && this.training && performance.now() - this.pressed < JUST_NOW;
    if (!same) this.clear();
    if (!first && (late || this.scene.presses > before.presses)) this.start();
    if (first) this.warming = setTimeout(() => this.trainer.open(), CALM);
    this.stage.changed();
  }

  // Forget what was learned.
  clear() {
    this.training?.stop();
    this.training = null;
    this.halt();
    this.t = this.scene.drawing ? 0 : 1;
    this.watched = false;
    this.pen.active = this.scene.drawing;
    this.show(0);
  }

  start() {
    this.pressed = performance.now();
    this.training?.stop();
    this.halt();
    this.t = 0;
    this.follows = true;
    this.watched = false;
    this.pen.active = false;
    const drawn = this.scene.drawing ? this.pen.bytes : null, drawing = drawn ? `&drawing=${toBase64(drawn)}` : "";
    const plan = planOf(this.scene, drawn);
    const training = (this.training = new Training(this.scene.address + drawing, this.trainer, plan));
    this.show(0);
    this.say(this.scene.words.begun);
    training.begin(() => {
      if (this.training !== training) return;
      const last = Math.max(0, training.snapshots.length - 1);
      Object.assign(this.stage.scene, { last: training.head ? training.head.frames - 1 : 0, reachable: last });
      if (this.follows) this.stage.moveTo(last);
      if (!training.live) this.ended();
      this.stage.changed();
    });
  }

  ended() {
    this.pen.active = this.scene.drawing && !this.training.data;
    this.speak();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!still && this.follows && !this.watched && !this.training.problem) this.play("noise");
  }

  // The stage's scene: what the clock's followers and the tests expect of one.
  show(index) {
    this.stage.scene = { last: this.training?.head ? this.training.head.frames - 1 : 0, reachable: 0, lab: this };
    this.stage.index = index;
    this.stage.changed();
  }

  togglePause() {
    if (this.playing === "training" || (this.training?.live && this.follows)) {
      this.halt();
      this.follows = false;
      this.speak();
    } else if (this.training?.live) {
      this.halt();
      this.follows = true;
      this.stage.moveTo(this.stage.scene.reachable);
    } else this.play("training");
    this.stage.changed();
  }

  halt() {
    this.playing = null;
    this.stage?.changed();
  }

  play(what) {
    if (this.playing === what) { this.halt(); return; }
    if (!this.training?.last) return;
    this.playing = what;
    this.watched = true;
    if (what === "noise" && this.t === 0) this.t = 1;
    if (what === "training") {
      this.follows = false;
      if (this.stage.index === this.stage.scene.reachable) this.stage.moveTo(0);
    }
    let before = null, exact = this.stage.index;
    // Only one may move the points: a play that was halted in this very frame still has its turn.
    const turn = (this.turn = {});
    const tick = (now) => {
      if (this.playing !== what || this.turn !== turn) return;
      const seconds = before === null ? 0 : Math.min(0.1, (now - before) / 1000);
      before = now;
      let over;
      if (what === "noise") {
        this.t = Math.max(0, this.t - seconds / PLAY_NOISE);
        over = this.t === 0;
      } else {
        exact += (this.stage.scene.last * seconds) / PLAY_TRAINING;
        this.stage.moveTo(exact);
        over = exact >= this.stage.scene.reachable;
      }
      this.stage.changed();
      if (over) { this.halt(); this.speak(); } else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    this.stage.changed();
  }

  get snapshot() { return this.training?.snapshots[this.stage.index] ?? null; }

  paint() {
    const { training, snapshot, scene, inks, t } = this;
    if (!this.plane.fit()) return;
    const data = training?.data ?? (scene.drawing ? null : this.data);
    const c = this.plane.clear(data, inks);
    if (scene.drawing && !training?.data) this.pen.paint(c, this.plane, inks);
    if (snapshot) {
      this.plane.arrows(c, training, snapshot, t, inks);
      this.plane.samples(c, training, snapshot, t, inks, this.spaceFor(training));
    } else if (!scene.drawing) this.plane.dots(c, scene.noise, inks.noise);
    if (scene.ideal && this.other.fit()) {
      const d = this.other.clear(data, inks);
      if (training?.ideal) {
        this.other.arrows(d, training, training.ideal, t, inks);
        this.other.samples(d, training, training.ideal, t, inks, this.spaceFor(training));
      }
    }
    this.curve.paint(training, this.stage.index);
    this.byLevel.paint(training, snapshot, t);
    this.label();
  }

  spaceFor(training) { return (this.space = this.space.length === 2 * training.head.samples ? this.space : new Float32Array(2 * training.head.samples)); }

  label() {
    const { training, snapshot, stage, scene } = this;
    const { last } = stage.scene;
    const shown = Math.max(0, last);
    if (+this.progress.max !== shown) this.progress.max = shown;
    if (+this.progress.value !== stage.index) this.progress.value = stage.index;
    const part = String(Math.round(100 * (1 - this.t)));
    if (this.noise.value !== part) this.noise.value = part;
    const step = snapshot ? `step ${snapshot.step}` : "not begun";
    setText(this.where, step);
    this.progress.setAttribute("aria-valuetext", step);
    setText(this.level, `t = ${this.t.toFixed(2)}`);
    this.noise.setAttribute("aria-valuetext", `t = ${this.t.toFixed(2)}`);
    this.progress.disabled = this.noise.disabled = this.playNoise.disabled = this.pause.disabled = !training?.last;
    this.reset.disabled = !training;
    this.wipe.hidden = !scene.drawing;
    this.wipe.disabled = !this.pen.strokes.length;
    const follows = this.playing === "training" || (training?.live && this.follows);
    setText(this.pause, follows ? "Pause" : training?.live ? "Follow" : "Replay");
    setText(this.playNoise, this.playing === "noise" ? "Stop here" : "Noise to data");
    setText(this.train, training ? "Train again" : "Train");
    setText(this.status, this.progressWords);
    setText(this.sentence, this.words);
    this.root.dataset.pen = this.pen.active;
    const said = this.pictured;
    if (this.plane.canvas.getAttribute("aria-label") !== said) this.plane.canvas.setAttribute("aria-label", said);
  }

  get progressWords() {
    const { training } = this;
    if (!training) return this.scene.drawing && this.pen.full ? this.scene.words.full : this.scene.words.ready;
    if (training.problem) return training.problem;
    if (training.before && !training.head) return `${training.before} ${training.before === 1 ? "other is" : "others are"} in line before you.`;
    if (!training.last) return this.scene.words.waiting;
    const { step } = training.last, { steps } = training.head;
    return (training.live ? `Learning: step ${step} of ${steps}` : `Learned in ${step} steps`) + training.where;
  }

  // What one sees at this moment.
  get words() {
    const { training, snapshot, scene, t } = this, { words } = scene;
    if (!snapshot) return scene.drawing && !training ? words.draw : words.before;
    if (scene.watch && training.done && t < 0.02) return this.fill(scene.watch);
    const which = snapshot.step === 0 ? "untrained" : t > 0.02 && scene.watch ? "broken"
      : t > 0.93 ? "noise" : t > 0.25 ? "early" : t > 0.02 ? "late"
      : snapshot.on > 0.9 && snapshot.reached > 0.9 ? "learned" : "learning";
    return this.fill(words[which]);
  }

  fill(words) {
    const { snapshot } = this;
    const known = { step: snapshot.step, on: percent(snapshot.on), reached: percent(snapshot.reached), copied: percent(snapshot.copied), loss: briefly(snapshot.loss) };
    return words.replace(/\{(\w+)\}/g, (_, name) => known[name]);
  }

  get pictured() {
    const { snapshot, scene } = this;
    if (!snapshot) return `The plane: ${scene.name}${scene.drawing ? "" : ", and points of pure noise"}.`;
    return `The plane at t = ${this.t.toFixed(1)}, after ${snapshot.step} steps: ${Math.round(100 * snapshot.on)} percent of the finished samples lie on ${scene.name}.`;
  }

  // Aloud when something begins or comes to rest, and not at every step.
  say(words) { setText(this.spoken, words); }

  speak() {
    const { snapshot, training } = this;
    if (training?.problem) this.say(training.problem);
    else if (snapshot) {
      const loss = Number.isFinite(snapshot.loss) ? ` loss ${briefly(snapshot.loss)},` : "";
      this.say(`Step ${snapshot.step},${loss} ${Math.round(100 * snapshot.on)} percent of the samples on the shape, which they reach to ${Math.round(100 * snapshot.reached)} percent.`);
    }
  }

  leave() {
    this.halt();
    this.training?.stop();
    clearTimeout(this.warming);
    this.trainer.close();
    this.unfollow?.();
    this.unfollow = null;
    this.resized.disconnect();
  }
}
