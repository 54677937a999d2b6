// For the picture that is chosen: what the model drew and what the ideal denoiser drew, each with
// the training pictures nearest to what it ends with; and how far those are, among unseen digits. The server
// looks for them (api/copies) once both runs are finished.

import { across, label, linear } from "../../shared/axes.js";
import { fromBase64 } from "../../shared/base64.js";
import { make, setText } from "../../shared/dom.js";
import { askFor } from "../../shared/stream.js";
import { paintBytes, pixelCanvas } from "../../stage/pixels.js";
import { follower } from "../../stage/stage.js";

const WIDTH = 460, TALL = 66, LEFT = 8, RIGHT = 8, LINE = 42;

export default function (component) {
  return follower(component, (root) => {
    const title = make("h2", {}, "What lies nearest to it");
    const lots = [["drawn", "the model"], ["ideal", "the ideal"]].map(([name, caption]) => {
      const own = pixelCanvas(""), far = [0, 1, 2].map(() => ({ canvas: pixelCanvas(""), away: make("figcaption.number") }));
      const line = make("div.nearest", {},
        make("figure.own", {}, own, make("figcaption", {}, caption)),
        ...far.map(({ canvas, away }) => make("figure", {}, canvas, away)));
      return { name, own, far, line };
    });
    const strip = make("svg.strip", { viewBox: `0 0 ${WIDTH} ${TALL}`, role: "img" });
    const said = make("p.small.said", { "aria-live": "polite" });
    root.replaceChildren(title, ...lots.map(({ line }) => line), strip, said);
    let painted = "", asked = null;
    return (scene, index, stage) => {
      if (!scene.nearest) return;
      if (scene.complete && asked !== scene) {
        asked = scene;
        fetchNearest(scene, stage);
      }
      const which = Math.min(scene.chosen, scene.lanes[0].count - 1);
      setText(title, `Picture ${which + 1} of ${scene.lanes[0].count}, and what lies nearest to it`);
      lots.forEach(({ own }, lane) => {
        const frame = scene.frame(lane, index);
        own.classList.toggle("empty", !frame);
        if (frame) paintBytes(own, scene.lanes[lane].picture(frame, which, 1));
        own.setAttribute("aria-label", `Picture ${which + 1}, as ${lane ? "the ideal denoiser" : "the model"} guesses it at this step`);
      });
      const state = `${which} ${asked === scene} ${Boolean(scene.copies)} ${scene.copiesProblem ?? ""}`;
      if (painted === state && root.shown === scene) return;
      painted = state;
      root.shown = scene;
      if (!scene.copies) {
        lots.forEach(({ far }) => far.forEach(({ canvas, away }) => { canvas.classList.add("empty"); setText(away, "…"); }));
        strip.replaceChildren();
        strip.setAttribute("aria-label", "The distances, to come");
        setText(said, scene.copiesProblem ??
          (asked === scene ? "Looking for the nearest pictures …" : "When both have finished, the nearest pictures are looked up."));
        return;
      }
      lots.forEach(({ name, far }) => {
        scene.copies[name].found[which].forEach((near, k) => {
          const { canvas, away } = far[k];
          canvas.classList.remove("empty");
          paintBytes(canvas, fromBase64(near.picture));
          const what = `${scene.copies[name].mnist ? "training picture" : "digit"} no. ${near.place + 1}, a ${near.label}`;
          canvas.setAttribute("aria-label", `${what}, ${near.distance.toFixed(2)} away`);
          setText(away, near.distance.toFixed(2));
        });
      });
      const words = inWords(scene.copies, which);
      drawStrip(strip, scene.copies, which);
      strip.setAttribute("aria-label", words);
      setText(said, words);
    };
  });
}

async function fetchNearest(scene, stage) {
  try {
    scene.copies = await askFor(scene.nearest, "json", "draw again");
  } catch (error) {
    scene.copiesProblem = error.message;
  }
  if (stage.scene === scene) stage.changed();
}

function inWords(copies, which) {
  const { unseen, mnist, known } = copies.drawn;
  const drawn = copies.drawn.found[which][0].distance, ideal = copies.ideal.found[which][0];
  const nearer = unseen.filter((distance) => distance < drawn).length;
  const what = mnist ? `${known.toLocaleString("en")} training pictures` : `${known} stored digits`;
  const among = mnist ? `${unseen.length} unseen real digits of its kind` : `the ${unseen.length} stored digits of its kind`;
  const nearly = `${nearer} ${nearer === 1 ? "is" : "are"} nearer to ${mnist ? "one" : "another stored digit"}`;
  const copied = ideal.distance < 0.01
    ? `The ideal denoiser returned no. ${(ideal.place + 1).toLocaleString("en")} of them, pixel for pixel.`
    : `The ideal denoiser ended ${ideal.distance.toFixed(2)} from one of them.`;
  return `The model’s drawing is ${drawn.toFixed(2)} away from the nearest of ${what}; ` +
    `of ${among}, ${nearly}. ${copied}`;
}

function drawStrip(strip, copies, which) {
  const { unseen, mnist } = copies.drawn;
  const drawn = copies.drawn.found[which][0].distance, ideal = copies.ideal.found[which][0].distance;
  const far = Math.max(...unseen, drawn) * 1.04;
  const x = linear(0, far, LEFT, WIDTH - RIGHT);
  const ticks = unseen.map((distance) => make("line.unseen-tick", { x1: x(distance), x2: x(distance), y1: LINE - 13, y2: LINE }));
  const at = x(ideal), size = 6;
  strip.replaceChildren(
    across(LINE, LEFT, WIDTH - RIGHT), ...ticks,
    make("circle.drawn-mark", { cx: x(drawn), cy: LINE - 20, r: 5 }),
    label(Math.min(Math.max(x(drawn), 30), WIDTH - 60), LINE - 30, "the drawing", x(drawn) < 60 ? "start" : "middle"),
    make("path.ideal-mark", { d: `M${at} ${LINE - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z` }),
    label(LEFT, LINE - 14, ideal < 0.01 ? "the ideal: 0" : ""),
    label(LEFT, TALL - 8, "0: an exact copy"),
    label(WIDTH - RIGHT, TALL - 8, mnist ? "lines: unseen digits" : "lines: stored digits", "end"),
  );
}
