// What can be measured of the slide that is shown, inside its components too.
globalThis.measureSlide = () => {
  const inSight = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shown = [...document.querySelectorAll('[class*="st-key-slide-"]')].filter((one) => one.getBoundingClientRect().height);
  const slide = shown.at(-1); // what is a part of another one comes after it
  const main = document.querySelector('[data-testid="stMain"]');
  const found = { name: "", letters: 0, smallest: Infinity, words: "", right: 0, bottom: 0, picture: 0, scrolled: main.scrollTop };
  const reach = (box) => {
    found.right = Math.max(found.right, Math.round(box.right));
    found.bottom = Math.max(found.bottom, Math.round(box.bottom));
  };
  const clipped = (one) => {
    for (let outer = one; outer; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      if (style.clipPath !== "none" || style.clip !== "auto") return true;
    }
    return false;
  };
  const sizeOf = (one) => {
    const size = parseFloat(getComputedStyle(one).fontSize), matrix = one.getScreenCTM?.();
    return matrix ? size * Math.hypot(matrix.a, matrix.b) : size * (one.currentCSSZoom ?? 1);
  };
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const one = node.parentElement;
      if (!node.data.trim() || !one || one.closest("style, script, option, .katex-mathml") || !inSight(one)) return;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || clipped(one)) return;
      reach(box);
      found.letters += node.data.trim().length;
      const size = sizeOf(one);
      if (size < found.smallest) Object.assign(found, { smallest: Math.round(size * 10) / 10, words: node.data.trim().slice(0, 40) });
      return;
    }
    if (node.shadowRoot) look(node.shadowRoot);
    if (node instanceof Element && node.matches("canvas, img, input, button") && inSight(node) && !clipped(node)) {
      const box = node.getBoundingClientRect();
      if (box.width > 3 && box.height > 3) reach(box);
      if (node.matches("canvas")) found.picture = Math.max(found.picture, Math.round(box.height));
    }
    for (const child of node.childNodes) look(child);
  };
  if (slide) {
    found.name = [...slide.classList].find((word) => word.startsWith("st-key-slide-")).slice(13);
    look(slide);
  }
  const bar = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(".presenter")).find(Boolean);
  found.bar = Math.round(bar.getBoundingClientRect().top);
  found.last = bar.querySelector('[aria-label="Next slide"]').disabled;
  return found;
}
