// What the components of one stage share: the scene, the position on its timeline, and the
// moment at which everybody paints.
//
// A stage lives on `window`, under its name. One component, the clock, gives it a scene and moves
// the position; the others follow: `stage.follow(paint)` calls paint once before every frame in
// which something changed, so that all pictures of a frame show the same step.

export class Stage {
  constructor(name) {
    this.name = name;
    /** @type {any} a Scene (scenes/scene.js), with what its kind adds */
    this.scene = null;
    this.index = 0; // position: a whole number into scene.ticks
    this.playing = false;
    this.turn = 0; // grows whenever the timeline is taken over: what moves it by itself ends then
    this.painters = new Set();
    this.scheduled = 0;
    this.painted = 0; // frames so far; tests and benchmarks count them
    // By the clock, once there is one: it, what the reader's hand does to it, and how it rests.
    /** @type {HTMLElement | null} */
    this.clock = null;
    /** @type {(() => number) | null} the reader takes over; gives the turn that begins */
    this.take = null;
    /** @type {(() => void) | null} plays or pauses */
    this.toggle = null;
    /** @type {((change: {seed?: number}) => void) | null} runs what is on it once more */
    this.again = null;
    /** @type {((change: {label: number | null, guidance: number | null, seed: number | null}) => void) | null} lets it branch */
    this.fork = null;
    /** @type {(() => void) | null} the timeline has come to rest */
    this.settled = null;
  }

  show(scene, index) {
    this.scene = scene;
    this.index = Math.max(0, Math.min(scene.last, Math.round(index)));
    this.changed();
  }

  moveTo(index) {
    if (!this.scene) return;
    const next = Math.max(0, Math.min(this.scene.reachable, Math.round(index)));
    if (next === this.index) return;
    this.index = next;
    this.changed();
  }

  follow(painter) {
    this.painters.add(painter);
    this.changed();
    return () => this.painters.delete(painter);
  }

  changed() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      if (!this.scene) return;
      for (const painter of this.painters) painter(this.scene, this.index, this);
      this.painted += 1;
    });
  }
}

export const stages = (window.throughTheFog ??= new Map());

export function stageNamed(name) {
  if (!stages.has(name)) stages.set(name, new Stage(name));
  return stages.get(name);
}

// A follower: build its parts once, then paint whenever the stage changes. Streamlit calls a
// component again when its data or the theme changes, and cleans up only when it goes away.
export function follower(component, build) {
  const root = component.parentElement.querySelector(".root");
  root.unfollow?.();
  const paint = root.paint = build(root, component.data);
  const stage = stageNamed(component.data.stage);
  root.unfollow = stage.follow(paint);
  return () => root.unfollow();
}
