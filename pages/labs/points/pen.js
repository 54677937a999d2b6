// Drawing a data set on the plane, with mouse, finger or pen.

import { INK_REACH, REACH } from "./plane.js";

const MOST_CORNERS = 1490; // what the server takes, less a few for the gaps
const GAP = 0.045; // between two corners of a stroke, in the plane's units

export class Pen {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = []; // each a list of x, y, x, y, ...
    this.active = false; // whether the canvas is being drawn on at all
    this.full = false;
    let drawing = null, pointer = null; // one finger draws; a second one does nothing
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.active) return;
      event.preventDefault();
      if (drawing) return;
      if (this.corners >= MOST_CORNERS) { this.full = true; this.changed(); return; }
      pointer = event.pointerId;
      canvas.setPointerCapture(event.pointerId);
      drawing = [];
      this.strokes.push(drawing);
      this.add(drawing, event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (drawing && event.pointerId === pointer) for (const each of event.getCoalescedEvents?.() ?? [event]) this.add(drawing, each);
    });
    const end = (event) => {
      if (event.pointerId !== pointer) return;
      // A tap is a dot; at the edge, it reaches inwards.
      if (drawing?.length === 2) drawing.push(drawing[0] - 0.02 * Math.sign(drawing[0] || 1), drawing[1]);
      drawing = null;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  get corners() { return this.strokes.reduce((sum, stroke) => sum + stroke.length / 2 + 1, 0); }

  add(stroke, event) {
    this.full = this.corners >= MOST_CORNERS;
    if (this.full) { this.changed(); return; }
    const box = this.canvas.getBoundingClientRect();
    const clip = (value) => Math.max(-INK_REACH, Math.min(INK_REACH, value));
    const x = clip(((event.clientX - box.left) / box.width) * 2 * REACH - REACH);
    const y = clip(REACH - ((event.clientY - box.top) / box.height) * 2 * REACH);
    if (stroke.length && Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < GAP) return;
    stroke.push(x, y);
    this.changed();
  }

  clear() {
    this.strokes.length = 0;
    this.full = false;
    this.changed();
  }

  // As it is learned: 0 to 254 a coordinate, (255, 255) between strokes.
  get bytes() {
    const bytes = [];
    for (const stroke of this.strokes) {
      if (bytes.length) bytes.push(255, 255);
      for (let i = 0; i < stroke.length; i += 2) {
        bytes.push(Math.round(127 * (stroke[i] / INK_REACH + 1)), Math.round(127 * (1 - stroke[i + 1] / INK_REACH)));
      }
    }
    return Uint8Array.from(bytes);
  }

  paint(c, plane, inks) {
    c.setLineDash([5, 5]);
    c.strokeStyle = inks.soft;
    c.lineWidth = 1;
    const low = plane.x(-INK_REACH), side = plane.x(INK_REACH) - low;
    c.strokeRect(low, low, side, side);
    c.setLineDash([]);
    c.strokeStyle = inks.ink;
    c.lineWidth = 5 * (plane.size / 400);
    c.lineCap = c.lineJoin = "round";
    for (const stroke of this.strokes) {
      c.beginPath();
      for (let i = 0; i < stroke.length; i += 2) c.lineTo(plane.x(stroke[i]), plane.y(stroke[i + 1]));
      c.stroke();
    }
  }
}
