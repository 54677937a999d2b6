// What is left of the lesson: what was predicted and what happened, a picture to keep, and ways on.

import { fromBase64 } from "../../shared/base64.js";
import { button, download, make } from "../../shared/dom.js";
import { normal } from "../../shared/noise.js";
import { paintBytes, paintValues, pixelCanvas, PIXELS } from "../../stage/pixels.js";
import { covered } from "../runs.js";

const WAYS = [["deep-dive", "Deeper"], ["reverse", "Play"], ["practice", "Practice"]];

export function end(screen) {
  const { kept } = screen, names = Object.fromEntries(screen.text("names").map((line) => line.split(": ")));
  const said = kept.screens.filter((name) => names[name] && kept.said[name] !== undefined && kept.came[name] !== undefined);
  const right = said.filter((name) => kept.said[name] === kept.came[name]).length;
  const score = said.length ? screen.text("score", { right: String(right), all: String(said.length) }) : screen.text("score-none");
  const shown = pixelCanvas("");
  shown.width = 1200;
  shown.height = 630;
  shown.className = "poster";
  poster(shown, screen);
  screen.hint(`${score} ${Object.keys(kept.said).some((name) => name.startsWith("core")) ? screen.text("tomorrow") : ""}`);
  const list = make("ul.came", { "aria-label": "What came true" }, ...said.map((name) => {
    const right_ = kept.said[name] === kept.came[name];
    return make("li", {}, make("span.sign", { role: "img", "aria-label": right_ ? "right:" : "wrong:" }, right_ ? "✓" : "✗"), ` ${names[name]}`);
  }));
  screen.said.after(list);
  screen.asked.append(
    button("tool.on", screen.text("keep"), () => shown.toBlob((blob) => blob && download(blob, "through-the-fog.png"))),
    ...WAYS.map(([page, name]) => make("a.tool", { href: page, target: "_self" }, name)),
    button("tool", screen.text("again"), () => {
      kept.forget();
      kept.keep(true);
      screen.lesson.show();
    }),
  );
  screen.stage.replaceChildren(shown);
}

// The reader's digit, how it was covered, and what came out of the fog.
function poster(canvas, { kept, mine }) {
  const c = canvas.getContext("2d"), cell = pixelCanvas(null);
  c.fillStyle = "#fffdf9";
  c.fillRect(0, 0, 1200, 630);
  c.imageSmoothingEnabled = false;
  const noise = normal(kept.seed, 0, 0, PIXELS), drawn = kept.drawn ? fromBase64(kept.drawn) : null;
  const put = (i, row) => c.drawImage(cell, 58 + i * 222, row ? 362 : 84, 196, 196);
  const words = (text, y, tone) => {
    c.fillStyle = tone;
    c.font = "600 30px Georgia, serif";
    c.fillText(text, 58, y);
  };
  words("I covered my digit with noise", 62, "#a8560b");
  words(drawn ? "and the network drew a new one" : "Through the Fog", 340, "#0b6b7d");
  [0, 0.25, 0.5, 0.75, 1].forEach((t, i) => {
    paintValues(cell, covered(mine, noise, t));
    put(i, 0);
    if (!drawn) return;
    paintBytes(cell, drawn.subarray(i * PIXELS, (i + 1) * PIXELS));
    put(i, 1);
  });
  c.fillStyle = "#5a6672";
  c.font = "22px Georgia, serif";
  c.fillText("Through the Fog: how diffusion models draw", 58, 604);
  canvas.setAttribute("aria-label", "Your digit on its way to noise, and below it noise on its way to a new digit");
}
