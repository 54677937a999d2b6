// What the benchmark of a first visit runs inside of the page, before the page's own scripts: it
// writes down when what was first there (milliseconds since the page was asked for).

window.fogTravel = {};

(() => {
  const times = window.fogTravel;
  let first = null; // the position at which the stage was seen first

  const seen = {
    // Either what the server's page brings along, once it has been painted, or the stage.
    moves: () => {
      const image = document.querySelector("#fog-early img");
      const early = performance.getEntriesByName("first-contentful-paint").length > 0
        && image?.getAnimations().some((animation) => animation.playState === "running");
      const stage = window.throughTheFog?.get("reverse");
      if (stage?.scene) first ??= stage.index;
      return early || (stage?.painted >= 2 && stage.index !== first);
    },
    heading: () => document.querySelector("h1") !== null,
    usable: () => window.throughTheFog?.get("reverse")?.painted > 0
      && document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning",
  };

  // Not in each frame: to look costs time that the page needs.
  const look = () => {
    for (const [name, isThere] of Object.entries(seen)) {
      if (!(name in times) && isThere()) times[name] = performance.now();
    }
    if (Object.keys(times).length < Object.keys(seen).length) setTimeout(look, 50);
  };
  look();
})();
