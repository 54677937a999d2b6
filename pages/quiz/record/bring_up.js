// What is to be looked at next, at the top of the view: the next question, or what came of an answer.

const FRAMES = 60; // what was asked for may still be on its way
const SETTLES = 1500; // ms: formulas and pictures below it may still grow, and the page with them
const HANDS = ["wheel", "touchstart", "pointerdown", "keydown"]; // from then on the reader scrolls

let leave = () => {};

export function bringUp(selector) {
  leave();
  if (window.throughTheFogPresents) return; // a slide fills the screen as it is
  let frames = FRAMES;
  const find = () => {
    const target = document.querySelector(selector);
    if (target) settle(target);
    else if (frames--) requestAnimationFrame(find);
  };
  requestAnimationFrame(find);
}

function settle(target) {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  const go = () => target.scrollIntoView({ block: "start", behavior });
  target.style.scrollMarginTop = "4.5rem"; // below the bar at the top
  go();
  const page = target.closest('[data-testid="stMainBlockContainer"]') ?? document.body;
  const sizes = new ResizeObserver(go);
  sizes.observe(page);
  const left = setTimeout(() => leave(), SETTLES);
  leave = () => {
    sizes.disconnect();
    clearTimeout(left);
    for (const hand of HANDS) removeEventListener(hand, leave);
    leave = () => {};
  };
  for (const hand of HANDS) addEventListener(hand, leave, { passive: true });
}
