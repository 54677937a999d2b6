// One plane: the data in faint ink, the field's arrows, the samples on their way.

import { make } from "../../shared/dom.js";

export const REACH = 2.4; // the plane is shown from -2.4 to 2.4
export const INK_REACH = 1.5; // and drawn on from -1.5 to 1.5
const TRAILS = 48; // samples whose way is shown

export class Plane {
  constructor(label) {
    this.canvas = make("canvas.plane", { role: "img", "aria-label": label });
    this.size = 0;
  }

  // Fit the drawing surface to what is shown, in real pixels.
  fit() {
    const size = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!size || size === this.size) return this.size > 0;
    this.size = this.canvas.width = this.canvas.height = size;
    this.backdrop = null;
    return true;
  }

  // From the plane to pixels.
  x(value) { return ((value + REACH) / (2 * REACH)) * this.size; }
  y(value) { return ((REACH - value) / (2 * REACH)) * this.size; }

  // What stays from frame to frame: the data.
  ground(data, inks) {
    if (this.backdrop?.data === data && this.backdrop.inks === inks) return this.backdrop.image;
    const image = document.createElement("canvas");
    image.width = image.height = this.size;
    const c = image.getContext("2d");
    c.fillStyle = inks.soft;
    c.globalAlpha = data.length > 400 ? 0.38 : 0.9;
    const radius = (data.length > 400 ? 1.1 : 2.6) * (this.size / 400);
    for (let i = 0; i < data.length; i += 2) {
      c.beginPath();
      c.arc(this.x(data[i]), this.y(data[i + 1]), radius, 0, 2 * Math.PI);
      c.fill();
    }
    this.backdrop = { data, inks, image };
    return image;
  }

  clear(data, inks) {
    const c = this.canvas.getContext("2d");
    c.clearRect(0, 0, this.size, this.size);
    if (data) c.drawImage(this.ground(data, inks), 0, 0);
    return c;
  }

  // points: x and y in turns. share: how much of them is noise, 0 to 1, which is their colour.
  dots(c, points, colour) {
    const radius = 2.3 * (this.size / 400), edge = REACH * 0.995;
    c.fillStyle = colour;
    c.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const x = this.x(Math.max(-edge, Math.min(edge, points[i])));
      const y = this.y(Math.max(-edge, Math.min(edge, points[i + 1])));
      c.moveTo(x + radius, y);
      c.arc(x, y, radius, 0, 2 * Math.PI);
    }
    c.fill();
  }

  // The arrows at a time: from each place of a grid towards where the clean point is taken to be.
  arrows(c, training, snapshot, t, inks) {
    const { side, reach } = training.head.field, [k, part] = training.levelOf(t);
    const count = side * side * 2, { field } = snapshot;
    const cell = (2 * reach) / (side - 1), longest = 0.8 * cell;
    c.strokeStyle = inks.ink;
    c.globalAlpha = 0.5;
    c.lineWidth = 1.1 * (this.size / 400);
    c.beginPath();
    for (let i = 0; i < count; i += 2) {
      const from = k * count + i, to = from + count;
      const gx = -reach + cell * ((i >> 1) % side), gy = -reach + cell * Math.floor((i >> 1) / side);
      const dx = (((1 - part) * field[from] + part * field[to]) * reach) / 127 - gx;
      const dy = (((1 - part) * field[from + 1] + part * field[to + 1]) * reach) / 127 - gy;
      const far = Math.hypot(dx, dy);
      if (far < 0.04) continue;
      // Longer ways have longer arrows, up to the next place of the grid.
      const length = longest * Math.min(1, 0.25 + far / 2.4) / far;
      const ex = gx + dx * length, ey = gy + dy * length;
      const hx = 0.24 * dx * length, hy = 0.24 * dy * length;
      c.moveTo(this.x(gx), this.y(gy));
      c.lineTo(this.x(ex), this.y(ey));
      c.moveTo(this.x(ex - hx - 0.6 * hy), this.y(ey - hy + 0.6 * hx));
      c.lineTo(this.x(ex), this.y(ey));
      c.lineTo(this.x(ex - hx + 0.6 * hy), this.y(ey - hy - 0.6 * hx));
    }
    c.stroke();
    c.globalAlpha = 1;
  }

  // The samples at a time, and the ways by which they came there from noise.
  samples(c, training, snapshot, t, inks, space) {
    const { samples, plane } = training.head, [k, part] = training.placeOf(t);
    const { paths } = snapshot, width = samples * 2, scale = plane / 32767;
    for (let i = 0; i < width; i += 1) {
      const here = paths[k * width + i], there = paths[(k + 1) * width + i];
      space[i] = (here + part * (there - here)) * scale;
    }
    c.lineWidth = 1.2 * (this.size / 400);
    c.globalAlpha = 0.55;
    for (let step = 0; step <= k; step += 1) {
      c.strokeStyle = inks.mix(training.head.sigma[step] ** 2);
      c.beginPath();
      for (let i = 0; i < 2 * TRAILS; i += 2) {
        const from = step * width + i, to = from + width;
        c.moveTo(this.x(paths[from] * scale), this.y(paths[from + 1] * scale));
        if (step < k) c.lineTo(this.x(paths[to] * scale), this.y(paths[to + 1] * scale));
        else c.lineTo(this.x(space[i]), this.y(space[i + 1]));
      }
      c.stroke();
    }
    c.globalAlpha = 1;
    const sigma = (1 - part) * training.head.sigma[k] + part * training.head.sigma[k + 1];
    this.dots(c, space, inks.mix(sigma ** 2));
  }
}

// The theme's colours, as canvases want them, and the mixtures of noise and signal.
export function inksOf(root) {
  const style = getComputedStyle(root), pen = document.createElement("canvas").getContext("2d");
  const read = (name) => { pen.fillStyle = style.getPropertyValue(name).trim(); return pen.fillStyle; };
  const numbers = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const signal = read("--signal"), noise = read("--noise");
  const [from, to] = [numbers(signal), numbers(noise)], mixed = new Map();
  return {
    signal, noise, ink: read("--ink"), soft: read("--soft"), line: read("--line"),
    // 0 is all signal, 1 all noise.
    mix(share) {
      const key = Math.round(40 * share);
      if (!mixed.has(key)) mixed.set(key, `rgb(${from.map((a, i) => Math.round(a + (to[i] - a) * (key / 40))).join(",")})`);
      return mixed.get(key);
    },
  };
}
