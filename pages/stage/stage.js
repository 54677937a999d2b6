// What the components of one stage share: the scene, the position on its timeline, and the
// moment at which everybody paints. This text is put before each component's own, so that a
// component is one short file and needs no bundler.
//
// A stage lives on `window`, under its name. One component, the clock, gives it a scene and moves
// the position; the others follow: `stage.follow(paint)` calls paint once before every frame in
// which something changed, so that all pictures of a frame show the same step.

class Stage {
  constructor(name) {
    this.name = name;
    this.scene = null;
    this.index = 0; // position: a whole number into scene.ticks
    this.playing = false;
    this.turn = 0; // grows whenever the timeline is taken over: what moves it by itself ends then
    this.painters = new Set();
    this.scheduled = 0;
    this.painted = 0; // frames so far; tests and benchmarks count them
  }

  show(scene, index) {
    this.scene = scene;
    this.index = Math.max(0, Math.min(scene.last, Math.round(index)));
    this.changed();
  }

  moveTo(index) {
    if (!this.scene) return;
    const next = Math.max(0, Math.min(this.scene.reachable, Math.round(index)));
    if (next === this.index) return;
    this.index = next;
    this.changed();
  }

  follow(painter) {
    this.painters.add(painter);
    this.changed();
    return () => this.painters.delete(painter);
  }

  changed() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      if (!this.scene) return;
      for (const painter of this.painters) painter(this.scene, this.index, this);
      this.painted += 1;
    });
  }
}

const stages = (window.throughTheFog ??= new Map());

function stageNamed(name) {
  if (!stages.has(name)) stages.set(name, new Stage(name));
  return stages.get(name);
}

// A follower: build its parts once, then paint whenever the stage changes. Streamlit calls a
// component again when its data or the theme changes, and cleans up only when it goes away.
function follower(component, build) {
  const root = component.parentElement.querySelector(".root");
  root.unfollow?.();
  const paint = root.paint = build(root, component.data);
  const stage = stageNamed(component.data.stage);
  root.unfollow = stage.follow(paint);
  return () => root.unfollow();
}

// One line of JSON, then arrays: see bundle.py.
function unbundle(bytes) {
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const kinds = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
  let offset = end + 1;
  for (const { name, type, shape } of head.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    const size = count * kinds[type].BYTES_PER_ELEMENT;
    head[name] = new kinds[type](bytes.slice(offset, offset + size).buffer);
    offset += size;
  }
  return head;
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const NOISE_REACH = 2; // recordings keep noise from -2 to 2: see recording.py

// What a picture is called until its component says what it shows: never nothing, since a reader
// may meet it while the run that fills it is still waiting its turn.
const UNDRAWN = "Not drawn yet";

// label: what it shows; "" if that is said later; null for a picture inside of a labelled button.
function pixelCanvas(label) {
  // A picture inside of a labelled button says nothing of its own.
  const says = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label || UNDRAWN };
  const canvas = make("canvas.pixels", { width: SIDE, height: SIDE, ...says });
  canvas.image = canvas.getContext("2d").createImageData(SIDE, SIDE);
  canvas.image.data.fill(255);
  return canvas;
}

// values: 784 numbers; -1 is black, 1 is white, and what lies outside is clipped. One scale for
// digits and noise alike, since they stand in one equation.
function paintValues(canvas, values) {
  const data = canvas.image.data;
  for (let i = 0; i < PIXELS; i++) {
    const grey = values[i] * 127.5 + 127.5; // a Uint8ClampedArray clips and rounds by itself
    data[4 * i] = grey;
    data[4 * i + 1] = grey;
    data[4 * i + 2] = grey;
  }
  canvas.getContext("2d").putImageData(canvas.image, 0, 0);
}

// bytes: 784 greys, 0 to 255, that stand for [-reach, reach].
function paintBytes(canvas, bytes, reach = 1) {
  const data = canvas.image.data;
  for (let i = 0; i < PIXELS; i++) {
    const grey = (bytes[i] - 127.5) * reach + 127.5;
    data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = grey;
  }
  canvas.getContext("2d").putImageData(canvas.image, 0, 0);
}

// make("div.card", {title: "x"}, child, "text"): an element, without a framework.
function make(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const svg = ["svg", "path", "line", "circle", "rect", "text", "g", "image"].includes(tag);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  if (attributes.role === "img") element.setAttribute("aria-label", UNDRAWN);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Text that changes every frame: touch the document only when it differs.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A browser reports a key on a slider only where the value changes, not Home at its start, although
// it means as much: stay there. And the value is as old as the last frame. So before such a key
// acts, whatever moves the slider lets go (`take`), and the slider is put to its place (`at`).
const SLIDER_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
function beforeSliderKeys(slider, take, at) {
  slider.addEventListener("keydown", (event) => {
    if (!SLIDER_KEYS.has(event.key)) return;
    take();
    slider.value = at();
  });
}

// Random numbers that the same seed repeats, in any browser: mulberry32, and Box-Muller for a
// normal distribution.
function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
