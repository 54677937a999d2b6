// A pad of 28 by 28 cells to draw a digit on ("draw"), or to hide parts of a picture ("mask"). With
// mouse, finger, pen or keys. What is on it goes to Python when the pointer lifts, as base64url.
//
// cells.js knows the cells themselves and how they are painted.
//
// Each base (an empty pad, a ready sketch, a ready mask) has a content of its own, which stays when
// the pad goes away and comes back (Python keeps it) and over a reload (sessionStorage).

import { fromBase64, toBase64 } from "../../../shared/base64.js";
import { button, make, setText } from "../../../shared/dom.js";
import { paintBytes, pixelCanvas, SIDE } from "../../../stage/pixels.js";
import { CELLS, distance, grid, hatch, packBits, pointAt, unpackBits } from "./cells.js";

const TOOLS = {
  draw: { on: "Pen", off: "Eraser", blank: "Clear", sizes: { fine: 0.6, normal: 1, broad: 1.6 } },
  mask: { on: "Hide", off: "Uncover", blank: "Uncover all", sizes: { fine: 1, normal: 1.8, broad: 3.2 } },
};
const PATIENCE = { pointer: 350, keys: 700 }; // ms: another stroke may follow at once
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.pad ??= new Pad(root, component.data.mode);
  root.pad.send = component.setStateValue;
  root.pad.accept(component.data);
  return () => root.pad.leave();
}

class Pad {
  constructor(root, mode) {
    this.root = root;
    this.mode = mode;
    this.words = TOOLS[mode];
    this.cursor = [14, 14];
    this.erasing = false;
    this.send = null; // what Python is told by
    this.small = pixelCanvas(null);
    this.at = null; // where the pointer is while it draws
    this.timer = 0;
    this.build();
    this.watch = new ResizeObserver(() => this.paint());
    this.watch.observe(this.canvas);
    this.onhide = () => this.flush();
    addEventListener("pagehide", this.onhide);
  }

  build() {
    const tool = (text, act) => button("tool", text, act);
    const hint = this.mode === "draw"
      ? "Arrow keys move the pen, the space bar draws, Shift with arrow keys draws a line, E takes the eraser, U undoes."
      : "Arrow keys move, the space bar hides, Shift with arrow keys hides along the way, E uncovers, U undoes.";
    this.canvas = make("canvas.cells", { tabindex: 0, role: "application", "aria-describedby": "pad-keys" });
    this.hint = make("p.hint.small.soft", { id: "pad-keys" }, hint);
    this.said = make("p.unseen", { role: "status" });
    this.pen = tool(this.words.on, () => this.choose(false));
    this.eraser = tool(this.words.off, () => this.choose(true));
    this.size = make("select", { "aria-label": "Size of the brush" },
      ...Object.keys(this.words.sizes).map((name) => make("option", { value: name }, name)));
    this.size.value = "normal";
    this.back = tool("Undo", () => this.undo());
    this.blank = tool(this.words.blank, () => this.replace(new Uint8Array(CELLS), "Empty."));
    this.reset = tool("As it was", () => this.replace(this.base.slice(), "As it was."));
    this.root.replaceChildren(this.canvas,
      make("div.tools", {}, this.pen, this.eraser, this.size, this.back, this.blank, this.reset), this.hint, this.said);
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.begin(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.lift(event);
    canvas.onkeydown = (event) => this.key(event);
    canvas.onfocus = canvas.onblur = () => this.paint();
    this.choose(false);
  }

  accept(data) {
    const { base_id: base, version } = data;
    const other = !this.data || this.data.name !== data.name || this.data.base_id !== base;
    const put = this.data && !other && version !== this.data.version;
    if (this.data && (other || put)) this.flush();
    this.data = data;
    this.under = data.under ? fromBase64(data.under) : null;
    this.base = this.read(data.base);
    this.canvas.setAttribute("aria-label", data.label);
    this.reset.hidden = !this.base.some((cell) => cell);
    if (other) {
      this.pasts = (window.throughTheFogPads ??= {})[this.name] ??= [];
      const stored = data.kept ? null : this.stored();
      this.cells = this.read(data.kept || stored || data.base);
      if (stored) this.deliver();
    } else if (put) {
      this.pasts.push(this.cells.slice());
      this.cells = this.read(data.kept);
      this.store();
    }
    for (const control of [this.pen, this.eraser, this.size, this.blank, this.reset]) control.disabled = data.locked;
    this.paint();
  }

  get name() { return `throughTheFog.pad.${this.data.name}.${this.data.base_id}`; }
  read(word) { return this.mode === "mask" ? unpackBits(fromBase64(word)) : fromBase64(word); }
  get word() { return toBase64(this.mode === "mask" ? packBits(this.cells) : this.cells); }

  stored() {
    try {
      const word = sessionStorage.getItem(this.name);
      return word && fromBase64(word).length === fromBase64(this.data.base).length ? word : null;
    } catch {
      return null; // a browser that keeps nothing, or somebody else's words
    }
  }

  store() {
    try {
      sessionStorage.setItem(this.name, this.word);
    } catch { /* then it lasts as long as the visit */ }
  }

  deliver() { this.send("content", `${this.data.base_id} ${this.word}`); }

  // What was drawn goes to Python, unless more follows at once.
  changed(patience) {
    this.store();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.timer = 0; this.deliver(); }, patience);
    this.paint();
  }

  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.deliver();
  }

  leave() {
    this.flush();
    this.watch.disconnect();
    removeEventListener("pagehide", this.onhide);
    this.root.pad = undefined;
  }

  remember() {
    this.pasts.push(this.cells.slice());
    if (this.pasts.length > 100) this.pasts.shift();
  }

  undo() {
    const past = this.pasts.pop();
    if (!past) { setText(this.said, "Nothing to undo."); return; }
    this.cells = past;
    this.changed(PATIENCE.pointer);
    setText(this.said, `Undone. ${this.described()}`);
  }

  replace(cells, said) {
    if (cells.every((cell, i) => cell === this.cells[i])) return;
    this.remember();
    this.cells = cells;
    this.changed(PATIENCE.pointer);
    setText(this.said, said);
  }

  choose(erasing) {
    this.erasing = erasing;
    this.pen.setAttribute("aria-pressed", String(!erasing));
    this.eraser.setAttribute("aria-pressed", String(erasing));
  }

  // A stroke of the brush from one point to another, in cells. A pen's edge is soft, as in MNIST;
  // a mask knows only hidden or not.
  stroke(from, to) {
    const radius = this.words.sizes[this.size.value] * (this.mode === "draw" && this.erasing ? 1.5 : 1);
    for (let i = 0; i < CELLS; i++) {
      const away = distance((i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5, from, to);
      const cover = this.mode === "mask" ? +(away <= radius) : Math.max(0, Math.min(1, radius + 0.5 - away));
      if (!cover) continue;
      const ink = Math.round(255 * cover);
      this.cells[i] = this.erasing ? Math.min(this.cells[i], 255 - ink) : Math.max(this.cells[i], ink);
    }
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * SIDE, (event.clientY - box.top) / box.height * SIDE];
  }

  begin(event) {
    if (event.button > 0 || this.data.locked) return;
    event.preventDefault();
    if (this.at) return; // one finger draws; a second one does nothing
    this.pointer = event.pointerId;
    this.canvas.focus({ focusVisible: false });
    this.canvas.setPointerCapture(event.pointerId);
    this.remember();
    clearTimeout(this.timer);
    this.at = this.place(event);
    this.stroke(this.at, this.at);
    this.paint();
  }

  move(event) {
    if (!this.at || event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const part of events.length ? events : [event]) {
      const to = this.place(part);
      this.stroke(this.at, to);
      this.at = to;
    }
    this.paint();
  }

  lift(event) {
    if (!this.at || event.pointerId !== this.pointer) return;
    this.cursor = this.at.map((place) => Math.max(0, Math.min(SIDE - 1, Math.floor(place))));
    this.at = null;
    this.changed(PATIENCE.pointer);
    setText(this.said, this.described());
  }

  key(event) {
    if (event.altKey) return;
    const [x, y] = this.cursor, centre = [x + 0.5, y + 0.5], key = event.key.toLowerCase();
    const undo = key === "u" || ((event.ctrlKey || event.metaKey) && key === "z");
    if ((event.ctrlKey || event.metaKey) && !undo) return;
    if (MOVES[event.key]) {
      this.cursor = MOVES[event.key].map((by, axis) => Math.max(0, Math.min(SIDE - 1, this.cursor[axis] + by)));
      if (event.shiftKey) this.mark(centre);
      this.say();
    } else if (event.key === " " || event.key === "Enter") {
      this.mark(centre);
      this.say();
    } else if (key === "e") {
      this.choose(!this.erasing);
      setText(this.said, `${this.erasing ? this.words.off : this.words.on}.`);
    } else if (undo) this.undo();
    else return;
    event.preventDefault();
    this.paint();
  }

  mark(from) {
    if (this.data.locked) return;
    this.remember();
    this.stroke(from, this.cursor.map((place) => place + 0.5));
    this.changed(PATIENCE.keys);
  }

  say() {
    const [x, y] = this.cursor, cell = this.cells[y * SIDE + x];
    const what = this.mode === "mask" ? (cell ? "hidden" : "seen") : cell > 127 ? "ink" : cell ? "faint ink" : "empty";
    setText(this.said, `Column ${x + 1}, row ${y + 1}: ${what}.`);
  }

  described() {
    const covered = this.cells.filter((cell) => cell > 127).length;
    const part = `${Math.round((100 * covered) / CELLS)} percent of the pad`;
    return this.mode === "mask" ? `Hidden: ${part}.` : `Ink on ${part}.`;
  }

  paint() {
    this.back.disabled = !this.pasts?.length || this.data.locked;
    const { canvas } = this;
    const cell = Math.max(4, Math.round((canvas.clientWidth * devicePixelRatio) / SIDE)), wide = cell * SIDE;
    if (canvas.width !== wide) canvas.width = canvas.height = wide;
    const ink = canvas.getContext("2d"), shown = this.mode === "mask" ? this.under : this.cells;
    ink.imageSmoothingEnabled = false;
    paintBytes(this.small, shown);
    ink.drawImage(this.small, 0, 0, wide, wide);
    if (this.mode === "mask") hatch(ink, cell, this.cells);
    grid(ink, cell);
    if (this.root.getRootNode().activeElement === canvas) pointAt(ink, cell, this.cursor);
  }
}
