// A question of the bank. A wrong answer is refuted and can be followed by another; the first one
// counts, and goes into the reader's record, from which Recall brings the question back.

import { button, make } from "../../shared/dom.js";
import { uniform } from "../../shared/noise.js";
import { Book } from "../../quiz/record/book.js";

export function question(screen) {
  const { kept } = screen, asked = screen.lesson.data.questions[screen.at];
  screen.lead.append(asked.stem);
  const chance = uniform(kept.seed, screen.lesson.place, 1, 4);
  const order = [0, 1, 2, 3].sort((a, b) => chance[a] - chance[b]);
  const list = make("div.options", { role: "group", "aria-label": asked.stem });
  const buttons = order.map((place, i) => {
    const option = asked.options[place];
    const one = button("option", "", () => {
      const first = kept.said[screen.at] === undefined;
      kept.said[screen.at] ??= place;
      if (first) note(screen, asked, place);
      one.disabled = true;
      one.toggleAttribute(option.right ? "data-right" : "data-wrong", true);
      one.querySelector("b").textContent = option.right ? "✓" : "✗";
      screen.hint(option.feedback);
      if (!option.right) return;
      kept.came[screen.at] = place;
      for (const other of buttons) {
        other.disabled = true;
        if (other !== one) other.remove();
      }
      screen.done();
    });
    one.append(make("b.letter", {}, "ABCD"[i]), option.text);
    return one;
  });
  list.append(...buttons);
  screen.stage.replaceChildren(list);
}

function note(screen, asked, place) {
  const { right, misconception } = asked.options[place];
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  new Book(screen.lesson.data.empty).append([[id, Date.now(), asked.id, place, "unsure", 0, right, right ? 1 : 0, "check", right ? null : misconception]]);
}
