// A browser reports a key on a slider only where the value changes, not Home at its start, although
// it means as much: stay there. And the value is as old as the last frame. So before such a key
// acts, whatever moves the slider lets go (`take`), and the slider is put to its place (`at`).
const SLIDER_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
export function beforeSliderKeys(slider, take, at) {
  slider.addEventListener("keydown", (event) => {
    if (!SLIDER_KEYS.has(event.key)) return;
    take();
    slider.value = at();
  });
}
