// The log of attempts as this browser keeps it: read, added to, set aside where it cannot be read.

export const KEY = "throughTheFog.log";
const DAMAGED = `${KEY}.damaged`;
const ASKED = "throughTheFog.askedToStay";
const SAY = {
  unkept: "This browser's storage is full or blocked, so your record lasts only until you close or reload this tab: export it to keep it.",
  damaged: "Your record in this browser was damaged, so a new one was begun; the damaged one is kept aside and can be exported.",
  newer: "Your record in this browser is from a newer version of this app, so it is left as it is, and what you answer now lasts until you close or reload this tab.",
};


export class Book {
  constructor(empty) {
    /** @type {{format: string, version: number, events: [string, ...unknown[]][]}} */
    this.empty = JSON.parse(empty);
    this.gone = new Set(); // ids that were erased while Python may still give them
    this.read();
  }

  get problem() {
    if (this.newer) return SAY.newer;
    if (this.unkept) return SAY.unkept;
    return this.begun ? SAY.damaged : null;
  }

  // What is stored, and what could not be stored in this tab.
  read() {
    const held = window.throughTheFogLog;
    this.log = structuredClone(this.empty);
    this.damaged = null;
    this.newer = this.stuck = false;
    this.unkept = Boolean(held);
    let text = null;
    try {
      text = localStorage.getItem(KEY);
      this.damaged = localStorage.getItem(DAMAGED);
    } catch {
      this.unkept = true;
    }
    this.missing = text === null && !this.unkept;
    if (text !== null) this.take(text);
    if (held) this.join(held.events);
  }

  take(text) {
    let log = null;
    try {
      log = JSON.parse(text);
    } catch {
      // Then it is damaged.
    }
    const ours = log?.format === this.empty.format && Array.isArray(log.events);
    if (ours && log.version > this.empty.version) this.newer = true;
    else if (ours && log.events.every((row) => typeof row?.[0] === "string")) this.log = log;
    else this.setAside(text);
  }

  // A record that cannot be read is kept beside, so that nothing is lost, and a new one is begun.
  setAside(text) {
    const all = this.damaged ? `${this.damaged}\n${text}` : text;
    this.damaged = all;
    this.begun = true;
    try {
      localStorage.setItem(KEY, JSON.stringify(this.empty)); // there may be no room for it twice
      localStorage.setItem(DAMAGED, all);
    } catch {
      this.unkept = this.stuck = true;
      try {
        localStorage.setItem(KEY, text);
      } catch {
        // It can still be exported.
      }
    }
  }

  // Python could not read it.
  refuse() {
    try {
      const text = localStorage.getItem(KEY);
      if (text !== null) this.setAside(text);
    } catch {
      // Nothing is stored.
    }
    if (!this.stuck) this.read();
    else this.log = structuredClone(this.empty);
  }

  join(events) {
    const known = new Set(this.log.events.map(([id]) => id)); // rows, beginning with the id
    const fresh = events.filter(([id]) => !known.has(id) && !this.gone.has(id));
    this.log.events.push(...fresh);
    return fresh.length;
  }

  append(events) {
    if (!events.length) return;
    this.read(); // another tab may have written meanwhile
    if (this.join(events)) this.write();
  }

  write() {
    try {
      if (this.newer || this.stuck) throw new Error("What is stored must stay.");
      localStorage.setItem(KEY, JSON.stringify(this.log));
      window.throughTheFogLog = undefined;
      this.unkept = this.missing = false;
      askToStay();
    } catch {
      window.throughTheFogLog = this.log;
      this.unkept = true;
    }
  }

  erase(given) {
    for (const [id] of [...this.log.events, ...given]) this.gone.add(id);
    window.throughTheFogLog = undefined;
    try {
      localStorage.removeItem(KEY);
      localStorage.removeItem(DAMAGED);
    } catch {
      // Then there is nothing there.
    }
    this.begun = false;
    this.read();
  }
}

// Now there is something to keep: ask the browser not to clear it away when room is short. Once,
// since some browsers ask the reader; and whatever the answer is, nothing else depends on it.
function askToStay() {
  try {
    if (!navigator.storage?.persist || localStorage.getItem(ASKED)) return;
    localStorage.setItem(ASKED, "yes");
    navigator.storage.persist().catch(() => {});
  } catch {
    // Then not.
  }
}
