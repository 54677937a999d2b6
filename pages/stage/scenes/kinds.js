// Which class shows a scene: its head names its kind.

import { HistoryScene } from "../../labs/history/scene.js";
import { StepScene } from "../../labs/one_step/scene.js";
import { SoundScene } from "../../labs/sound/scene.js";
import { ForkedScene } from "./forked.js";
import { ForwardScene } from "./forward.js";
import { JourneyScene } from "./journey.js";
import { DrillScene, ToldScene } from "./others.js";
import { ReverseScene } from "./reverse.js";

export function sceneOf(head) {
  switch (head.kind) {
    case "forward": return new ForwardScene(head);
    case "journey": return new JourneyScene(head);
    case "drill": return new DrillScene(head);
    case "told": return new ToldScene(head);
    case "step": return new StepScene(head);
    case "history": return new HistoryScene(head);
    case "forked": return new ForkedScene(head);
    case "sound": return new SoundScene(head);
    default: return new ReverseScene(head);
  }
}
