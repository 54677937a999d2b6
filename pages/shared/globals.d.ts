// What the modules leave on `window`, since it has to outlive a page of the lesson or be seen by
// every component; and what browsers know that TypeScript does not.

import type { Stage } from "../stage/stage.js";
import type { OwnRun } from "../labs/own/run.js";

declare global {
  interface Window {
    throughTheFog?: Map<string, Stage>;
    throughTheFogDrafts?: Record<string, Record<string, unknown>>;
    throughTheFogLetters?: "on" | "off";
    throughTheFogLog?: { events: [string, ...unknown[]][] };
    throughTheFogLoudspeaker?: any;
    throughTheFogOwn?: OwnRun;
    throughTheFogPads?: Record<string, Uint8Array[]>;
    throughTheFogPresents?: boolean;
    throughTheFogProgress?: Record<string, string>;
    webkitAudioContext?: typeof AudioContext;
  }
  interface Navigator {
    audioSession?: { type: string };
    standalone?: boolean;
  }
}
