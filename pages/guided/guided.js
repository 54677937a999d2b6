// The guided lesson: one screen after another, each with one idea and one thing to do. What a screen
// shows and asks is in screens/; here is what stands around it: where one is, the way on and back,
// and what is kept of it.

import { engineFor } from "../engine/engine.js";
import { button, make, setText } from "../shared/dom.js";
import { unbundle } from "../stage/bundle.js";
import { Kept } from "./kept.js";
import { screens } from "./screens/all.js";
import { Strip } from "./strip.js";

const PARTS = { draw: 0, be: 1, one: 2, hole: 3 }; // with which screen a part begins
const DOUBLE_CLICK = 400; // ms
const RUNS = ["guess", "one", "twenty", "back", "hole"];

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.lesson ??= new Lesson(root, unbundle(component.data));
  return () => root.lesson.leave();
}

export class Lesson {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.heads = Object.fromEntries(RUNS.map((name) => [name, unbundle(data[name])]));
    this.kept = new Kept(data.screens);
    this.turn = 0; // grows with each screen: what an earlier one still does is nobody's concern
    if (this.heads.one.engine) engineFor(this.heads.one.engine).warm();
    this.build();
    this.onback = () => { this.kept.heed(); this.show(); };
    addEventListener("popstate", this.onback);
    this.kept.keep();
    this.show(false);
  }

  leave() { removeEventListener("popstate", this.onback); this.turn += 1; }

  build() {
    const [back, skip, next] = this.data.text.buttons;
    this.strip = new Strip(this);
    this.title = make("h2", { tabindex: -1 });
    this.part = make("p.part.small");
    this.words = make("div.words");
    this.stage = make("div.stage");
    this.back = button("tool", back, () => this.go(-1));
    this.skip = button("tool.quiet", skip, () => this.go(1));
    this.next = button("tool.on", next, () => this.go(1));
    this.dots = make("span.dots.small.soft.number");
    this.root.replaceChildren(make("div.lesson", {}, this.strip.element,
      make("section.screen", { "aria-label": "Screen" }, make("div.told", {}, this.part, this.title, this.words), this.stage),
      make("div.bar", {}, this.back, this.dots, make("span.onward", {}, this.skip, this.next))));
  }

  text(name, values = {}) {
    const found = this.data.text[`${this.kept.at} ${name}`] ?? "";
    return typeof found === "string" ? found.replace(/\{(\w+)\}/g, (_, word) => values[word] ?? "") : found;
  }

  get place() { return this.data.screens.indexOf(this.kept.at); }
  get mine() { return this.kept.mine ?? this.ready(3); }

  // A ready digit of that class.
  ready(label) { return this.strip.ready.slice(label * 784, (label + 1) * 784); }

  go(by) {
    const to = this.data.screens[this.place + by];
    if (!to) return;
    this.kept.at = to;
    this.kept.keep(true);
    this.show();
  }

  show(focus = true) {
    const { at } = this.kept, turn = ++this.turn;
    const parts = Object.keys(PARTS), begun = parts.filter((name) => this.data.screens.indexOf(name) <= this.place);
    this.root.querySelector(".screen").dataset.at = at;
    setText(this.part, begun.length && at !== "end" ? `${begun.length} · ${this.data.text.parts[begun.length - 1]}` : "");
    setText(this.title, this.text("title"));
    setText(this.dots, `${this.place + 1} / ${this.data.screens.length}`);
    this.words.replaceChildren();
    this.stage.replaceChildren();
    this.back.style.visibility = this.place ? "visible" : "hidden";
    this.root.querySelector(".onward").style.visibility = at === "end" ? "hidden" : "visible";
    this.skip.hidden = false;
    this.next.hidden = true;
    this.strip.show(at);
    if (focus) this.title.focus({ preventScroll: true });
    const alive = () => this.turn === turn && this.root.isConnected;
    screens[at](new Screen(this, alive));
    if (this.kept.done.includes(at)) this.onward();
  }

  onward() {
    if (this.kept.at === "end") return;
    this.next.hidden = false;
    this.skip.hidden = true;
  }

  // What was done has been undone: the pad was cleared, say.
  undone() {
    this.kept.done = this.kept.done.filter((name) => name !== this.kept.at);
    this.kept.keep();
    this.strip.show(this.kept.at);
    this.next.hidden = true;
    this.skip.hidden = false;
  }

  // The thing to do on this screen has been done.
  done() {
    if (!this.kept.done.includes(this.kept.at)) this.kept.done.push(this.kept.at);
    this.kept.keep();
    this.strip.show(this.kept.at);
    this.onward();
  }
}

// What a file in screens/ gets to build with.
class Screen {
  constructor(lesson, alive) {
    this.lesson = lesson;
    this.alive = alive; // whether it is still the one on screen
    this.kept = lesson.kept;
    this.at = lesson.kept.at;
    // Who comes back finds what was there: the prediction that was made, and what came of it.
    this.again = this.kept.done.includes(this.at);
    this.stage = lesson.stage;
    this.lead = make("p.lead", { role: "status" });
    this.asked = make("div.asked");
    this.said = make("p.after", { role: "status" });
    this.takeaway = make("p.takeaway");
    lesson.words.replaceChildren(this.lead, this.asked, this.said, this.takeaway);
    this.lead.append(...marked(this.text("lead")));
  }

  text(name, values) { return this.lesson.text(name, values); }
  get mine() { return this.lesson.mine; }
  get locked() { return this.lesson.data.locked; }

  // What is said once the thing has been done takes the place of what was asked.
  tell(text) {
    this.hint("");
    this.lead.replaceChildren(...marked(text));
    this.takeaway.replaceChildren(...marked(this.text("takeaway")));
  }

  // How far the model has got.
  working(step, all) { if (this.alive()) this.hint(this.lesson.data.text.working.replace("{step}", step).replace("{all}", all)); }

  hint(text) { this.said.replaceChildren(...marked(text)); }

  // A prediction, before anything is shown. Resolves to the option that was chosen; the first choice
  // is what counts.
  predict() {
    const question = this.text("ask"), options = this.text("options"), before = this.kept.said[this.at];
    return new Promise((chosen) => {
      const list = make("div.options", { role: "group", "aria-label": question });
      options.forEach((text, i) => list.append(button("option", text, () => {
        this.kept.said[this.at] ??= i;
        this.kept.keep();
        for (const [k, other] of [...list.children].entries()) {
          /** @type {HTMLButtonElement} */ (other).disabled = true;
          other.toggleAttribute("data-chosen", k === i);
        }
        chosen(i);
      })));
      this.asked.replaceChildren(make("p.ask", {}, question), list);
      const all = /** @type {HTMLButtonElement[]} */ ([...list.children]), known = this.again && before !== undefined;
      // A second click at once was meant for what stood here before.
      for (const one of all) one.disabled = true;
      if (!known) setTimeout(() => { for (const one of all) one.disabled = false; }, DOUBLE_CLICK);
      if (!known) return;
      list.children[before].toggleAttribute("data-chosen", true);
      chosen(before);
    });
  }

  // Which of the options came true, beside what was predicted.
  came(option) {
    this.kept.came[this.at] = option;
    const list = [...this.asked.querySelectorAll(".option")];
    list.forEach((one, i) => {
      one.toggleAttribute("data-right", i === option);
      const sign = i === option ? "✓" : one.hasAttribute("data-chosen") ? "✗" : "";
      if (sign) one.prepend(make("span.sign", { role: "img", "aria-label": i === option ? "came true:" : "did not come true:" }, sign));
      else one.remove();
    });
  }

  // Something that the model has to do, with a sentence if it cannot.
  async work(doing) {
    this.lesson.stage.setAttribute("aria-busy", "true");
    try {
      return await doing;
    } catch (error) {
      if (this.alive()) {
        this.hint(error.message);
        this.asked.append(button("tool", "Try again", () => this.lesson.show()));
      }
      throw error;
    } finally {
      this.lesson.stage.removeAttribute("aria-busy");
    }
  }

  done() { if (this.alive()) this.lesson.done(); }
  undone() { if (this.alive()) this.lesson.undone(); }
}

// Text with **bold** in it, as elements.
export function marked(text) {
  return text.split("**").map((part, i) => (i % 2 ? make("b", {}, part) : part));
}
