// What is to be seen through the foggy window: a landscape, the fog before it, and the frame.

import { normals } from "../shared/noise.js";

export const WIDE = 540, HIGH_PANE = 380; // pixels

export function blank() {
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = HIGH_PANE;
  return canvas;
}

// Ink and teal: what the fog hides is the signal.
export function landscape() {
  const canvas = blank(), c = canvas.getContext("2d");
  const sky = c.createLinearGradient(0, 0, 0, 260);
  sky.addColorStop(0, "#a9d3da");
  sky.addColorStop(1, "#f4f1e6");
  c.fillStyle = sky;
  c.fillRect(0, 0, WIDE, HIGH_PANE);
  c.fillStyle = "#fffdf2";
  disc(c, 410, 92, 34);
  hill(c, "#8dbcc4", 190, [[0, 214], [110, 150], [230, 205], [350, 158], [470, 208], [540, 176]]);
  hill(c, "#4f95a2", 250, [[0, 250], [140, 214], [300, 262], [430, 226], [540, 254]]);
  hill(c, "#1f6f7f", 300, [[0, 306], [180, 268], [360, 300], [540, 272]]);
  c.fillStyle = "#f6f1e4"; // the house
  c.fillRect(150, 222, 104, 74);
  c.fillStyle = "#14343c";
  shape(c, [[138, 226], [202, 174], [266, 226]]);
  c.fillRect(226, 178, 14, 30);
  c.fillRect(191, 254, 24, 42);
  c.fillStyle = "#2b8494";
  for (const x of [164, 224]) c.fillRect(x, 242, 18, 20);
  c.fillStyle = "#e9dfc8"; // the path
  shape(c, [[190, 296], [216, 296], [262, 380], [170, 380]]);
  c.fillStyle = "#14343c"; // the tree
  c.fillRect(383, 218, 12, 78);
  c.fillStyle = "#0b4f5d";
  for (const [x, y, r] of [[389, 186, 40], [362, 208, 28], [418, 206, 30], [392, 150, 26]]) disc(c, x, y, r);
  c.strokeStyle = "#f6f1e4"; // the fence
  c.lineWidth = 4;
  for (let x = 286; x < 540; x += 26) { c.beginPath(); c.moveTo(x, 306); c.lineTo(x, 336); c.stroke(); }
  for (const y of [314, 326]) { c.beginPath(); c.moveTo(280, y); c.lineTo(540, y); c.stroke(); }
  c.strokeStyle = "#14343c"; // birds
  c.lineWidth = 3;
  for (const [x, y] of [[96, 82], [132, 64], [152, 92]]) {
    c.beginPath();
    c.arc(x - 8, y, 8, Math.PI * 1.1, Math.PI * 1.9);
    c.arc(x + 8, y, 8, Math.PI * 1.1, Math.PI * 1.9);
    c.stroke();
  }
  return canvas;
}

function disc(c, x, y, r) { c.beginPath(); c.arc(x, y, r, 0, 2 * Math.PI); c.fill(); }

function shape(c, points) {
  c.beginPath();
  for (const [x, y] of points) c.lineTo(x, y);
  c.fill();
}

function hill(c, colour, base, tops) {
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(0, HIGH_PANE);
  c.lineTo(...tops[0]);
  for (let i = 1; i < tops.length; i++) {
    const [x0, y0] = tops[i - 1], [x1, y1] = tops[i];
    c.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
  }
  c.lineTo(WIDE, HIGH_PANE);
  c.fill();
}

// The view through fog: blurred by drawing it tiny and large again, then whitened, with slow
// swirls. Smooth everywhere, which is one of the ways in which fog is not noise.
export function fogOver(clear) {
  const tiny = document.createElement("canvas");
  tiny.width = 27;
  tiny.height = 19;
  tiny.getContext("2d").drawImage(clear, 0, 0, 27, 19);
  const canvas = blank(), c = canvas.getContext("2d");
  c.imageSmoothingQuality = "high";
  c.drawImage(tiny, 0, 0, WIDE, HIGH_PANE);
  c.fillStyle = "rgba(226,231,230,0.93)";
  c.fillRect(0, 0, WIDE, HIGH_PANE);
  const normal = normals(11);
  for (let i = 0; i < 26; i++) {
    const x = WIDE * (0.5 + 0.4 * normal()), y = HIGH_PANE * (0.5 + 0.4 * normal()), r = 90 + 40 * Math.abs(normal());
    const glow = c.createRadialGradient(x, y, 0, x, y, r), grey = i % 2 ? 248 : 206;
    glow.addColorStop(0, `rgba(${grey},${grey + 3},${grey + 2},0.22)`);
    glow.addColorStop(1, `rgba(${grey},${grey},${grey},0)`);
    c.fillStyle = glow;
    c.fillRect(0, 0, WIDE, HIGH_PANE);
  }
  return canvas;
}

export function drawFrame(c) {
  c.strokeStyle = "#3b2f25";
  c.lineWidth = 18;
  c.strokeRect(0, 0, WIDE, HIGH_PANE);
  c.lineWidth = 9;
  c.beginPath();
  c.moveTo(WIDE / 2, 0);
  c.lineTo(WIDE / 2, HIGH_PANE);
  c.moveTo(0, 152);
  c.lineTo(WIDE, 152);
  c.stroke();
}
