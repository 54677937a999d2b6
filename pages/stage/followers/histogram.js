// All 784 pixels, sorted by brightness, beside the bell curve that pure noise has.

import { across, label, linear, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";
import { minus } from "../../shared/numbers.js";
import { PIXELS } from "../pixels.js";
import { follower } from "../stage.js";

const LOW = -3.2, HIGH = 3.2, BINS = 32, WIDTH = (HIGH - LOW) / BINS;
const FLOOR = 138, TALL = 128;
const bx = linear(LOW, HIGH, 8, 232);

export default function (component) {
  return follower(component, (root) => {
    const bars = Array.from({ length: BINS }, (_, i) =>
      make("rect.bin", { x: bx(LOW + i * WIDTH) + 0.5, width: 224 / BINS - 1, rx: 1.2, y: FLOOR - TALL, height: TALL }));
    const bell = make("path.bell");
    const caption = make("p.small.soft.caption");
    root.replaceChildren(make("h2", {}, "All 784 pixels"),
      make("svg", { viewBox: "0 0 240 158", role: "img", "aria-label": "Histogram of the pixels beside the bell curve; heights are square roots of counts" },
        ...bars, across(FLOOR, 8, 232), bell,
        label(bx(-1), 154, "black", "middle"),
        label(bx(0), 154, "grey", "middle"),
        label(bx(1), 154, "white", "middle")),
      caption);
    // Heights are square roots of counts: the black background is hundreds of pixels, the strokes
    // are dozens, and both should be seen. The bell curve is drawn on the same scale, which fits
    // the tallest bar of this step.
    const expected = (v) => (PIXELS * WIDTH * Math.exp((-v * v) / 2)) / Math.sqrt(2 * Math.PI);
    const grid = Array.from({ length: 65 }, (_, i) => LOW + 0.1 * i);
    const counts = new Float64Array(BINS);
    return (scene, index) => {
      const values = scene.mixed(index);
      counts.fill(0);
      let sum = 0, squares = 0;
      for (let i = 0; i < PIXELS; i++) {
        const value = values[i];
        sum += value;
        squares += value * value;
        const bin = Math.floor((value - LOW) / WIDTH);
        if (bin >= 0 && bin < BINS) counts[bin] += 1;
      }
      const tallest = Math.max(expected(0), ...counts);
      const height = (count) => Math.sqrt(count / tallest);
      bars.forEach((rect, i) => { rect.style.transform = `scaleY(${height(counts[i])})`; });
      bell.setAttribute("d", through(grid.map((v) => [bx(v), FLOOR - TALL * height(expected(v))])));
      const mean = sum / PIXELS, deviation = Math.sqrt(Math.max(0, squares / PIXELS - mean * mean));
      setText(caption, `mean ${minus(mean.toFixed(2))}, spread ${deviation.toFixed(2)} · heights: square root of the count`);
    };
  });
}
