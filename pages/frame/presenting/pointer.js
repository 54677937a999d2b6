// What a lecturer points and writes with: a spot that follows the mouse, and a pen.

import { make } from "../../shared/dom.js";

const COLOUR = "#d6006c"; // neither the signal's nor the noise's
const AHEAD = 2000000;

export class Pointer {
  constructor() {
    this.laser = false;
    this.spot = make("div", { "aria-hidden": "true", style: `background:${COLOUR};border-radius:50%;box-shadow:0 0 0 5px #fff9,0 0 22px 9px ${COLOUR}99;height:18px;left:-9px;pointer-events:none;position:fixed;top:-9px;visibility:hidden;width:18px;z-index:${AHEAD}` });
    this.spot.dataset.part = "laser";
    document.body.append(this.spot);
    this.onmove = (event) => this.move(event);
    this.onkeyup = (event) => { if (event.key === "Shift" && !this.laser) this.show(false); };
    addEventListener("pointermove", this.onmove, true);
    addEventListener("keyup", this.onkeyup, true);
  }

  move(event) {
    this.spot.style.translate = `${event.clientX}px ${event.clientY}px`;
    this.show(this.laser || (event.shiftKey && !event.buttons));
  }

  show(visible) {
    this.spot.style.visibility = visible ? "visible" : "hidden";
  }

  turnLaser() {
    this.laser = !this.laser;
    this.show(this.laser);
  }

  turnPen() {
    if (this.pad) this.pad.style.pointerEvents = this.writing ? "none" : "auto";
    else this.lay();
    this.writing = !this.writing;
  }

  // A sheet of glass over the slide, as large as the screen.
  lay() {
    const pad = make("canvas", { "aria-hidden": "true", style: `cursor:crosshair;inset:0;position:fixed;touch-action:none;z-index:${AHEAD - 1}` });
    pad.dataset.part = "pen";
    Object.assign(pad, { width: innerWidth * devicePixelRatio, height: innerHeight * devicePixelRatio });
    Object.assign(pad.style, { height: `${innerHeight}px`, width: `${innerWidth}px` });
    const c = pad.getContext("2d");
    c.scale(devicePixelRatio, devicePixelRatio);
    Object.assign(c, { lineCap: "round", lineJoin: "round", lineWidth: 5, strokeStyle: COLOUR });
    let last = null;
    pad.onpointerdown = (event) => { pad.setPointerCapture(event.pointerId); last = [event.clientX, event.clientY]; };
    pad.onpointermove = (event) => {
      if (!last) return;
      c.beginPath();
      c.moveTo(last[0], last[1]);
      c.lineTo((last = [event.clientX, event.clientY])[0], last[1]);
      c.stroke();
    };
    pad.onpointerup = pad.onpointercancel = () => { last = null; };
    this.pad = pad;
    document.body.append(pad);
  }

  // The next slide has nothing written on it.
  erase() {
    const writing = this.writing;
    this.pad?.remove();
    this.pad = null;
    this.writing = false;
    if (writing) this.turnPen();
  }

  // Whether there was something to put down.
  putDown() {
    const held = this.laser || this.writing;
    if (this.laser) this.turnLaser();
    if (this.writing) this.turnPen();
    return held;
  }

  stop() {
    this.spot.remove();
    this.pad?.remove();
    removeEventListener("pointermove", this.onmove, true);
    removeEventListener("keyup", this.onkeyup, true);
  }
}
