// The learner's record: an append-only log of attempts in this browser's storage, and nowhere else.
// Python gives the events of this visit again and again; those with a new id are added. Python is
// sent the log when it knows fewer events than there are. Everything else is derived from the log.

const KEY = "throughTheFog.log";

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const book = (root.book ??= new Book(data.empty));
  book.append(data.events);
  const tell = () => {
    const count = book.log.events.length;
    if (count === data.known || count === root.told) return; // told once, even if it was refused
    root.told = count;
    setStateValue("log", JSON.stringify(book.log));
  };
  tell();
  // Another tab wrote to it.
  root.onstorage && window.removeEventListener("storage", root.onstorage);
  root.onstorage = (event) => {
    if (event.key !== KEY && event.key !== null) return;
    book.read();
    tell();
  };
  window.addEventListener("storage", root.onstorage);
  draw(root, book, data, { setStateValue, setTriggerValue });
  return () => window.removeEventListener("storage", root.onstorage);
}

class Book {
  constructor(empty) {
    this.empty = JSON.parse(empty);
    this.problem = null;
    this.damaged = null;
    this.read();
  }

  read() {
    let text = null;
    try {
      text = localStorage.getItem(KEY);
    } catch {
      this.problem = "This browser does not let the app keep your record.";
    }
    const held = window.throughTheFogLog; // what could not be stored in this tab
    this.log = held ?? structuredClone(this.empty);
    if (text === null) return;
    try {
      const log = JSON.parse(text);
      if (log.format !== this.empty.format || !Array.isArray(log.events)) throw new Error();
      if (!held) this.log = log;
      else this.join(log.events);
    } catch {
      this.setAside(text);
    }
  }

  // A record that cannot be read is kept beside, so that nothing is lost, and a new one is begun.
  setAside(text) {
    this.damaged = text;
    this.problem = "Your record in this browser was damaged, so a new one was begun. The old one is kept.";
    try {
      localStorage.setItem(`${KEY}.damaged`, text);
      localStorage.removeItem(KEY);
    } catch {
      // It stays where it is, and can still be exported.
    }
  }

  join(events) {
    const known = new Set(this.log.events.map(([id]) => id)); // rows, beginning with the id
    const fresh = events.filter(([id]) => !known.has(id));
    this.log.events.push(...fresh);
    return fresh.length;
  }

  append(events) {
    if (!events?.length) return;
    this.read(); // another tab may have written meanwhile
    if (!this.join(events)) return;
    this.write();
  }

  write() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.log));
      window.throughTheFogLog = undefined;
    } catch {
      window.throughTheFogLog = this.log;
      this.problem = "This browser's storage is full or blocked: your record lasts until you close this tab. Export it to keep it.";
    }
  }

  erase() {
    this.log = structuredClone(this.empty);
    window.throughTheFogLog = undefined;
    try {
      localStorage.removeItem(KEY);
      localStorage.removeItem(`${KEY}.damaged`);
    } catch {
      // Then there is nothing there.
    }
    this.problem = this.damaged = null;
  }
}

function draw(root, book, data, { setStateValue, setTriggerValue }) {
  const parts = [];
  if (book.problem) {
    const note = document.createElement("p");
    note.className = "problem";
    note.setAttribute("role", "status");
    note.textContent = book.problem;
    parts.push(note);
  }
  if (data.panel || book.problem) {
    const row = document.createElement("div");
    row.className = "row";
    row.append(button("Export my record", () => save(JSON.stringify(book.log), "through-the-fog-record.json")));
    if (book.damaged) row.append(button("Export the damaged one", () => save(book.damaged, "through-the-fog-damaged.txt")));
    if (data.panel) row.append(eraser(root, book, data, { setStateValue, setTriggerValue }));
    parts.push(row);
  }
  root.replaceChildren(...parts);
}

function eraser(root, book, data, ways) {
  const first = button("Erase my record", () => {
    const sure = button("Yes, erase it for good", () => {
      book.erase();
      ways.setTriggerValue("erased", true);
      draw(root, book, data, ways);
    });
    sure.classList.add("danger");
    const no = button("Keep it", () => draw(root, book, data, ways));
    first.replaceWith(sure, no);
    no.focus();
  });
  return first;
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.onclick = act;
  return made;
}

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
