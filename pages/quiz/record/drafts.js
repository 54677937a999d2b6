// Answers that are not finished yet, by the place where they are asked: {place: what was chosen}.
// A test has a number, by which any tab of this browser finds it again; everything else belongs to
// the tab in which it was begun. Where nothing can be stored, they last as long as the page.

const DRAFTS = "throughTheFog.drafts";
const MOST = 60;
/** @type {("localStorage" | "sessionStorage")[]} */
const SHELVES = ["localStorage", "sessionStorage"];
const shelfOf = (place) => SHELVES[place.startsWith("test-") ? 0 : 1];

/** @param {"localStorage" | "sessionStorage"} shelf */
function draftsOn(shelf) {
  const held = window.throughTheFogDrafts?.[shelf];
  if (held) return { ...held };
  try {
    const kept = JSON.parse(window[shelf].getItem(DRAFTS) ?? "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

// Put away what Python tells; null takes away. The latest come last, and the oldest have to go.
export function keepDrafts(told) {
  for (const shelf of SHELVES) {
    const kept = draftsOn(shelf), before = JSON.stringify(kept);
    for (const [place, draft] of Object.entries(told)) {
      if (shelfOf(place) !== shelf || JSON.stringify(kept[place]) === JSON.stringify(draft)) continue;
      delete kept[place];
      if (draft !== null) kept[place] = draft;
    }
    if (JSON.stringify(kept) === before) continue;
    const latest = Object.fromEntries(Object.entries(kept).slice(-MOST));
    try {
      window[shelf].setItem(DRAFTS, JSON.stringify(latest));
    } catch {
      (window.throughTheFogDrafts ??= {})[shelf] = latest;
    }
  }
}

export function allDrafts() {
  return Object.assign({}, ...SHELVES.map(draftsOn));
}

export function eraseDrafts() {
  window.throughTheFogDrafts = undefined;
  for (const shelf of SHELVES) {
    try {
      window[shelf].removeItem(DRAFTS);
    } catch {
      // Then there is nothing there.
    }
  }
}
