// The loss over time, on a logarithmic scale, and the loss at ten noise levels.

import { make, setText } from "../../shared/dom.js";

const WIDE = 300, HIGH = 130, EDGE = { left: 34, right: 6, top: 8, bottom: 22 };
const LOWEST = 0.05, HIGHEST = 1.2;

function across(share) { return EDGE.left + share * (WIDE - EDGE.left - EDGE.right); }
function down(share) { return EDGE.top + (1 - share) * (HIGH - EDGE.top - EDGE.bottom); }
function lossHeight(loss) {
  const share = Math.log(loss / LOWEST) / Math.log(HIGHEST / LOWEST);
  return down(Math.max(0, Math.min(1, share)));
}

function axisText(x, y, text, anchor) {
  return make("text", { x, y, "text-anchor": anchor }, text);
}

export function lossChart() {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  for (const loss of [1, 0.5, 0.2, 0.1]) {
    const y = lossHeight(loss);
    svg.append(make("line.grid", { x1: across(0), x2: across(1), y1: y, y2: y }), axisText(across(0) - 6, y + 4, String(loss), "end"));
  }
  const line = make("path.loss-line"), end = axisText(across(1), HIGH - 4, "", "end");
  svg.append(line, axisText(across(0), HIGH - 4, "0 s", "start"), end);
  return {
    svg,
    show(losses, seconds) {
      setText(end, `${seconds} s`);
      const points = losses.map(([at, loss]) => `${across(Math.min(1, at / seconds)).toFixed(1)} ${lossHeight(loss).toFixed(1)}`);
      line.setAttribute("d", points.length ? `M${points.join("L")}` : "");
      const label = points.length
        ? `Loss over time: ${losses[0][1].toFixed(2)} at first, ${losses.at(-1)[1].toFixed(3)} after ${Math.round(losses.at(-1)[0])} seconds`
        : "Loss over time: nothing yet";
      svg.setAttribute("aria-label", label);
    },
  };
}

export function levelChart(count) {
  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  for (const loss of [0, 0.5, 1]) {
    svg.append(make("line.grid", { x1: across(0), x2: across(1), y1: down(loss), y2: down(loss) }), axisText(across(0) - 6, down(loss) + 4, String(loss), "end"));
  }
  const bars = [...Array(count)].map((_, i) => {
    const x = across((i + 0.12) / count), width = across((i + 0.88) / count) - x;
    return make("rect.level", { x, width, y: down(0), height: 0 });
  });
  svg.append(...bars, axisText(across(0), HIGH - 4, "little noise", "start"), axisText(across(1), HIGH - 4, "all noise", "end"));
  return {
    svg,
    show(levels) {
      bars.forEach((bar, i) => {
        const top = down(Math.min(1, levels?.[i] ?? 0));
        bar.setAttribute("y", top);
        bar.setAttribute("height", down(0) - top);
      });
      const said = levels?.map((loss) => (loss === null ? "unknown" : loss.toFixed(2))).join(", ");
      svg.setAttribute("aria-label", said ? `Loss by noise level, from little noise to all noise: ${said}` : "Loss by noise level: nothing yet");
    },
  };
}
