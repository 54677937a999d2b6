// Shortcuts of one letter or digit can be turned off, for whoever speaks to the computer or hits a
// key by accident. The choice is kept in this browser; where it keeps nothing, as long as the tab.

const LETTERS = "throughTheFog.letters";
export const LETTERS_CHANGED = "throughTheFog:letters";

export function lettersWork() {
  if (window.throughTheFogLetters) return window.throughTheFogLetters !== "off";
  try {
    return localStorage.getItem(LETTERS) !== "off";
  } catch {
    return true;
  }
}

export function letLettersWork(work) {
  const word = work ? "on" : "off";
  try {
    localStorage.setItem(LETTERS, word);
    window.throughTheFogLetters = undefined;
  } catch {
    window.throughTheFogLetters = word;
  }
  window.dispatchEvent(new Event(LETTERS_CHANGED));
}
