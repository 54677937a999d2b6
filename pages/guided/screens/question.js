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
  const buttons = order.map((place) => {
    const option = asked.options[place];
    const one = button("option", "", () => {
      const first = kept.said[screen.at] === undefined;
      kept.said[screen.at] ??= place;
      if (first) note(screen, asked, place);
      if (!option.right) {
        one.replaceWith(make("p.out", { role: "status" }, make("span.sign", { role: "img", "aria-label": "wrong:" }, "✗"), option.feedback));
        buttons.find((other) => other.isConnected).focus();
        return;
      }
      screen.hint(option.feedback);
      one.disabled = true;
      one.toggleAttribute("data-right", true);
      one.prepend(make("span.sign", { role: "img", "aria-label": "right:" }, "✓"));
      kept.came[screen.at] = place;
      list.replaceChildren(one);
      screen.done();
    });
    one.append(option.text);
    return one;
  });
  list.append(...buttons);
  screen.stage.replaceChildren(list);
  if (screen.again) buttons.find((_, i) => asked.options[order[i]].right).click();
}

function note(screen, asked, place) {
  const { right, misconception } = asked.options[place];
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  new Book(screen.lesson.data.empty).append([[id, Date.now(), asked.id, place, "unsure", 0, right, right ? 1 : 0, "check", right ? null : misconception]]);
}
