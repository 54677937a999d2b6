// One sentence that says what to see at this step. It is announced to screen readers when the
// timeline rests, not sixty times a second.

import { make, setText } from "../../shared/dom.js";
import { follower } from "../stage.js";

export default function (component) {
  return follower(component, (root) => {
    const seen = make("p.sentence", { "aria-hidden": "true" });
    const heard = make("p.unseen", { role: "status" });
    root.replaceChildren(seen, heard);
    let timer = 0;
    return (scene, index) => {
      setText(seen, scene.sentence(index));
      clearTimeout(timer);
      timer = setTimeout(() => setText(heard, scene.describe(index)), 400);
    };
  });
}
