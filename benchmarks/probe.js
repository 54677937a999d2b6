// What the benchmark runs inside of the page, before the page's own scripts. It reads the stages
// of pages/stage/stage.js and takes times where they happen: between the browser and
// Python lie milliseconds of their own.
//
// "Drawn" means: the browser has run the callbacks of a frame and worked out its pixels. A message
// that is posted during a frame's callbacks is delivered right after that.

window.fogProbe = (() => {
  const PATIENCE = 60_000; // milliseconds; after that, what was waited for will not come

  const stageOf = (name) => window.throughTheFog?.get(name);
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const nextFrame = () => new Promise(requestAnimationFrame);

  const drawn = () => new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(null);
  });

  // Look at something after every frame until it is there; resolves with when that was.
  async function untilDrawn(what, isThere) {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      await nextFrame();
      const now = await drawn();
      if (isThere()) return now;
      if (now > deadline) throw new Error(`${what} did not come within ${PATIENCE / 1000} s`);
    }
  }

  // A picture that moves: the stage has painted twice, at two positions.
  function moving(name) {
    let first = null;
    return untilDrawn("the first moving picture", () => {
      const stage = stageOf(name);
      if (!stage?.scene) return false;
      first ??= stage.index;
      return stage.painted >= 2 && stage.index !== first;
    });
  }

  // The first frame that is painted while the condition on the stage holds.
  function painted(name, what, condition) {
    let seen = stageOf(name)?.painted ?? 0;
    return untilDrawn(what, () => {
      const stage = stageOf(name);
      if (stage?.scene && condition(stage.scene, stage)) return stage.painted > seen;
      seen = stage?.painted ?? 0;
      return false;
    });
  }

  // Before a click: take the time from that click until the stage has a new scene, until a frame
  // of it is painted, and until its last frame is. Milliseconds; `clicked` holds the promise.
  function watchClick(name, toTheEnd) {
    const before = stageOf(name)?.scene;
    const isNew = (scene) => scene !== before && scene.ready !== false;
    probe.clicked = new Promise((done, failed) => {
      addEventListener("click", ({ timeStamp }) => {
        const times = [
          untilDrawn("the new scene", () => ![undefined, null, before].includes(stageOf(name)?.scene)),
          painted(name, "the first frame", isNew),
        ];
        if (toTheEnd) {
          times.push(painted(name, "the last frame", (scene, stage) =>
            isNew(scene) && scene.complete && !scene.live && stage.index === scene.last));
        }
        const names = ["scene", "first", "last"];
        Promise.all(times)
          .then((moments) => Object.fromEntries(moments.map((at, i) => [names[i], at - timeStamp])))
          .then(done, failed);
      }, { once: true, capture: true });
    });
    probe.clicked.catch(() => {}); // whoever asks for it is told
  }

  // Move the slider `count` times, at no particular moment of a frame and all over the timeline.
  async function scrub(name, slider, count) {
    const stage = stageOf(name), toDrawn = [], toNextFrame = [];
    for (let i = 0; i < count; i++) {
      // Multiples of the golden ratio, and of its sister in two dimensions, fill an interval evenly.
      const value = Math.round(stage.scene.last * ((0.25 + 0.61803398875 * i) % 1));
      if (value === stage.index) continue;
      await pause(25 + 25 * ((0.7548776662 * i) % 1));
      const before = stage.painted, began = performance.now();
      slider.value = value;
      slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      toDrawn.push(await untilDrawn("the step", () => stage.painted > before) - began);
      if (stage.index !== value) throw new Error(`the slider is at ${value}, the stage at ${stage.index}`);
      await nextFrame();
      toNextFrame.push(performance.now() - began);
    }
    return { toDrawn, toNextFrame };
  }

  // Count what a stage that plays paints, and the longest wait between two of its pictures.
  async function playing(name, seconds) {
    const stage = stageOf(name);
    await untilDrawn("playing", () => stage.playing && stage.index > 0);
    const first = stage.painted, began = performance.now();
    let latest = began, seen = first, longest = 0;
    while (latest < began + 1000 * seconds) {
      await untilDrawn("the next picture", () => stage.painted > seen);
      const now = performance.now();
      longest = Math.max(longest, now - latest);
      [latest, seen] = [now, stage.painted];
    }
    if (!stage.playing) throw new Error("the stage stopped playing meanwhile");
    return { painted: seen - first, seconds: (latest - began) / 1000, longest, last: stage.scene.last };
  }

  const probe = { moving, watchClick, scrub, playing };
  return probe;
})();
