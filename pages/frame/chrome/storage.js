// What the reader has done so far, kept in this browser alone: {slug: "begun" | "done"}. Where
// storage is forbidden, it lasts as long as the page.

const KEY = "throughTheFog.progress";
export const CHANGED = "throughTheFog:progress";

export function readProgress() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return window.throughTheFogProgress ?? {};
  }
}

export function writeProgress(slug, state) {
  const all = readProgress();
  if (all[slug] === state) return;
  all[slug] = state;
  window.throughTheFogProgress = all;
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Private windows may refuse; then it lasts until the tab is closed.
  }
  window.dispatchEvent(new Event(CHANGED));
}
