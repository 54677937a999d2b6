// How far the training was: loss and Frechet distance over the pictures seen, both axes by powers
// of ten, with a marker at this moment. The model that ships stands at the right, after a gap.

import { across, dotAt, label, logarithmic, powersOfTen, standAt, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";
import { threeDigits } from "../../shared/numbers.js";
import { follower } from "../../stage/stage.js";

const LEFT = 44, RIGHT = 356, SHIP = 382, TOP = 10, BOTTOM = 98;

function chart(name, low, high) {
  const y = logarithmic(low, high, BOTTOM, TOP);
  const line = make("path.loss-line"), points = make("g"), marker = make("line.marker", { y1: TOP - 6, y2: BOTTOM });
  const dot = make("circle.loss-now", { r: 7 }), extra = make("g"), value = make("b.number");
  const drawing = make("svg", { viewBox: "0 0 400 120", role: "img" },
    ...powersOfTen(low, high).flatMap((tick) =>
      [across(y(tick), LEFT, SHIP + 14), label(LEFT - 6, y(tick) + 5, String(tick), "end")]),
    extra, line, points, marker, dot);
  return { y, line, points, marker, dot, drawing, extra, value, name, box: make("section", {}, make("h2", {}, name, " ", value), drawing) };
}

export default function (component) {
  return follower(component, (root, data) => {
    const loss = chart("Loss on test digits", ...data.loss), distance = chart("Fréchet distance", ...data.frechet);
    root.replaceChildren(make("div.two", {}, loss.box, distance.box));
    /** @type {[ReturnType<typeof chart>, "loss" | "frechet"][]} */
    const parts = [[loss, "loss"], [distance, "frechet"]];
    let shown = null, x = null;
    const placeOf = (scene, index) => (index === scene.last ? SHIP : x(scene.stops[index].examples));
    return (scene, index) => {
      if (shown !== scene) {
        shown = scene;
        const run = scene.stops.slice(0, -1), most = run[run.length - 1].examples, first = run[1].examples;
        // Step 0 has no place on such an axis: it stands a little before the first.
        x = logarithmic(first / 2, most, LEFT + 10, RIGHT);
        const curve = [];
        for (let i = 0; i < scene.curve.length; i += 2) {
          const examples = scene.curve[i] * scene.batch;
          if (examples >= first / 2) curve.push([x(examples), loss.y(scene.curve[i + 1])]);
        }
        loss.line.setAttribute("d", through(curve));
        for (const [part, key] of parts) {
          part.points.replaceChildren(...scene.stops.map((stop, i) => make("circle.loss-dot", {
            cx: placeOf(scene, i).toFixed(1), cy: part.y(stop[key]).toFixed(1), r: 3.5 })));
          part.extra.replaceChildren(
            label(LEFT + 8, 116, "start"), label(RIGHT, 116, "end", "end"), label(SHIP + 14, 116, "ships", "end"));
        }
        const floor = distance.y(scene.unseen);
        distance.extra.append(across(floor, LEFT, SHIP + 14, "floor"), label(LEFT + 4, floor - 5, "real digits"));
      }
      for (const [part, key] of parts) {
        const at = placeOf(scene, index), stop = scene.stops[index];
        standAt(part.marker, at);
        dotAt(part.dot, at, part.y(stop[key]));
        setText(part.value, threeDigits(stop[key]));
        part.drawing.setAttribute("aria-label", `${part.name} over the training, by powers of ten: ` +
          `${threeDigits(scene.stops[0][key])} at the start, ${threeDigits(scene.stops[scene.last][key])} for the model that ships, ${threeDigits(stop[key])} here`);
      }
    };
  });
}
