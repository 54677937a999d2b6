// The loss over time, on a logarithmic scale, and the loss at ten noise levels.

import { across, label, linear, logarithmic, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";

const WIDE = 300, HIGH = 130, EDGE = { left: 34, right: 6, top: 8, bottom: 22 };
const LOWEST = 0.05, HIGHEST = 1.2;

const px = linear(0, 1, EDGE.left, WIDE - EDGE.right), py = linear(0, 1, HIGH - EDGE.bottom, EDGE.top);
const lossHeight = logarithmic(LOWEST, HIGHEST, HIGH - EDGE.bottom, EDGE.top);

export function lossChart() {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  for (const loss of [1, 0.5, 0.2, 0.1]) {
    svg.append(across(lossHeight(loss), px(0), px(1), "grid"), label(px(0) - 6, lossHeight(loss) + 4, String(loss), "end"));
  }
  const line = make("path.loss-line"), end = label(px(1), HIGH - 4, "", "end");
  svg.append(line, label(px(0), HIGH - 4, "0 s"), end);
  return {
    svg,
    show(losses, seconds) {
      setText(end, `${seconds} s`);
      line.setAttribute("d", through(losses.map(([at, loss]) => [px(Math.min(1, at / seconds)), lossHeight(loss)])));
      const said = losses.length
        ? `Loss over time: ${losses[0][1].toFixed(2)} at first, ${losses.at(-1)[1].toFixed(3)} after ${Math.round(losses.at(-1)[0])} seconds`
        : "Loss over time: nothing yet";
      svg.setAttribute("aria-label", said);
    },
  };
}

export function levelChart(count) {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  for (const loss of [0, 0.5, 1]) {
    svg.append(across(py(loss), px(0), px(1), "grid"), label(px(0) - 6, py(loss) + 4, String(loss), "end"));
  }
  const bars = [...Array(count)].map((_, i) => {
    const x = px((i + 0.12) / count), width = px((i + 0.88) / count) - x;
    return make("rect.level", { x, width, y: py(0), height: 0 });
  });
  svg.append(...bars, label(px(0), HIGH - 4, "little noise", "start"), label(px(1), HIGH - 4, "all noise", "end"));
  return {
    svg,
    show(levels) {
      bars.forEach((bar, i) => {
        const top = py(Math.min(1, levels?.[i] ?? 0));
        bar.setAttribute("y", top);
        bar.setAttribute("height", py(0) - top);
      });
      const said = levels?.map((loss) => (loss === null ? "unknown" : loss.toFixed(2))).join(", ");
      svg.setAttribute("aria-label", said ? `Loss by noise level, from little noise to all noise: ${said}` : "Loss by noise level: nothing yet");
    },
  };
}
