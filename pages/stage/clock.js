// The clock: gives the stage its scene and moves the position, by playing, stepping or dragging.
// Nothing here asks the server for anything; the address bar is kept in the browser too.

import { make, setText } from "../shared/dom.js";
import { beforeSliderKeys } from "../shared/slider_keys.js";
import { sameBytes, unbundle } from "./bundle.js";
import { sceneOf } from "./scenes/kinds.js";
import { stageNamed, stages } from "./stage.js";

const ICONS = {
  back: "M15 5 8 12l7 7z",
  forth: "m9 5 7 7-7 7z",
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zm6 0h4v14h-4z",
  rightward: "M5 11h10l-4-4 1.4-1.4L19 12l-6.6 6.4L11 17l4-4H5z",
  leftward: "M19 11H9l4-4-1.4-1.4L5 12l6.6 6.4L13 17l-4-4h10z",
};
const SPEEDS = [0.25, 0.5, 1, 2, 4];
// What keeps the keys to itself while it has the focus.
const CONTROLS = "input, textarea, select, button, a, summary, [contenteditable], [role=slider], " +
  "[role=combobox], [role=listbox], [role=option], [role=textbox], [role=spinbutton], [role=tab], " +
  "[role=button], [role=switch], [role=menuitem], [role=radio], [role=checkbox]";

function icon(name) {
  return make("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" },
    make("path", { d: ICONS[name], fill: "currentColor" }));
}

function buildClock(root) {
  const parts = {
    slider: make("input", { type: "range", min: 0, step: 1, "aria-label": "Timeline" }),
    back: make("button", { type: "button", "aria-label": "One step back" }, icon("back")),
    play: make("button.play", { type: "button" }, icon("play")),
    forth: make("button", { type: "button", "aria-label": "One step forward" }, icon("forth")),
    place: make("span.number.place"),
    speed: make("select", { "aria-label": "Speed" },
      ...SPEEDS.map((s) => make("option", { value: s }, `${s}×`))),
    turn: make("button.turn", { type: "button" }),
    meter: make("progress", { max: 1, value: 0, "aria-label": "Computed so far" }),
    status: make("div.status", { "aria-hidden": "true" }),
    spoken: make("div.unseen", { role: "status" }),
    halt: make("button.halt", { type: "button" }, "Stop"),
  };
  parts.speed.value = "1";
  parts.runRow = make("div.run", {}, parts.status, parts.spoken, parts.meter, parts.halt);
  parts.runRow.hidden = true;
  root.append(parts.slider, make("div.bar", {},
    make("div.buttons", {}, parts.back, parts.play, parts.forth), parts.place,
    make("div.extras", {}, parts.speed, parts.turn)), parts.runRow);
  return parts;
}

// Whether a key press belongs to the control that has the focus. Our slider gives up the space
// bar, and the stage's buttons all keys but those that press a button.
export function belongsToControl(event, slider) {
  const control = event.composedPath()[0].closest?.(CONTROLS);
  if (!control) return false;
  if (control === slider) return event.key !== " ";
  const onStage = control.tagName === "BUTTON" && control.getRootNode() instanceof ShadowRoot;
  return onStage ? event.key === " " : true;
}

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  root.clock ??= new Clock(root);
  root.clock.accept(data);
  return () => root.clock.leave();
}

class Clock {
  constructor(root) {
    this.root = root;
    const parts = buildClock(root);
    this.slider = parts.slider;
    this.back = parts.back;
    this.play = parts.play;
    this.forth = parts.forth;
    this.where = parts.place;
    this.speed = parts.speed;
    this.turn = parts.turn;
    this.meter = parts.meter;
    this.status = parts.status;
    this.spoken = parts.spoken;
    this.halt = parts.halt;
    this.runRow = parts.runRow;
    this.direction = 1;
    this.exact = 0; // the position while playing, with its fraction
    this.received = null;
    this.following = false; // a run that is being computed
    this.play.onclick = () => (this.stage.playing ? this.pause() : this.start());
    this.back.onclick = () => this.step(-1);
    this.forth.onclick = () => this.step(1);
    this.turn.onclick = () => { this.direction = -this.direction; this.label(); };
    this.halt.onclick = () => this.stage.scene.stop();
    this.slider.oninput = () => {
      this.take();
      this.stage.moveTo(+this.slider.value);
      this.stage.changed(); // also where it may not go there: the handle has to come back
    };
    this.slider.onchange = () => this.settle();
    beforeSliderKeys(this.slider, () => { this.take(); this.settle(); }, () => this.stage.index);
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    // Streamlit writes the address too, and does not know of our position: put it back.
    this.onaddress = () => this.settle();
    window.navigation?.addEventListener("currententrychange", this.onaddress);
  }

  accept(bytes) {
    if (this.received && sameBytes(this.received, bytes)) return;
    const first = this.received === null;
    this.received = bytes;
    const head = unbundle(bytes);
    const stage = (this.stage = stageNamed(head.stage));
    // What a button here began a moment ago, Python tells of now.
    if (!first && stage.scene?.shows(head)) return;
    if (!first) this.pause(false);
    stage.again = (change) => this.again(change);
    stage.fork = (change) => this.fork(change);
    stage.settled = () => { this.label(); this.settle(); };
    stage.take = () => this.take();
    stage.toggle = () => this.play.onclick();
    stage.clock = this.root;
    this.unfollow?.();
    this.unfollow = stage.follow((scene, index) => this.paint(scene, index));
    this.put(sceneOf(head), first);
  }

  // Runs what is on the stage once more; from another seed, if `change` has one.
  again(change) {
    const { scene } = this.stage, next = scene.again?.(change);
    if (!next) return;
    this.pause(false);
    this.put(next, false);
  }

  // The run branches at this position: see scenes/forked.js. `change` is what is different.
  fork(change) {
    const { scene, index } = this.stage;
    if (!scene.fork?.(scene.stepAt(index), change)) return;
    this.pause(false);
    this.watch(scene, null);
  }

  put(scene, first) {
    const { stage } = this;
    scene.adopt?.(first && !stage.scene ? new URL(location.href).searchParams.get("forks") : stage.scene?.forks);
    const before = stage.scene && { part: stage.index / stage.scene.last, lanes: stage.scene.lanes };
    stage.scene?.close?.();
    this.slider.max = scene.last;
    this.runRow.hidden = !scene.computes;

    // Where to open: where a link says; where one was, with other settings or before leaving the
    // page; else at the start, playing. Where nothing may move by itself: at the best view.
    const still = scene.still || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const linked = first && !before ? this.linked(scene) : null;
    const kept = before && !scene.afresh && !(scene.lanes && !first) ? Math.round(before.part * scene.last) : null;
    const rest = linked ?? kept;
    const streams = scene.lanes && !scene.complete;
    stage.show(scene, streams ? 0 : rest ?? (still ? scene.rest : 0));
    this.label();
    this.report();
    scene.shown();
    if (streams) this.watch(scene, rest);
    else {
      if (scene.unfinished.length) this.watch(scene, rest, false);
      if (rest === null && !still) this.startWhenSeen();
      else this.settle();
    }
  }

  // A page with many stages plays each when it comes into view.
  startWhenSeen() {
    const { scene } = this.stage;
    this.seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      this.seen.disconnect();
      if (this.stage.scene === scene && !this.stage.playing && this.stage.index === 0) this.start();
    });
    this.seen.observe(this.root);
  }

  // The position that the address asks for, if it is one.
  linked(scene) {
    if (scene.quiet || scene.unlisted) return null;
    const text = new URL(location.href).searchParams.get(scene.parameter);
    const index = /^\d+$/.test(text ?? "") ? scene.indexOf(+text) : NaN;
    return index <= scene.last ? index : null;
  }

  // Follow the model while it works, until the user takes over the timeline; or let it work beside.
  watch(scene, rest, follow = true) {
    this.following = follow;
    scene.begin(() => {
      if (this.stage.scene !== scene) return;
      if (this.following && scene.ready) this.stage.moveTo(scene.reached);
      if (!scene.live && this.following) {
        this.following = false;
        // What had been drawn already comes all at once: play it, or there would be nothing to see.
        const still = scene.still || matchMedia("(prefers-reduced-motion: reduce)").matches;
        if (rest !== null) this.stage.moveTo(rest);
        else if (!still && !scene.stopped && scene.lanes.every((lane) => lane.kept)) {
          this.stage.moveTo(0);
          this.start();
        }
        this.settle();
      }
      this.report();
      this.stage.changed();
    });
  }

  report() {
    const { scene } = this.stage;
    if (!scene.computes) return;
    setText(this.status, scene.progress);
    // Said once when it begins and once when it ends, not at every step.
    setText(this.spoken, scene.live ? "The model is drawing." : scene.progress);
    this.meter.value = scene.reached / scene.last;
    this.meter.style.visibility = this.halt.style.visibility = scene.live ? "visible" : "hidden";
  }

  leave() {
    this.pause(false);
    this.stage.scene?.close?.();
    if (this.stage.clock === this.root) this.stage.again = this.stage.fork = null;
    this.unfollow?.();
    this.seen?.disconnect();
    document.removeEventListener("keydown", this.onkey);
    window.navigation?.removeEventListener("currententrychange", this.onaddress);
  }

  start() {
    const { stage } = this;
    const turn = this.take();
    const end = this.direction > 0 ? stage.scene.reachable : 0;
    if (stage.index === end) stage.moveTo(this.direction > 0 ? 0 : stage.scene.reachable);
    this.exact = stage.index;
    stage.playing = true;
    this.label();
    let before = null;
    const tick = (now) => {
      if (!stage.playing || stage.turn !== turn) return;
      const seconds = before === null ? 0 : Math.min(0.1, (now - before) / 1000);
      before = now;
      const rate = stage.scene.waiting ? 0 : (stage.scene.last / stage.scene.seconds) * +this.speed.value;
      this.exact += this.direction * rate * seconds;
      stage.moveTo(this.exact);
      const over = this.direction > 0 ? this.exact >= stage.scene.reachable : this.exact <= 0;
      if (over) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  // The reader takes over: nothing moves the timeline by itself. Gives the turn that begins.
  take() {
    this.pause(false);
    this.following = false;
    return (this.stage.turn += 1);
  }

  pause(settle = true) {
    if (!this.stage?.playing) return;
    this.stage.playing = false;
    this.label();
    if (settle) this.settle();
  }

  step(by) {
    this.take();
    this.stage.moveTo(this.stage.index + by);
    this.settle();
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (belongsToControl(event, this.slider) || !this.nearest()) return;
    const arrows = !window.throughTheFogPresents || event.shiftKey; // which walk the slides of a presentation
    const act = {
      " ": () => this.play.onclick(),
      ArrowLeft: arrows && (() => this.step(-1)),
      ArrowRight: arrows && (() => this.step(1)),
      ",": () => this.step(-1),
      ".": () => this.step(1),
      Home: () => this.step(-Infinity),
      End: () => this.step(Infinity),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Of several stages on a page, keys go to the one in the middle of what the reader sees.
  nearest() {
    const far = (root) => {
      const box = root.getBoundingClientRect();
      return box.height ? Math.abs((box.top + box.bottom) / 2 - innerHeight / 2) : Infinity;
    };
    const clocks = [...stages.values()].map((stage) => stage.clock).filter((root) => root?.isConnected);
    return clocks.every((other) => far(this.root) <= far(other));
  }

  // The timeline rests: say where in the address bar, so that it can be shared.
  settle() {
    const { scene, playing, index } = this.stage;
    if (scene.quiet || scene.unlisted || playing || this.following) return;
    const address = new URL(location.href), before = address.href;
    for (const [name, value] of Object.entries(scene.addressed(index))) {
      if (value === null) address.searchParams.delete(name);
      else if (address.searchParams.get(name) !== value) address.searchParams.set(name, value);
    }
    if (address.href !== before) history.replaceState(history.state, "", address);
  }

  label() {
    const playing = this.stage.playing, forwards = this.direction > 0;
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    const towards = this.stage.scene.ends[forwards ? 1 : 0];
    this.turn.replaceChildren(icon(forwards ? "rightward" : "leftward"));
    this.turn.title = `Plays ${towards}. Press to turn round.`;
    this.turn.setAttribute("aria-label", `Plays ${towards}; turn round`);
  }

  paint(scene, index) {
    if (+this.slider.value !== index) this.slider.value = index;
    const place = scene.place(index);
    this.slider.setAttribute("aria-valuetext", place);
    setText(this.where, place);
  }
}
