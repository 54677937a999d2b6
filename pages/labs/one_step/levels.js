// The loss by noise level, in the three forms that an answer has. An error e of v moves eps_hat by
// alpha e and x0_hat by sigma e, so one curve gives all three (prediction.py).

import { across, label, linear, logarithmic, through } from "../../shared/axes.js";
import { button, make, setText } from "../../shared/dom.js";
import { threeDigits } from "../../shared/numbers.js";
import { follower, stageNamed } from "../../stage/stage.js";

/** @type {[string, string, (t: number) => number][]} */
const FORMS = [
  ["v", "in v", () => 1],
  ["eps", "in ε", (t) => Math.cos((Math.PI / 2) * t) ** 2],
  ["x0", "in x₀", (t) => Math.sin((Math.PI / 2) * t) ** 2],
];
const LOW = 5e-4, HIGH = 2, LEFT = 46, RIGHT = 390, TOP = 8, BOTTOM = 132;
const px = linear(0, 1, LEFT, RIGHT), py = logarithmic(LOW, HIGH, BOTTOM, TOP);

export default function (component) {
  return follower(component, (root, data) => {
    let form = FORMS[0], painted = null;
    const buttons = FORMS.map((one) => {
      const choose = () => { form = one; stageNamed(data.stage).changed(); };
      return button("form", one[1], choose);
    });
    const line = make("path.loss-line"), before = make("path.loss-line.faint"), dots = make("g");
    const drawing = make("svg", { viewBox: "0 0 400 156", role: "img" },
      ...[1, 0.1, 0.01, 0.001].flatMap((loss) => [
        across(py(loss), LEFT, RIGHT), label(LEFT - 6, py(loss) + 5, String(loss), "end")]),
      before, line, dots,
      label(LEFT, 152, "t = 0, clean"), label(RIGHT, 152, "1, noise", "end"));
    const said = make("p.small.soft.said");
    root.replaceChildren(make("div.forms", {}, make("h2", {}, "Loss by noise level"), ...buttons), drawing, said);
    return (scene, index) => {
      buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(FORMS[i] === form)));
      const curve = scene.line(index), marks = scene.dots(index), last = scene.last;
      const key = [form[0], marks.length, index, Boolean(curve), scene.curveMissing, scene.round?.round].join();
      if (painted?.scene === scene && painted.key === key) return;
      painted = { scene, key };
      line.setAttribute("d", curve ? path(curve, form) : "");
      before.setAttribute("d", data.faint && index < last ? path(scene.line(last), form) : "");
      dots.replaceChildren(...marks.map(({ t, loss, now, first }) => make(
        `circle.${first ? "loss-now" : now ? "loss-fresh" : "loss-dot"}`,
        { cx: px(t).toFixed(1), cy: py(loss * form[2](t)).toFixed(1), r: first ? 7 : 4 })));
      const range = curve ? spread(curve, form) : null;
      const words = scene.curveMissing ?? data.said[form[0]].replace("{range}", range ?? "…");
      setText(said, words);
      drawing.setAttribute("aria-label", `Mean loss ${form[1]} at each noise level${range ? `: ${range}` : ""}. ` +
        (marks.length ? `${marks.length} of our own as dots.` : ""));
    };
  });
}

function path({ levels, losses }, form) {
  return through([...levels].map((t, i) => [px(t), py(losses[i] * form[2](t))]));
}

// "0.0545 at t = 0.40 to 1.00 at t = 0.00"
function spread({ levels, losses }, form) {
  const values = [...levels].map((t, i) => [losses[i] * form[2](t), t]).filter(([value]) => value > 1e-9).sort(([a], [b]) => a - b);
  const say = (/** @type {number[]} */ [value, t]) => `${threeDigits(value)} at t = ${t.toFixed(2)}`;
  return `${say(values[0])}, ${say(values[values.length - 1])}`;
}
