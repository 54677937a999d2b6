// A slide fits its screen, and can be read from the back row. Type that is smaller than the floor is
// raised to it, inside the components too, labels of charts included; and what then does not fit is
// made smaller, pictures and room that is, for the type is raised again. What does not fit even so
// is scrolled, screenful by screenful.

// By how much all is made smaller, and how much of the width it then has: pictures that are as wide as
// there is room take less of the height in a narrower one.
/** @type {[number, number][]} */
const ATTEMPTS = [[1, 1], [0.97, 1], [0.94, 1], [0.88, 1], [0.82, 1], [1, 0.88], [0.88, 0.88], [0.88, 0.76], [0.82, 0.66], [0.82, 0.5], [0.76, 1], [0.7, 1], [0.64, 1]];
/** @type {[number, number]} */
const LONG = [0.82, 1]; // what has to be scrolled
const SILENT = "style, script, option, title, .unseen, .katex-mathml, [hidden]";
// In a component, what is made for a mouse at arm's length makes room for larger type.
const LARGER = new CSSStyleSheet();
LARGER.replaceSync(`
  button:not(.thumb, .tile, .branch, .digit, .option, .key), select, .tool, .form { height: auto !important; min-height: 1.9em; }
  button:not(.thumb, .tile, .branch, .digit, .option, .key) { min-width: 1.9em; }
  select { padding: 0 0.4em !important; }
  .equation { margin-inline: auto; max-width: calc(112vh + 8rem); }
  .pair { max-width: 104vh; }
  .row:not([style*="columns: 8"]):has(> :nth-child(8):last-child) { grid-template-columns: repeat(4, 1fr); margin-inline: auto; max-width: 104vh; }
  .sentence { min-height: 1.45em; }
  .way p { display: none; }
  .way { grid-template-columns: 9rem 1fr 82px !important; }
  .pane { max-width: calc(48vh * 540 / 380); }
  .settings, details:has(.numbers), .run:has(.halt[style*="hidden"]) { display: none !important; }
`);

// As many pixels as 24 are on a screen of 1280 by 720; on a phone, which nobody looks at from afar, fewer.
export function floor() {
  return Math.max(16, Math.min(innerWidth / 1280, innerHeight / 720) * 24);
}

// All elements of a part of the page that hold words themselves, inside components too.
function* holders(part) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node instanceof Text) {
      if (node.data.trim() && node.parentElement && !node.parentElement.closest(SILENT)) yield node.parentElement;
    } else if (node instanceof Element) {
      if (node.shadowRoot) yield* holders(node.shadowRoot);
      if (node.matches("input, select")) yield node;
    }
  }
}

export class Fit {
  // changed: called when the slide may have to be fitted again.
  constructor(changed) {
    this.raised = new Map();
    this.sizes = new ResizeObserver(changed);
    this.words = new MutationObserver(changed);
    this.roots = new WeakSet();
    this.slide = null;
    this.room = this.left = 0;
    this.fits = true;
  }

  // Fits the slide into the room, unless it is as it was left. Whether all of it is in sight.
  fit(slide, room) {
    this.watch(slide);
    const same = this.slide === slide && Math.abs(this.room - room) < 2 && Math.abs(this.left - this.height(slide)) < 2;
    if (same && !this.raise(slide)) return this.fits;
    this.fits = false;
    for (const attempt of ATTEMPTS) {
      this.resize(slide, attempt);
      this.fits = this.height(slide) <= room;
      if (this.fits) break;
    }
    if (!this.fits) this.resize(slide, LONG);
    Object.assign(this, { slide, room, left: this.height(slide) });
    // What is still to be told of has happened just now, by our own doing.
    this.words.takeRecords();
    return this.fits;
  }

  resize(slide, [zoom, width]) {
    slide.style.zoom = String(zoom);
    slide.style.paddingInline = width < 1 ? `${(50 * (1 - width)).toFixed(0)}%` : "";
    for (const [element, before] of this.raised) element.style.fontSize = before;
    this.raised.clear();
    this.raise(slide);
  }

  // All type of the slide to the floor. Measured first and written afterwards: one layout.
  raise(slide) {
    const least = floor(), wanted = [];
    for (const element of holders(slide)) {
      if (this.raised.has(element)) continue;
      const size = parseFloat(getComputedStyle(element).fontSize);
      const drawn = element instanceof SVGGraphicsElement ? scaleOf(element) : element.currentCSSZoom ?? (+slide.style.zoom || 1);
      if (drawn && size && size * drawn < least - 0.05) wanted.push([element, least / drawn]);
    }
    for (const [element, size] of wanted) {
      this.raised.set(element, element.style.fontSize);
      element.style.fontSize = `${size.toFixed(2)}px`;
    }
    return wanted.length;
  }

  height(slide) {
    const top = slide.getBoundingClientRect().top;
    let content = 0;
    for (const part of parts(slide)) {
      const box = part.getBoundingClientRect();
      if (box.height) content = Math.max(content, box.bottom - top);
    }
    return content;
  }

  watch(slide) {
    if (this.slide !== slide) {
      this.sizes.disconnect();
      this.seen = new WeakSet();
    }
    for (const part of parts(slide)) {
      if (!this.seen.has(part)) this.sizes.observe(part);
      this.seen.add(part);
    }
    for (const host of slide.querySelectorAll("*")) {
      if (!host.shadowRoot || this.roots.has(host.shadowRoot)) continue;
      this.roots.add(host.shadowRoot);
      host.shadowRoot.adoptedStyleSheets.push(LARGER);
      this.words.observe(host.shadowRoot, { childList: true, subtree: true });
    }
  }

  stop() {
    this.sizes.disconnect();
    this.words.disconnect();
    for (const [element, before] of this.raised) element.style.fontSize = before;
  }
}

// Of what is drawn, turned or not: pixels to one of its units.
function scaleOf(element) {
  const matrix = element.getScreenCTM();
  return matrix && Math.hypot(matrix.a, matrix.b);
}

/** @returns {NodeListOf<HTMLElement>} */
function parts(slide) {
  return slide.querySelectorAll("[data-testid=stElementContainer], [class*=st-key-card]");
}
