// A frame around the part of a photo that counts. Its sides are sliders, for fingers, mouse and keys;
// inside, it is moved. It goes to Python as four shares of the photo: left, top, right, bottom.

import { button, make } from "../../../shared/dom.js";

/** @type {[string, "x" | "y", number][]} */
const SIDES = [["Left", "x", 0], ["Top", "y", 1], ["Right", "x", 2], ["Bottom", "y", 3]];
const LEAST = 0.06; // of the photo, between two sides
const STEP = 0.01;
const PAUSE = 500; // ms: another key may follow at once
const WAYS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, PageUp: -5, PageDown: 5 };

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.frame ??= new Frame(root);
  root.frame.send = component.setStateValue;
  root.frame.accept(component.data);
  return () => root.frame?.leave();
}

class Frame {
  constructor(root) {
    this.root = root;
    this.timer = 0;
    this.drag = null;
    this.send = null; // what Python is told by
    /** @type {[number, number, number, number]} left, top, right and bottom, as shares of the photo */
    this.at = [0, 0, 1, 1];
    this.picture = make("img.picture", { alt: "", draggable: "false" });
    this.ink = make("div.ink");
    this.box = make("div.box");
    this.sides = SIDES.map(([name, axis, i]) => {
      const side = make("div.side", {
        role: "slider", tabindex: 0, "aria-label": `${name} side of the frame`, "data-axis": axis,
        "aria-valuemin": 0, "aria-valuemax": 100, "aria-orientation": axis === "x" ? "horizontal" : "vertical",
      });
      side.onkeydown = (event) => this.key(event, i);
      side.onpointerdown = (event) => this.begin(event, (to) => this.pull(i, to[i % 2]));
      return side;
    });
    this.box.onpointerdown = (event) => {
      const start = this.place(event), from = [...this.at];
      this.begin(event, (to) => this.shift(from, to.map((value, axis) => value - start[axis])));
    };
    this.whole = button("whole", "All of it", () => { this.at = [0, 0, 1, 1]; this.paint(); this.say(0); });
    this.photo = make("div.photo", { role: "group" }, this.picture, this.ink, this.box, ...this.sides);
    this.photo.onpointermove = (event) => { if (this.drag && !this.data.locked) { this.drag(this.place(event)); this.paint(); } };
    this.photo.onpointerup = this.photo.onpointercancel = () => { if (this.drag) { this.drag = null; this.say(0); } };
    root.replaceChildren(this.photo, make("div.under", {},
      make("p.small.soft", {}, "Draw the frame around your digit."), this.whole));
  }

  accept(data) {
    this.data = data;
    this.photo.setAttribute("aria-label", data.label);
    if (this.picture.src !== data.photo) this.picture.src = data.photo;
    // What was understood belongs to the frame that it was understood of.
    if (!this.drag && !this.timer) this.at = data.box.slice();
    this.ink.style.maskImage = data.ink ? `url("${data.ink}")` : "";
    this.ink.hidden = !data.ink;
    Object.assign(this.ink.style, this.bounds(data.box));
    this.paint();
  }

  bounds([left, top, right, bottom]) {
    const share = (value) => `${100 * value}%`;
    return { left: share(left), top: share(top), width: share(right - left), height: share(bottom - top) };
  }

  place(event) {
    const bounds = this.photo.getBoundingClientRect();
    return [(event.clientX - bounds.left) / bounds.width, (event.clientY - bounds.top) / bounds.height];
  }

  begin(event, drag) {
    if (event.button > 0 || this.data.locked || this.drag) return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.focus?.({ focusVisible: false });
    this.photo.setPointerCapture(event.pointerId);
    this.drag = drag;
  }

  pull(side, to) {
    const other = this.at[(side + 2) % 4];
    this.at[side] = side < 2
      ? Math.max(0, Math.min(other - LEAST, to))
      : Math.min(1, Math.max(other + LEAST, to));
  }

  shift(from, by) {
    for (const axis of [0, 1]) {
      const way = Math.max(-from[axis], Math.min(1 - from[axis + 2], by[axis]));
      this.at[axis] = from[axis] + way;
      this.at[axis + 2] = from[axis + 2] + way;
    }
  }

  key(event, side) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.data.locked) return;
    const way = WAYS[event.key];
    if (way) this.pull(side, this.at[side] + way * STEP * (event.shiftKey ? 5 : 1));
    else if (event.key === "Home") this.pull(side, 0);
    else if (event.key === "End") this.pull(side, 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.paint();
    this.say(PAUSE);
  }

  // The frame goes to Python when it rests.
  say(pause) {
    clearTimeout(this.timer);
    const send = () => { this.timer = 0; this.send("box", this.at.map((side) => Math.round(1e4 * side) / 1e4)); };
    if (pause) this.timer = setTimeout(send, pause);
    else send();
  }

  leave() {
    clearTimeout(this.timer);
    this.root.frame = undefined;
  }

  paint() {
    const { at } = this, share = (value) => `${100 * value}%`;
    Object.assign(this.box.style, this.bounds(at));
    const across = { left: share(at[0]), width: share(at[2] - at[0]) };
    const down = { top: share(at[1]), height: share(at[3] - at[1]) };
    const near = (value) => `clamp(0px, calc(${100 * value}% - 14px), calc(100% - 28px))`;
    Object.assign(this.sides[0].style, down, { left: near(at[0]) });
    Object.assign(this.sides[1].style, across, { top: near(at[1]) });
    Object.assign(this.sides[2].style, down, { left: near(at[2]) });
    Object.assign(this.sides[3].style, across, { top: near(at[3]) });
    this.sides.forEach((side, i) => {
      const percent = Math.round(100 * at[i]);
      side.setAttribute("aria-valuenow", percent);
      side.setAttribute("aria-valuetext", `${percent} percent`);
      side.setAttribute("aria-disabled", String(this.data.locked));
    });
    this.whole.disabled = this.data.locked || at.every((value, i) => value === (i < 2 ? 0 : 1));
  }
}
