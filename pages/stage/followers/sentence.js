// One sentence that says what to see at this step. It is announced to screen readers when the
// timeline rests, not sixty times a second.

import { make, setText } from "../../shared/dom.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const seen = make("p.sentence", { "aria-hidden": "true" });
    const heard = make("p.unseen", { role: "status" });
    const all = make("div.sentences", {}, seen);
    root.replaceChildren(all, heard);
    let timer = 0, room = "";
    return (scene, index) => {
      const longest = scene.sentences;
      if (longest.join() !== room) { // all that may come has its room, so that nothing moves when it does
        room = longest.join();
        all.replaceChildren(seen, ...longest.map((text) => make("p.sentence.ghost", { "aria-hidden": "true" }, text)));
      }
      setText(seen, scene.sentence(index));
      clearTimeout(timer);
      timer = setTimeout(() => setText(heard, scene.describe(index)), 400);
    };
  });
}
