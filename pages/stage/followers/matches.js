// What stands for what: each line of the analogy lights up while it applies.

import { make } from "../../shared/dom.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root, data) => {
    const lines = data.matches.map(([when, term, image]) => ({
      when: when.split(" "),
      line: make("li", {}, make("b", {}, term), make("span", {}, image), make("i.small", {}, "now")),
    }));
    root.replaceChildren(make("ul.matches", {}, ...lines.map(({ line }) => line)));
    return (scene, index) => {
      const now = index === scene.last ? "end" : scene.side(index);
      for (const { when, line } of lines) line.toggleAttribute("data-lit", when.includes(now));
    };
  });
}
