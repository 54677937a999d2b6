// As much of a browser as the modules need that draw nothing. Import it before them.

globalThis.window = globalThis;

class Shelf {
  constructor() { this.clear(); }

  clear() {
    this.kept = new Map();
    this.refuses = false; // whether it is blocked, as in some private windows
  }

  getItem(name) { this.allow(); return this.kept.get(name) ?? null; }
  setItem(name, value) { this.allow(); this.kept.set(name, String(value)); }
  removeItem(name) { this.allow(); this.kept.delete(name); }
  allow() { if (this.refuses) throw new Error("SecurityError"); }
}

for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(globalThis, name, { value: new Shelf(), configurable: true });
}

globalThis.ShadowRoot = class {};

// A key press whose focus is on an element that matches the given selectors.
export function press(key, { focus = "", shadow = false, ...others } = {}) {
  const element = {
    tagName: focus.toUpperCase(),
    closest: (selectors) => (selectors.split(", ").includes(focus) ? element : null),
    getRootNode: () => (shadow ? new globalThis.ShadowRoot() : {}),
  };
  return { key, defaultPrevented: false, ctrlKey: false, metaKey: false, altKey: false, composedPath: () => [element], ...others };
}
