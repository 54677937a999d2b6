// What one or more runs have come to at this step, as rows of pictures.
// data: title; aside: what to write over the last column instead of under its picture, where the
// row is a single one; columns, and narrow: those on a phone; cells, one after another, each with `below`,
// what to write under it, if anything, and one of
//   {lane, which}             one of a run's pictures
//   {lane, of: "average"}     all of a run's pictures at once
//   {lane, of: "differ"}      their standard deviation, pixel by pixel
//   {given, side}             a picture that was there before the model was asked, as base64url
//   {given, side, hidden}     the same, shown when the reader presses it
//   {lane, fits: {by, side, given, said}}  how well the pictures fit what was given, in a sentence
// chosen: the place of the cell that is framed, or null. plate: whether they are one picture, side
// by side.

import { fromBase64 } from "../../shared/base64.js";
import { button, make, setText } from "../../shared/dom.js";
import { paintBytes, pixelCanvas, PIXELS, SIDE } from "../pixels.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root, data) => {
    const list = make(data.plate ? "div.answers.plate" : "div.answers", { style: `--columns: ${data.columns}; --narrow: ${data.narrow ?? data.columns}` });
    const cells = data.cells.map((cell) => cellOf(cell));
    cells.forEach(({ figure }, i) => figure.toggleAttribute("data-chosen", i === data.chosen));
    list.append(...cells.map(({ figure }) => figure));
    list.toggleAttribute("data-aside", Boolean(data.aside));
    root.replaceChildren(...(data.title ? [make("div.head", {}, make("h2", {}, data.title),
      make("span.small.soft.aside", { "aria-hidden": "true" }, data.aside ?? ""))] : []), list);
    return (scene, index) => {
      for (const cell of cells) cell.paint?.(scene, index);
    };
  });
}

function cellOf(cell) {
  if (cell.given) return cell.hidden ? hiddenCell(cell) : { figure: figureOf(givenCanvas(cell), cell) };
  if (cell.fits) return fitsCell(cell);
  const canvas = pixelCanvas("");
  const what = { average: "The average of the pictures", differ: "Where the pictures differ: the brighter, the more" }[cell.of];
  return {
    figure: figureOf(canvas, cell),
    paint: (scene, index) => {
      const lane = scene.lanes?.[cell.lane], frame = lane && scene.frame(cell.lane, index);
      canvas.classList.toggle("empty", !frame);
      canvas.setAttribute("aria-label", what ?? labelOf(cell, scene, lane, frame));
      if (!frame) canvas.getContext("2d").clearRect(0, 0, SIDE, SIDE);
      else paintBytes(canvas, cell.of ? together(lane, frame, cell.of) : lane.picture(frame, cell.which, 0));
    },
  };
}

function figureOf(picture, { below }) {
  return make("figure", {}, picture, ...(below ? [make("figcaption", {}, below)] : []));
}

function labelOf(cell, scene, lane, frame) {
  const name = `${cell.below ? `${cell.below}: ` : ""}picture ${cell.which + 1}`;
  if (!frame) return `${name}, to come`;
  return frame.sigma > 0 ? `${name}, on its way` : `${name}, drawn: ${scene.name(cell.which, lane)}`;
}

const together_ = { sum: new Float32Array(PIXELS), squares: new Float32Array(PIXELS), shown: new Uint8ClampedArray(PIXELS) };

// The average of a run's pictures, or twice their standard deviation: the most that greys between
// 0 and 255 can have is 127.5.
function together(lane, frame, what) {
  const { sum, squares, shown } = together_;
  sum.fill(0);
  squares.fill(0);
  for (let k = 0; k < lane.count; k++) {
    const picture = lane.picture(frame, k, 0);
    for (let i = 0; i < PIXELS; i++) {
      sum[i] += picture[i];
      squares[i] += picture[i] * picture[i];
    }
  }
  for (let i = 0; i < PIXELS; i++) {
    const mean = sum[i] / lane.count;
    shown[i] = what === "average" ? mean : 2 * Math.sqrt(Math.max(0, squares[i] / lane.count - mean * mean));
  }
  return shown;
}

function givenCanvas({ given, side, label }) {
  const canvas = make("canvas.pixels", { width: side, height: side, role: "img", "aria-label": label });
  const context = canvas.getContext("2d"), image = context.createImageData(side, side);
  fromBase64(given).forEach((grey, i) => image.data.set([grey, grey, grey, 255], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas;
}

// Not seen until it is asked for: first think, then look.
function hiddenCell(cell) {
  const cover = button("thumb.covered", "?", () => {
    const shown = givenCanvas(cell);
    shown.tabIndex = -1; // the focus stays where the reader is
    cover.replaceWith(shown);
    shown.focus();
  }, { "aria-label": cell.hidden });
  return { figure: figureOf(cover, cell) };
}

function fitsCell({ lane: number, fits }) {
  const said = make("p.small.fits");
  return {
    figure: make("div.beside", {}, said),
    paint: (scene, index) => {
      const lane = scene.lanes?.[number], frame = lane && scene.frame(number, index);
      setText(said, frame && frame.sigma === 0
        ? fits.said.replace("{off}", (100 * farthest(lane, frame, fits)).toFixed(1)) : "");
    },
  };
}

// B u B' of each answer u, against what was given: the mean difference of the answer that is
// farthest off, as a part of the way from black to white.
function farthest(lane, frame, { by, side, given }) {
  let worst = 0;
  for (let k = 0; k < lane.count; k++) {
    const u = lane.picture(frame, k, 0);
    const half = by.map((row) => Array.from({ length: SIDE }, (_, x) =>
      row.reduce((all, weight, y) => all + weight * u[y * SIDE + x], 0)));
    let off = 0;
    for (let r = 0; r < side; r++) for (let c = 0; c < side; c++) {
      off += Math.abs(by[c].reduce((all, weight, x) => all + weight * half[r][x], 0) - given[r * side + c]);
    }
    worst = Math.max(worst, off / (side * side * 255));
  }
  return worst;
}
