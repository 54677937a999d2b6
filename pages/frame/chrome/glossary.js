// A term's entry opens in place: below the word, over the text, so that nothing moves. Links to
// "#term:word" are what prose.py makes of [[word]].

import { button, make } from "../../shared/dom.js";

const LINK = 'a[href*="#term:"]';

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const note = make("div.note", { role: "dialog", tabindex: -1 });
  note.hidden = true;
  root.replaceChildren(note);
  let opener = null;

  const close = (back) => {
    if (note.hidden) return;
    note.hidden = true;
    opener?.setAttribute("aria-expanded", "false");
    if (back) opener?.focus();
  };

  const open = (link) => {
    const term = decodeURIComponent(link.getAttribute("href").split("#term:")[1]);
    const meaning = data.entries[term];
    if (!meaning) return;
    opener = link;
    link.setAttribute("aria-expanded", "true");
    const shut = button("", "Close", () => close(true));
    note.setAttribute("aria-label", `What “${term}” means`);
    note.replaceChildren(make("b", {}, term), make("p", {}, meaning), shut);
    note.hidden = false;
    const box = link.getBoundingClientRect(), wide = note.offsetWidth, tall = note.offsetHeight;
    const below = box.bottom + 8 + tall < innerHeight;
    note.style.left = `${Math.max(8, Math.min(innerWidth - wide - 8, box.left))}px`;
    note.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - tall - 8)}px`;
    shut.focus({ preventScroll: true });
  };

  const onclick = (event) => {
    const path = event.composedPath();
    // On a phone the menu is a drawer; whoever has chosen a page wants to see it.
    if (innerWidth < 768 && path.some((element) => element.matches?.('[data-testid="stSidebarNavLink"]'))) {
      setTimeout(() => /** @type {HTMLElement} */ (document.querySelector('[data-testid="stSidebarCollapseButton"] button'))?.click(), 200);
    }
    const link = path.find((element) => element.matches?.(LINK));
    if (link) {
      event.preventDefault();
      event.stopPropagation();
      if (!note.hidden && opener === link) close(true);
      else { close(false); open(link); }
    } else if (!path.includes(note)) close(false);
  };
  const onkey = (event) => {
    if (event.key === "Escape" && !note.hidden) close(true);
  };
  const onscroll = () => close(false);
  // Tables and formulas that scroll must be reachable by keys. Formulas are set late.
  const WIDE = '[data-testid="stMarkdownContainer"] :is(table, .katex-display)';
  const reach = () => {
    for (const wide of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(WIDE))) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
      else wide.removeAttribute("tabindex");
    }
  };
  let later = setTimeout(reach, 100);
  const watcher = new MutationObserver(() => {
    clearTimeout(later);
    later = setTimeout(reach, 100);
  });
  const main = document.querySelector('[data-testid="stMain"]');
  if (main) watcher.observe(main, { childList: true, subtree: true });
  window.addEventListener("resize", reach);
  document.addEventListener("click", onclick, true);
  document.addEventListener("keydown", onkey);
  document.addEventListener("scroll", onscroll, true);
  return () => {
    clearTimeout(later);
    watcher.disconnect();
    window.removeEventListener("resize", reach);
    document.removeEventListener("click", onclick, true);
    document.removeEventListener("keydown", onkey);
    document.removeEventListener("scroll", onscroll, true);
  };
}
