// What the network draws at this moment of its training: the ten digits from each of two noises.

import { make } from "../../shared/dom.js";
import { paintBytes, pixelCanvas } from "../../stage/pixels.js";
import { follower } from "../../stage/stage.js";

export default function (component) {
  return follower(component, (root, data) => {
    const grids = data.titles.map((title, noise) => {
      const canvases = Array.from({ length: 10 }, (_, digit) => pixelCanvas(`From noise ${"AB"[noise]}, asked for a ${digit}`));
      return { canvases, box: make("section", {}, make("h2", {}, title), make("div.row.many.ten", {}, ...canvases)) };
    });
    root.replaceChildren(make("div.two", {}, ...grids.map(({ box }) => box)));
    return (scene, index) => grids.forEach(({ canvases }, noise) =>
      canvases.forEach((canvas, digit) => paintBytes(canvas, scene.sample(index, noise, digit))));
  });
}
