// The numbers of a training step: the loss, in three currencies, before and after; and some of the
// weights that the step moved.

import { make, setText } from "../../shared/dom.js";
import { threeDigits } from "../../shared/numbers.js";
import { follower } from "../../stage/stage.js";

export default function (component) {
  return follower(component, (root) => {
    const row = (name) => {
      const before = make("b.number"), after = make("b.number");
      return { before, after, line: make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, before), make("td", {}, after)) };
    };
    const rows = {
      loss: row("this digit, in v"), eps: row("the same, in ε"), x0: row("the same, in x₀"),
      batch: row("all it learns from"), others: row("32 other digits"),
    };
    const paintings = ["before", "after", "change"].map((name) => {
      const canvas = make("canvas.pixels.weights", { role: "img", "aria-label": `Weights of the last layer, ${name}` });
      const said = make("figcaption", {}, name);
      return { canvas, said, figure: make("figure", {}, canvas, said) };
    });
    const said = make("p.small.soft.said");
    root.replaceChildren(make("h2", {}, "The loss, before and after"),
      make("table.losses", {}, make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col" }, "before"), make("th", { scope: "col" }, "after"))),
        make("tbody", {}, ...Object.values(rows).map(({ line }) => line))),
      make("div.moved", {}, make("div.guesses", {}, ...paintings.map(({ figure }) => figure)), said));
    rows.batch.line.hidden = true;
    let shown = null;
    return (scene, index) => {
      const { round } = scene, asked = scene.shows("loss", index), moved = scene.shows("step", index);
      if (round) {
        const a = round.alpha ** 2, s = round.sigma ** 2;
        const pairs = {
          loss: [round.loss, round.loss_after], eps: [times(a, round.loss), times(a, round.loss_after)],
          x0: [times(s, round.loss), times(s, round.loss_after)],
          batch: [round.batch_loss, round.batch_loss_after], others: [round.others, round.others_after],
        };
        for (const [name, { before, after, line }] of Object.entries(rows)) {
          setText(before, asked ? threeDigits(pairs[name][0]) : "–");
          setText(after, moved ? threeDigits(pairs[name][1]) : "–");
          line.hidden = name === "batch" && round.batch === 1;
        }
        if (shown !== round) paintWeights(paintings, round);
        shown = round;
      } else for (const { before, after } of Object.values(rows)) for (const cell of [before, after]) setText(cell, "–");
      for (const { canvas } of paintings) canvas.classList.toggle("empty", !moved);
      setText(said, !moved ? "The step comes last." :
        `432 weights of the last layer. The furthest move of all ${round.parameters.toLocaleString("en")}: ` +
        `${threeDigits(round.furthest)}.`);
    };
  });
}

function times(factor, value) { return value === null ? null : factor * value; }

function paintWeights(paintings, round) {
  const columns = 24, rows = round.filter.length / columns;
  const change = round.filter_after.map((value, i) => value - round.filter[i]);
  const reach = (values) => Math.max(1e-12, ...values.map((value) => (isFinite(value) ? Math.abs(value) : 0)));
  const both = Math.max(reach(round.filter), reach(round.filter_after));
  [[round.filter, both, "before"], [round.filter_after, both, "after"], [change, reach(change), "change"]].forEach(
    ([values, most, name], place) => {
      const { canvas, said } = paintings[place];
      canvas.width = columns;
      canvas.height = rows;
      const image = canvas.getContext("2d").createImageData(columns, rows);
      values.forEach((value, i) => {
        const grey = 127.5 + (127.5 * value) / most;
        image.data.set([grey, grey, grey, 255], 4 * i);
      });
      canvas.getContext("2d").putImageData(image, 0, 0);
      setText(said, `${name}, ±${threeDigits(most)}`);
    });
}
