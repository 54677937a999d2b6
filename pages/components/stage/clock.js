// The clock: gives the stage its scene and moves the position, by playing, stepping or dragging.
// Nothing here asks the server for anything; the address bar is kept in the browser too.

const ICONS = {
  back: "M15 5 8 12l7 7z",
  forth: "m9 5 7 7-7 7z",
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zm6 0h4v14h-4z",
};
const SPEEDS = [0.25, 0.5, 1, 2, 4];

function icon(name) {
  return make("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" },
    make("path", { d: ICONS[name], fill: "currentColor" }));
}

function buildClock(root) {
  const parts = {
    back: make("button", { type: "button", "aria-label": "One step back" }, icon("back")),
    play: make("button.play", { type: "button" }, icon("play")),
    forth: make("button", { type: "button", "aria-label": "One step forward" }, icon("forth")),
    slider: make("input", { type: "range", min: 0, step: 1, "aria-label": "Timeline" }),
    place: make("output.number.place"),
    speed: make("select", { "aria-label": "Speed" },
      ...SPEEDS.map((s) => make("option", { value: s }, `${s}×`))),
    turn: make("button.turn", { type: "button" }),
    meter: make("progress", { max: 1, value: 0, "aria-label": "Computed so far" }),
    status: make("div.status", { role: "status" }),
    halt: make("button.halt", { type: "button" }, "Stop"),
  };
  parts.speed.value = "1";
  parts.turn.textContent = "⇄";
  root.append(make("div.bar", {}, make("div.buttons", {}, parts.back, parts.play, parts.forth),
    parts.slider, parts.place, make("div.extras", {}, parts.speed, parts.turn)));
  parts.runRow = make("div.run", {}, parts.status, parts.meter, parts.halt);
  parts.runRow.hidden = true;
  root.append(parts.runRow);
  return parts;
}

function isBusy(event) {
  // A key belongs to whatever has the focus, unless that is the page itself or our own slider.
  const target = event.composedPath()[0];
  if (target === document.body || target === document.documentElement) return false;
  return !!target.closest?.("input, textarea, select, button, a, summary, [role], [tabindex], [contenteditable]");
}

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  if (!root.clock) {
    root.clock = new Clock(root, buildClock(root));
  }
  root.clock.accept(data);
  return () => root.clock.stop();
}

class Clock {
  constructor(root, parts) {
    Object.assign(this, parts);
    this.root = root;
    this.direction = 1;
    this.exact = 0; // the position while playing, with its fraction
    this.received = null;
    this.play.onclick = () => this.toggle();
    this.back.onclick = () => this.step(-1);
    this.forth.onclick = () => this.step(1);
    this.turn.onclick = () => { this.direction = -this.direction; this.label(); };
    this.halt.onclick = () => this.stage.scene.stop();
    this.slider.oninput = () => { this.pause(false); this.following = false; this.stage.moveTo(+this.slider.value); };
    this.slider.onchange = () => this.settle();
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
  }

  accept(bytes) {
    if (this.received && sameBytes(this.received, bytes)) return;
    const first = this.received === null;
    this.received = bytes;
    const head = unbundle(bytes);
    const stage = (this.stage = stageNamed(head.stage));
    if (!first) this.pause(false);
    stage.scene?.close?.();
    stage.settled = () => { this.label(); this.settle(); };
    this.unfollow?.();
    this.unfollow = stage.follow((scene, index) => this.paint(scene, index));
    const scene = sceneOf(head);
    this.slider.max = scene.last;
    const moves = head.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const streams = scene.lanes && !scene.complete;
    const kept = first || scene.lanes ? null : (stage.index / stage.scene.last) * scene.last;
    // Where nothing may move by itself, open where there is most to see.
    const still = head.autoplay && !moves ? head.rest : head.index ?? 0;
    stage.show(scene, streams ? 0 : kept ?? still);
    this.runRow.hidden = !scene.lanes || !!scene.quiet;
    this.label();
    this.report();
    if (streams) this.watch(scene, head.index);
    else if (first && moves) this.start();
    else this.settle();
  }

  // Follow the model while it works, until the user takes over the timeline.
  watch(scene, rest) {
    this.following = true;
    scene.begin(() => {
      if (this.stage.scene !== scene) return;
      if (!scene.live) scene.ended = performance.now();
      if (this.following && scene.ready) this.stage.moveTo(scene.reached);
      if (!scene.live && this.following) {
        this.following = false;
        if (rest !== null && rest !== undefined && !scene.stopped) this.stage.moveTo(rest);
        this.settle();
      }
      this.report();
      this.stage.changed();
    });
  }

  report() {
    const { scene } = this.stage;
    if (!scene?.lanes) return;
    setText(this.status, scene.progress);
    this.meter.value = scene.reached / scene.last;
    this.meter.style.visibility = this.halt.style.visibility = scene.live ? "visible" : "hidden";
  }

  stop() {
    this.pause(false);
    this.stage.scene?.close?.();
    this.unfollow?.();
    document.removeEventListener("keydown", this.onkey);
  }

  toggle() { this.stage.playing ? this.pause() : this.start(); }

  start() {
    const { stage } = this;
    this.following = false;
    const end = this.direction > 0 ? stage.scene.last : 0;
    if (stage.index === end) stage.moveTo(stage.scene.last - end);
    this.exact = stage.index;
    stage.playing = true;
    this.before = null;
    this.label();
    const tick = (now) => {
      if (!stage.playing) return;
      const seconds = this.before === null ? 0 : Math.min(0.1, (now - this.before) / 1000);
      this.before = now;
      const rate = (stage.scene.last / stage.scene.seconds) * +this.speed.value;
      this.exact += this.direction * rate * seconds;
      stage.moveTo(this.exact);
      if (this.exact <= 0 && this.direction < 0 || this.exact >= stage.scene.last && this.direction > 0) {
        this.pause();
        return;
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause(settle = true) {
    if (!this.stage.playing) return;
    this.stage.playing = false;
    this.label();
    if (settle) this.settle();
  }

  step(by) {
    this.pause(false);
    this.following = false;
    this.stage.moveTo(this.stage.index + by);
    this.settle();
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const onSlider = event.composedPath()[0] === this.slider;
    if (isBusy(event) && !(onSlider && event.key === " ")) return;
    const act = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      Home: () => this.step(-Infinity),
      End: () => this.step(Infinity),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // The user let go: say where we are in the address bar, so that it can be shared.
  settle() {
    if (this.stage.scene.quiet) return;
    const address = new URL(location.href);
    if (address.searchParams.get("t") === String(this.stage.index)) return;
    address.searchParams.set("t", this.stage.index);
    history.replaceState(history.state, "", address);
  }

  label() {
    const playing = this.stage.playing;
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    const towards = this.direction > 0 ? "towards noise" : "towards the digit";
    this.turn.title = `Playing ${towards}; press to turn round`;
    this.turn.setAttribute("aria-label", `Direction: ${towards}`);
    this.turn.setAttribute("aria-pressed", String(this.direction < 0));
  }

  paint(scene, index) {
    if (document.activeElement !== this.slider || +this.slider.value !== index) this.slider.value = index;
    this.slider.style.setProperty("--filled", `${(100 * index) / scene.last}%`);
    this.slider.setAttribute("aria-valuetext", scene.describe(index));
    setText(this.place, scene.place(index));
  }
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
