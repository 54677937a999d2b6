// How far the training was: loss and Frechet distance over the pictures seen, both axes by powers
// of ten, with a marker at this moment. The model that ships stands at the right, after a gap.

import { make, setText } from "../../shared/dom.js";
import { threeDigits } from "../../shared/numbers.js";
import { follower } from "../../stage/stage.js";

const LEFT = 44, RIGHT = 356, SHIP = 382, TOP = 10, BOTTOM = 98;

// A scale of powers of ten: value to place, and the powers inside.
function powers(low, high, from, to) {
  const place = (value) => from + (Math.log(Math.max(low, Math.min(high, value)) / low) / Math.log(high / low)) * (to - from);
  const ticks = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.001; power++) ticks.push(10 ** power);
  return { place, ticks };
}

function chart(name, low, high) {
  const y = powers(low, high, BOTTOM, TOP);
  const line = make("path.loss-line"), points = make("g"), marker = make("line.marker", { y1: TOP - 6, y2: BOTTOM });
  const dot = make("circle.loss-now", { r: 7 }), extra = make("g"), value = make("b.number");
  const drawing = make("svg", { viewBox: "0 0 400 120", role: "img" },
    ...y.ticks.flatMap((tick) => [make("line.axis", { x1: LEFT, x2: SHIP + 14, y1: y.place(tick), y2: y.place(tick) }),
      make("text", { x: LEFT - 6, y: y.place(tick) + 5, "text-anchor": "end" }, String(tick))]),
    extra, line, points, marker, dot);
  return { y, line, points, marker, dot, drawing, extra, value, name, box: make("section", {}, make("h2", {}, name, " ", value), drawing) };
}

export default function (component) {
  return follower(component, (root, data) => {
    const loss = chart("Loss on test digits", ...data.loss), distance = chart("Fréchet distance", ...data.frechet);
    root.replaceChildren(make("div.two", {}, loss.box, distance.box));
    let shown = null, x = null;
    const across = (scene, index) => (index === scene.last ? SHIP : x(scene.stops[index].examples));
    return (scene, index) => {
      if (shown !== scene) {
        shown = scene;
        const run = scene.stops.slice(0, -1), most = run[run.length - 1].examples, first = run[1].examples;
        // Step 0 has no place on such an axis: it stands a little before the first.
        const scale = powers(first / 2, most, LEFT + 10, RIGHT);
        x = (examples) => scale.place(examples);
        const curve = [];
        for (let i = 0; i < scene.curve.length; i += 2) {
          const examples = scene.curve[i] * scene.batch;
          if (examples >= first / 2) curve.push(`${x(examples).toFixed(1)},${loss.y.place(scene.curve[i + 1]).toFixed(1)}`);
        }
        loss.line.setAttribute("d", "M" + curve.join("L"));
        for (const [part, key] of [[loss, "loss"], [distance, "frechet"]]) {
          part.points.replaceChildren(...scene.stops.map((stop, i) => make("circle.loss-dot", {
            cx: across(scene, i).toFixed(1), cy: part.y.place(stop[key]).toFixed(1), r: 3.5 })));
          part.extra.replaceChildren(
            make("text", { x: LEFT + 8, y: 116 }, "start"), make("text", { x: RIGHT, y: 116, "text-anchor": "end" }, "end"),
            make("text", { x: SHIP + 14, y: 116, "text-anchor": "end" }, "ships"));
        }
        const floor = distance.y.place(scene.unseen);
        distance.extra.append(make("line.floor", { x1: LEFT, x2: SHIP + 14, y1: floor, y2: floor }),
          make("text", { x: LEFT + 4, y: floor - 5 }, "real digits"));
      }
      for (const [part, key] of [[loss, "loss"], [distance, "frechet"]]) {
        const at = across(scene, index), stop = scene.stops[index];
        part.marker.setAttribute("x1", at);
        part.marker.setAttribute("x2", at);
        part.dot.setAttribute("cx", at);
        part.dot.setAttribute("cy", part.y.place(stop[key]));
        setText(part.value, threeDigits(stop[key]));
        part.drawing.setAttribute("aria-label", `${part.name} over the training, by powers of ten: ` +
          `${threeDigits(scene.stops[0][key])} at the start, ${threeDigits(scene.stops[scene.last][key])} for the model that ships, ${threeDigits(stop[key])} here`);
      }
    };
  });
}
