// The note at this step, to be seen and heard: wave and spectrogram of x_t and of the model's guess.

import { make, setText } from "../../shared/dom.js";
import { follower, stageNamed } from "../../stage/stage.js";
import { loudspeaker, mixed, muteNote } from "./audio.js";
import { inkOf, paintSpectrogram, paintWave, spectrogram } from "./spectrogram.js";

const STEPS_HEARD = 8, BEAT = 0.6;

export default function (component) {
  return follower(component, (root, data) => {
    const stage = stageNamed(data.stage), colours = inkOf(root);
    const panels = [0, 1].map((kind) => {
      const title = kind ? ["The model's guess"] : ["What there is: ", make("i", {}, "x", make("sub", {}, "t"))];
      const wave = make("canvas.wave", { width: 320, height: 72, "aria-hidden": "true" });
      const picture = make("canvas.spectrum", { width: 61, height: 128, role: "img" });
      const words = make("p.heard.small"), listen = make("button.wide", { type: "button" }, "Listen");
      listen.setAttribute("aria-label", `Listen to ${kind ? "the model's guess" : "x_t"} at this step`);
      const figure = make("figure", {}, make("div.top", {}, make("h2", {}, ...title), listen), wave, make("div.axes", {}, picture,
        make("span.high.small.soft", {}, "4 kHz"), make("span.low.small.soft", {}, "0")), words);
      return { kind, wave, picture, words, listen, figure };
    });
    const happen = make("button.wide.strong", { type: "button" }, "Hear it happen");
    const said = make("p.small.said", { role: "status" });
    root.replaceChildren(make("div.tones", {}, ...panels.map((p) => p.figure)), make("div.hear", {}, happen, said), ...muteNote());

    const sound = async (act) => {
      setText(said, "");
      const scene = stage.scene;
      try {
        if (!scene.frame(0, stage.index)) throw new Error(scene.problem ?? "The note is still being made: wait a moment.");
        await loudspeaker.open();
        act(scene, scene.lanes[0]);
      } catch (error) {
        setText(said, error.message);
      }
    };
    for (const { kind, listen } of panels) {
      listen.onclick = () => sound((scene, lane) => {
        stage.take();
        loudspeaker.play(mixed([[0, lane.wave(scene.frame(0, stage.index), 0, kind)]], data.rate), data.rate);
      });
    }
    // From noise to note in eight sounds; the timeline goes along.
    happen.onclick = () => sound((scene, lane) => {
      if (!scene.complete) throw new Error("The note is still being made: wait a moment.");
      const turn = stage.take();
      const count = Math.min(STEPS_HEARD, scene.last + 1);
      const at = Array.from({ length: count }, (_, i) => Math.round((i / Math.max(1, count - 1)) * scene.last));
      const parts = at.map((index, i) => [i * BEAT, lane.wave(scene.frame(0, index), 0, 0)]);
      let heard = -1;
      const moved = (seconds) => {
        const next = Math.min(count - 1, Math.max(0, Math.floor(seconds / BEAT)));
        // Once the reader takes the timeline, it is theirs.
        if (next === heard || stage.scene !== scene || stage.turn !== turn) return;
        heard = next;
        stage.moveTo(at[next]);
      };
      moved(0);
      loudspeaker.play(mixed(parts, data.rate), data.rate, moved, () => stage.scene === scene && stage.settled());
    });

    let shown = null;
    return (scene, index) => {
      const frame = scene.frame(0, index);
      root.toggleAttribute("data-waiting", !frame);
      if (!frame) return;
      for (const { kind, wave, picture, words } of panels) {
        setText(words, `To the ear: ${scene.heard(index, kind)}.`);
        if (shown === frame) continue;
        const samples = scene.lanes[0].wave(frame, 0, kind);
        paintWave(wave, samples, colours.signal);
        paintSpectrogram(picture, spectrogram(samples), colours);
        picture.setAttribute("aria-label", `Spectrogram of ${kind ? "the model's guess" : "x_t"}, 0 to 4,000 Hz over half a second. ` +
          `To the ear: ${scene.heard(index, kind)}.`);
      }
      shown = frame;
    };
  });
}
