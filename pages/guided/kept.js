// What the reader made and said in the lesson: kept in this browser, so that it goes on where it was
// left, and in the address, so that it does so on another device, too.

import { fromBase64, toBase64 } from "../shared/base64.js";
import { PIXELS } from "../stage/pixels.js";

const KEY = "throughTheFog.start";

export class Kept {
  /** @param {string[]} screens */
  constructor(screens) {
    this.screens = screens;
    this.forget();
    this.recall();
    this.heed();
  }

  forget() {
    this.at = this.screens[0];
    /** @type {Uint8Array | null} the reader's digit, 784 greys */
    this.mine = null;
    /** @type {Record<string, number>} what was predicted or answered first, by screen */
    this.said = {};
    /** @type {Record<string, number>} what came true, by screen */
    this.came = {};
    /** @type {Record<string, number>} what was set on a screen besides: a level, a half, a digit */
    this.made = {};
    /** @type {string[]} screens on which the thing was done */
    this.done = [];
    this.seed = Math.floor(Math.random() * 1_000_000);
    /** @type {string | null} the pictures that came out of the fog, 784 greys each */
    this.drawn = null;
  }

  recall() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      if (this.screens.includes(kept.at)) this.at = kept.at;
      if (typeof kept.mine === "string") this.mine = digitOf(kept.mine);
      for (const name of ["said", "came", "made"]) if (kept[name] && typeof kept[name] === "object") this[name] = kept[name];
      if (Array.isArray(kept.done)) this.done = kept.done;
      if (Number.isInteger(kept.seed) && kept.seed >= 0 && kept.seed < 2 ** 31) this.seed = kept.seed;
      if (typeof kept.drawn === "string") this.drawn = kept.drawn;
    } catch {
      // Nothing is kept here, or what is no longer reads: the lesson begins afresh.
    }
  }

  // What the address says goes before what this browser has kept.
  heed() {
    const query = new URLSearchParams(location.search), at = query.get("at"), mine = query.get("mine");
    if (at && this.screens.includes(at)) this.at = at;
    else if (!query.has("mine") && this.at === "end") this.at = this.screens[0]; // somebody begins once more
    const digit = mine && unpack(mine);
    if (digit && pack(digit) !== (this.mine && pack(this.mine))) {
      this.mine = digit;
      this.drawn = null;
    }
    for (const part of (query.get("said") ?? "").split(".")) {
      const found = /^([a-z-]+)([0-3])$/.exec(part);
      if (found && this.screens.includes(found[1])) this.said[found[1]] ??= Number(found[2]);
    }
  }

  // step: whether Back is to come back to before this.
  keep(step = false) {
    try {
      const { at, said, came, made, done, seed, drawn } = this;
      localStorage.setItem(KEY, JSON.stringify({ at, said, came, made, done, seed, drawn, mine: this.mine && toBase64(this.mine) }));
    } catch {
      // Then the address has to do.
    }
    const url = new URL(location.href), said = Object.entries(this.said).map(([name, option]) => name + option).join(".");
    const now = { at: this.at, mine: this.mine ? pack(this.mine) : "", said };
    for (const [name, text] of Object.entries(now)) {
      if (text) url.searchParams.set(name, text);
      else url.searchParams.delete(name);
    }
    if (url.href === location.href) return;
    if (step) history.pushState(history.state, "", url);
    else history.replaceState(history.state, "", url);
  }
}

// Four greys a pixel, 262 letters.
export function pack(cells) {
  const bytes = new Uint8Array(PIXELS / 4);
  cells.forEach((cell, i) => { bytes[i >> 2] |= Math.round(cell / 85) << (6 - 2 * (i & 3)); });
  return toBase64(bytes);
}

export function unpack(word) {
  try {
    const bytes = fromBase64(word);
    if (bytes.length !== PIXELS / 4) return null;
    return Uint8Array.from({ length: PIXELS }, (_, i) => ((bytes[i >> 2] >> (6 - 2 * (i & 3))) & 3) * 85);
  } catch {
    return null; // no address of ours
  }
}

function digitOf(word) {
  const digit = fromBase64(word);
  return digit.length === PIXELS ? digit : null;
}
