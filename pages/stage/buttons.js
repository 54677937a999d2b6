// Buttons that run what is on the stage, without asking the server: Generate, and another seed.

import { button } from "../shared/dom.js";
import { stageNamed } from "./stage.js";

const SEEDS = 10_000; // short ones, that can be read out

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root"), stage = stageNamed(data.stage);
  const run = (change) => stage.again?.(change);
  const another = button("", data.another, () => {
    const seed = Math.floor(Math.random() * SEEDS);
    run({ seed });
    setTriggerValue("seed", seed); // so that the field, the address and the exports follow
  });
  another.disabled = data.locked;
  another.classList.add("main");
  const again = data.again ? button("", data.again, () => run({})) : null;
  // Streamlit calls this again after each press: the focus stays where it is.
  const said = JSON.stringify(data);
  if (root.dataset.said === said) return;
  root.dataset.said = said;
  root.replaceChildren(another, ...(again ? [again] : []));
}
