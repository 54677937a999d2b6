// The foggy window: a drawn landscape behind a pane. Fog covers it as the noise amount grows, and
// wiping (mouse, finger or keys) moves the timeline towards the clear end. It may also be there to
// look at alone (`still`): to wipe is the reverse process, not the forward one run backwards.

import { make } from "../../shared/dom.js";
import { follower, stageNamed } from "../stage.js";
import { blank, drawFrame, fogOver, HIGH_PANE, landscape, WIDE } from "../view.js";

const LINGER = 900; // milliseconds that a wiped streak stays

export default function (component) {
  return follower(component, (root, data) => {
    const slider = { tabindex: 0, role: "slider", "aria-label": "Foggy window: wipe it", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 };
    const canvas = make(data.still ? "canvas.pane.still" : "canvas.pane", { width: WIDE, height: HIGH_PANE, ...(data.still ? { role: "img" } : slider) });
    root.replaceChildren(canvas, make("p.small.soft.caption", {}, data.hint));
    const clear = landscape(), fogged = fogOver(clear), layer = blank();
    const wipes = [];
    const stage = stageNamed(data.stage);

    if (!data.still) offerWiping(canvas, stage, wipes);

    return (scene, index) => {
      const [, sigma] = scene.amounts(index), fog = sigma ** 1.25;
      const now = performance.now();
      while (wipes.length && now - wipes[0].born > LINGER) wipes.shift();
      const pane = canvas.getContext("2d"), mist = layer.getContext("2d");
      mist.globalCompositeOperation = "copy";
      mist.globalAlpha = Math.min(1, 1.06 * fog);
      mist.drawImage(fogged, 0, 0);
      mist.globalAlpha = 1;
      mist.globalCompositeOperation = "destination-out";
      mist.lineCap = "round";
      for (const { x0, y0, x1, y1, born } of wipes) {
        const left = 1 - (now - born) / LINGER;
        for (const [width, strength] of [[58, 0.25], [40, 0.45]]) {
          mist.strokeStyle = `rgba(0,0,0,${strength * left})`;
          mist.lineWidth = width;
          mist.beginPath();
          mist.moveTo(x0, y0);
          mist.lineTo(x1, y1);
          mist.stroke();
        }
      }
      pane.drawImage(clear, 0, 0);
      pane.drawImage(layer, 0, 0);
      drawFrame(pane);
      const percent = Math.round(100 * fog);
      const said = percent === 0 ? "clear" : `${percent} percent fog`;
      if (data.still) canvas.setAttribute("aria-label", `Foggy window: ${said}`);
      else {
        canvas.setAttribute("aria-valuenow", String(100 - percent));
        canvas.setAttribute("aria-valuetext", said);
      }
      if (wipes.length) stage.changed(); // the streaks fade
    };
  });
}

// What a key wipes: a streak across the pane, each a little lower.
function streak(wipes) {
  const y = 60 + ((wipes.count = (wipes.count ?? 0) + 1) % 7) * 42;
  wipes.push({ x0: 70, y0: y + 12, x1: WIDE - 70, y1: y - 6, born: performance.now() });
}

// By mouse, finger or keys.
function offerWiping(canvas, stage, wipes) {
  const wipe = (share) => {
    stage.take?.();
    const { scene } = stage;
    const from = share > 0 ? scene.wipeFrom?.(stage.index) ?? stage.index : stage.index;
    stage.moveTo(from + scene.clearer(from) * share * scene.clearing);
    stage.changed();
  };
  let last = null;
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); last = event; };
  canvas.onpointermove = (event) => {
    if (!last) return;
    const box = canvas.getBoundingClientRect(), scale = WIDE / box.width;
    const far = Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY);
    if (far < 2) return;
    wipes.push({ x0: (last.clientX - box.left) * scale, y0: (last.clientY - box.top) * scale,
      x1: (event.clientX - box.left) * scale, y1: (event.clientY - box.top) * scale, born: performance.now() });
    last = event;
    wipe((far * scale) / (5 * WIDE));
  };
  canvas.onpointerup = canvas.onpointercancel = () => { last = null; stage.settled?.(); };
  canvas.onkeydown = (event) => {
    if (event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      stage.toggle?.();
      return;
    }
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      event.stopPropagation();
      stage.take?.();
      stage.moveTo(event.key === "Home" ? 0 : stage.scene.last);
      stage.settled?.();
      return;
    }
    const share = { ArrowRight: 0.05, ArrowUp: 0.05, w: 0.05, Enter: 0.05, ArrowLeft: -0.05, ArrowDown: -0.05 }[event.key];
    if (share === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (share > 0) streak(wipes);
    wipe(share);
    stage.settled?.();
  };
}
