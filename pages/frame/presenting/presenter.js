// ?present=1: the page's parts are slides, and one is shown at a time. Keys (keys.js) and the bar's
// buttons walk. The slide is in the address (?slide=3), so that a reload or a copied link comes back
// to it.

import { button, make, setText } from "../../shared/dom.js";
import { Fit } from "./fit.js";
import { meaningOf } from "./keys.js";
import { showKeys, showSlides, titleOf } from "./panels.js";
import { Pointer } from "./pointer.js";

const SLIDE = '[class*="st-key-slide-"]';
const PATIENCE = 150; // milliseconds between two looks at whether the slide still fits
const FORGET = 4000; // milliseconds in which Enter still belongs to the digits before it

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  root.presenter?.stop();
  root.presenter = new Presenter(root);
  return () => root.presenter.stop();
}

class Presenter {
  constructor(root) {
    this.root = root;
    this.at = Math.max(0, (parseInt(new URL(location.href).searchParams.get("slide"), 10) || 1) - 1);
    this.style = document.head.appendChild(make("style"));
    this.digits = "";
    window.throughTheFogPresents = true;
    this.back = button("", "‹", () => this.go(-1), { "aria-label": "Previous slide" });
    this.place = make("span", { role: "status" });
    this.forth = button("", "›", () => this.go(1), { "aria-label": "Next slide" });
    this.help = button("", "?", () => showKeys(root), { "aria-label": "Keys", "aria-haspopup": "dialog" });
    this.leave = button("", "Leave", () => this.end(), { "aria-label": "Leave the presentation" });
    this.bar = make("div.presenter", { role: "group", "aria-label": "Presentation" }, make("div.walk", {}, this.back, this.place, this.forth), make("div.way-out", {}, this.help, this.leave));
    root.replaceChildren(this.bar);
    this.pointer = new Pointer();
    this.fit = new Fit(() => this.again());
    this.onkey = (event) => this.key(event);
    // Before anything on the page hears of it, and inside components too.
    addEventListener("keydown", this.onkey, true);
    this.onsize = () => this.again();
    addEventListener("resize", this.onsize);
    document.fonts.ready.then(this.onsize);
    // Slides come in one by one while the page is built, and go when its settings change.
    this.watcher = new MutationObserver(() => this.again());
    this.watcher.observe(document.querySelector('[data-testid="stMain"]') ?? document.body, { childList: true, subtree: true });
    this.show();
  }

  /** @returns {HTMLElement[]} */
  get slides() {
    return [...document.querySelectorAll(SLIDE)].filter((slide) => slide instanceof HTMLElement);
  }

  // Once in a while at most, and after the last change of all.
  again() {
    this.bar.setAttribute("aria-busy", "true");
    this.waiting ??= setTimeout(() => {
      requestAnimationFrame(() => {
        this.waiting = undefined;
        if (this.root.isConnected) this.show();
      });
    }, PATIENCE);
  }

  show() {
    const { slides } = this;
    if (!slides.length) return;
    const at = Math.min(this.at, slides.length - 1), slide = slides[at];
    const css = this.alone(slides, slide);
    if (this.style.textContent !== css) this.style.textContent = css;
    for (const other of slides) if (other !== slide) other.style.zoom = other.style.paddingInline = "";
    const main = this.main, top = slide.getBoundingClientRect().top + main.scrollTop - main.getBoundingClientRect().top;
    const before = main.scrollTop;
    this.long = !this.fit.fit(slide, main.clientHeight - top);
    slide.dataset.fits = String(!this.long);
    main.style.overflow = this.long ? "" : "hidden";
    main.scrollTop = this.long ? before : 0;
    if (!this.digits) setText(this.place, `${at + 1} / ${slides.length}`);
    this.back.disabled = at === 0 && !this.within(-1);
    this.forth.disabled = at === slides.length - 1 && !this.within(1);
    if (!this.waiting) this.bar.removeAttribute("aria-busy");
  }

  get main() {
    return /** @type {HTMLElement} */ (document.querySelector('[data-testid="stMain"]'));
  }

  // The style sheet that leaves one slide. A part of it may be a slide of its own, or it a part of one.
  alone(slides, slide) {
    const name = (one) => `.${[...one.classList].find((word) => word.startsWith("st-key-slide-"))}`;
    const gone = slides.filter((other) => other !== slide && !other.contains(slide)).map(name);
    // With the box that Streamlit puts around each, whose distance to the next would stay.
    const rules = gone.map((other) => `:has(> ${other}), ${other}`);
    const mine = name(slide);
    for (const outer of slides.filter((other) => other !== slide && other.contains(slide))) {
      rules.push(`${name(outer)} :not(:has(${mine}), ${mine}, ${mine} *)`);
    }
    return rules.length ? `${rules.join(",")}{display:none!important}` : "";
  }

  // A step that the slide itself has left: of the guided lesson, or a screenful of what is long.
  // With `act`, takes it.
  within(by, act = false) {
    const lesson = [...document.querySelectorAll(".st-key-guided *")].find((one) => one.shadowRoot)?.shadowRoot;
    if (lesson) {
      const all = [...lesson.querySelectorAll(".lesson > .bar button")].filter((one) => one.checkVisibility({ visibilityProperty: true }));
      const place = lesson.querySelector(".dots")?.textContent.split(" / ");
      const step = by < 0 ? (place?.[0] === "1" ? null : all[0]) : (place?.[0] === place?.[1] ? null : all.at(-1));
      if (step instanceof HTMLElement && act) step.click();
      return Boolean(step);
    }
    if (!this.long) return false;
    const { main } = this, left = by > 0 ? main.scrollHeight - main.clientHeight - main.scrollTop : main.scrollTop;
    if (left > 4 && act) main.scrollBy({ top: by * main.clientHeight * 0.85, behavior: "instant" });
    return left > 4;
  }

  go(by) {
    this.lift();
    if (this.within(by, true)) {
      this.again();
      return;
    }
    this.to(Math.min(this.at, this.slides.length - 1) + by);
  }

  to(at) {
    this.lift();
    const next = Math.max(0, Math.min(this.slides.length - 1, at));
    if (next !== this.at) this.pause();
    this.at = next;
    this.pointer.erase();
    const address = new URL(location.href);
    address.searchParams.set("slide", String(this.at + 1));
    history.replaceState(history.state, "", address);
    this.main.scrollTo(0, 0);
    this.show();
    window.dispatchEvent(new Event("resize")); // pictures that were hidden measure themselves anew
  }

  // Nothing plays that cannot be seen.
  pause() {
    for (const stage of window.throughTheFog?.values() ?? []) if (stage.playing) stage.toggle?.();
  }

  key(event) {
    // Whatever has the focus: what is open goes first, and the presentation stays.
    const panel = this.root.querySelector("dialog[open]");
    if (panel && event.key === "Escape") {
      this.mine(event);
      panel.close();
      panel.remove();
      return;
    }
    const meaning = meaningOf(event);
    if (meaning === null) {
      if (event.key === "Enter" && this.digits) {
        this.mine(event);
        this.to(+this.digits - 1);
        this.type("");
      }
      return;
    }
    if (/^\d$/.test(meaning)) { // a lab may play a note, too
      this.type(this.digits + meaning);
      return;
    }
    this.mine(event);
    this.type("");
    const act = {
      next: () => this.go(1),
      back: () => this.go(-1),
      first: () => this.to(0),
      last: () => this.to(Infinity),
      black: () => this.blank("#000"),
      white: () => this.blank("#fff"),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())?.catch(() => {}),
      laser: () => this.pointer.turnLaser(),
      pen: () => this.pointer.turnPen(),
      erase: () => this.pointer.erase(),
      overview: () => this.overview(),
      help: () => showKeys(this.root),
      out: () => this.out(),
    }[meaning];
    act();
  }

  mine(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  type(digits) {
    clearTimeout(this.forget);
    this.digits = digits.slice(-3);
    const { slides } = this;
    setText(this.place, this.digits ? `to ${this.digits} ↵` : `${Math.min(this.at, slides.length - 1) + 1} / ${slides.length}`);
    if (this.digits) this.forget = setTimeout(() => this.type(""), FORGET);
  }

  overview() {
    const { slides } = this;
    const titles = slides.map((slide) => titleOf(slide, slides.filter((other) => other !== slide && slide.contains(other))));
    showSlides(this.root, titles, Math.min(this.at, slides.length - 1), (at) => this.to(at));
  }

  // One thing after the other: the curtain, the pen, the field that has the focus, all of it.
  out() {
    if (this.curtain) {
      this.lift();
      return;
    }
    if (this.pointer.putDown()) return;
    let held = document.activeElement;
    while (held?.shadowRoot?.activeElement) held = held.shadowRoot.activeElement;
    if (held instanceof HTMLElement && held !== document.body) held.blur();
    else this.end();
  }

  blank(colour) {
    const same = this.curtain?.dataset.colour === colour;
    this.lift();
    if (same) return;
    this.pause();
    this.curtain = make("div", { style: `position:fixed;inset:0;background:${colour};z-index:2000001` });
    this.curtain.dataset.colour = colour;
    this.curtain.onclick = () => this.lift();
    document.body.append(this.curtain);
  }

  lift() {
    this.curtain?.remove();
    this.curtain = null;
  }

  end() {
    const address = new URL(location.href);
    for (const name of ["present", "slide"]) address.searchParams.delete(name);
    location.href = address.href;
  }

  stop() {
    window.throughTheFogPresents = false;
    clearTimeout(this.waiting);
    clearTimeout(this.forget);
    this.style.remove();
    this.lift();
    this.pointer.stop();
    this.fit.stop();
    this.watcher.disconnect();
    removeEventListener("keydown", this.onkey, true);
    removeEventListener("resize", this.onsize);
  }
}
