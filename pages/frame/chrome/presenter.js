// ?present=1: the page's parts are slides, and one is shown at a time. Arrow keys, page keys and
// the buttons walk; B blanks the screen; Escape leaves. The slide is in the address (?slide=3), so
// that a reload or a copied link comes back to it.

import { button, make } from "../../shared/dom.js";
import { lettersWork } from "../../shared/letters.js";

const SLIDE = '[class*="st-key-slide-"]';

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  root.presenter?.stop();
  root.presenter = new Presenter(root);
  return () => root.presenter.stop();
}

class Presenter {
  constructor(root) {
    this.at = Math.max(0, (parseInt(new URL(location.href).searchParams.get("slide"), 10) || 1) - 1);
    this.style = make("style");
    document.head.append(this.style);
    window.throughTheFogPresents = true;
    this.back = button("", "‹", () => this.go(-1), { "aria-label": "Previous slide" });
    this.place = make("span", { role: "status" });
    this.forth = button("", "›", () => this.go(1), { "aria-label": "Next slide" });
    this.leave = button("", "Leave", () => this.end(), { "aria-label": "Leave the presentation" });
    root.replaceChildren(make("div.presenter", {}, this.back, this.place, this.forth, this.leave));
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    // Slides come in one by one while the page is built, and go when its settings change.
    this.watcher = new MutationObserver(() => this.show());
    this.watcher.observe(document.querySelector('[data-testid="stMain"]') ?? document.body, { childList: true, subtree: true });
    this.show();
  }

  get slides() {
    return [...document.querySelectorAll(SLIDE)].map((slide) =>
      [...slide.classList].find((name) => name.startsWith("st-key-slide-")));
  }

  show() {
    const { slides } = this;
    if (!slides.length) return;
    const at = Math.min(this.at, slides.length - 1);
    const others = slides.filter((_, i) => i !== at).map((name) => `.${name}`);
    // With the box that Streamlit puts around each, whose distance to the next would stay.
    const css = others.length ? `${others.map((name) => `:has(> ${name}), ${name}`).join(",")}{display:none!important}` : "";
    if (this.style.textContent !== css) this.style.textContent = css;
    this.fit(slides[at]);
    const text = `${at + 1} / ${slides.length}`;
    if (this.place.textContent !== text) this.place.textContent = text;
    this.back.disabled = at === 0;
    this.forth.disabled = at === slides.length - 1;
  }

  // A slide that does not fit is made a little smaller, but stays large enough to read; beyond
  // that it scrolls.
  fit(name) {
    /** @type {HTMLElement} */
    const slide = document.querySelector(`.${name}`);
    const top = slide.getBoundingClientRect().top, room = innerHeight - top - 68;
    let content = 0;
    for (const part of slide.querySelectorAll("[data-testid=stElementContainer], [class*=st-key-card]")) {
      const box = part.getBoundingClientRect();
      if (box.height) content = Math.max(content, box.bottom - top);
    }
    if (!content) return;
    const now = parseFloat(slide.style.zoom || "1");
    const zoom = Math.max(0.72, Math.min(1, (room / content) * now));
    if (Math.abs(zoom - now) > 0.02) slide.style.zoom = String(zoom);
    /** @type {HTMLElement} */
    const main = document.querySelector('[data-testid="stMain"]');
    if (main) main.style.overflow = (content * zoom) / now <= room + 8 ? "hidden" : "";
  }

  go(by) {
    const last = this.slides.length - 1;
    this.at = Math.max(0, Math.min(last, Math.min(this.at, last) + by));
    const address = new URL(location.href);
    address.searchParams.set("slide", String(this.at + 1));
    history.replaceState(history.state, "", address);
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    this.show();
    setTimeout(() => this.show(), 300); // when pictures have taken their room
    window.dispatchEvent(new Event("resize")); // pictures that were hidden measure themselves anew
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const control = event.composedPath()[0];
    if (control.closest?.("input:not([type=range]), textarea, select, dialog, [role=combobox], [role=slider], [role=spinbutton]")) return;
    const act = {
      ArrowRight: () => this.go(1), PageDown: () => this.go(1), ArrowLeft: () => this.go(-1), PageUp: () => this.go(-1),
      ArrowDown: () => this.go(1), ArrowUp: () => this.go(-1),
      b: () => this.blank(), B: () => this.blank(), Escape: () => (this.curtain ? this.blank() : this.end()),
    }[event.key];
    if (!act || (event.key.length === 1 && !lettersWork())) return;
    event.preventDefault();
    act();
  }

  blank() {
    if (this.curtain) {
      this.curtain.remove();
      this.curtain = null;
      return;
    }
    this.curtain = make("div", { style: "position:fixed;inset:0;background:#000;z-index:2000000" });
    this.curtain.onclick = () => this.blank();
    document.body.append(this.curtain);
  }

  end() {
    const address = new URL(location.href);
    for (const name of ["present", "slide"]) address.searchParams.delete(name);
    location.href = address.href;
  }

  stop() {
    window.throughTheFogPresents = false;
    this.style.remove();
    this.curtain?.remove();
    this.watcher.disconnect();
    document.removeEventListener("keydown", this.onkey);
  }
}
