// The learner's record: an append-only log of attempts in this browser's storage, and nowhere else.
// Python gives the events that the browser may not have yet, again and again; those with a new id
// are added. Python is sent the log when it does not know all of it, or gives more than it need.
// Everything else is derived from the log. What is half answered goes the same way (drafts.js); a
// session that is new, after a restart or a reload, is sent it once.

import { button, download, make } from "../../shared/dom.js";
import { Book, KEY } from "./book.js";
import { allDrafts, eraseDrafts, keepDrafts } from "./drafts.js";

const MANY = 50; // so many events at once were imported, and need not be given again
const SHORT = "This browser forgets what a site has kept after seven days without a visit. Before a longer break, export your record; you can import it here again.";
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const book = (root.book ??= new Book(data.empty));
  root.data = data;
  root.send = setTriggerValue;
  if (data.refused > (root.refused ?? 0)) {
    root.refused = data.refused;
    book.refuse();
  }
  if (!data.known) book.gone.clear();
  // A session that is new may have been told by the page what is chosen, but no more than that: it
  // is sent what was there before its own word is put away.
  if (data.wants && data.wants !== root.wanted) root.drafts = allDrafts();
  keepDrafts(data.drafts);
  if (book.missing && data.known > data.events.length) erase(root, book); // in another tab
  else {
    book.append(data.events);
    tell(root, book);
  }
  // Another tab wrote to it. Of two that wrote at once, the first one adds its events again.
  root.onstorage && window.removeEventListener("storage", root.onstorage);
  root.onstorage = (event) => {
    if (event.key !== KEY && event.key !== null) return;
    if (event.newValue === null) erase(root, book);
    else {
      book.read();
      book.append(root.data.events);
      tell(root, book);
    }
    draw(root, book);
  };
  window.addEventListener("storage", root.onstorage);
  draw(root, book);
  return () => window.removeEventListener("storage", root.onstorage);
}

function tell(root, book) {
  const count = book.log.events.length, { known, events, wants } = root.data;
  const state = `${count} ${known} ${events.length}`, told = {};
  if (count === known && events.length < MANY) root.told = null;
  else if (state !== root.told) {
    root.told = state; // once, even if it is refused
    told.log = JSON.stringify(book.log);
  }
  if (wants && wants !== root.wanted) {
    root.wanted = wants;
    if (Object.keys(root.drafts).length) told.drafts = JSON.stringify(root.drafts);
  }
  if (told.log || told.drafts) root.send("told", told); // in one: each costs a run of the page
}

function erase(root, book) {
  book.erase(root.data.events);
  eraseDrafts();
  root.send("erased", true);
}

// Browsers made of Apple's WebKit clear storage away after seven days, but not that of an app on
// the home screen or in the dock.
function forgets() {
  const app = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  return !app && (navigator.vendor ?? "").startsWith("Apple");
}

function draw(root, book) {
  const { panel } = root.data;
  const short = panel && forgets() && book.log.events.length > 0;
  const now = `${panel} ${book.problem} ${Boolean(book.damaged)} ${short}`;
  if (root.drawn === now) return; // what has the focus stays
  root.drawn = now;
  const parts = [];
  if (book.problem) {
    parts.push(make("p.problem", { role: "status" }, book.problem));
  }
  if (panel || book.problem) {
    const row = make("div.row");
    row.append(button("", "Export my record", () => save(JSON.stringify(book.log), "through-the-fog-record.json")));
    if (book.damaged) row.append(button("", "Export the damaged one", () => save(book.damaged, "through-the-fog-damaged.txt")));
    if (panel) row.append(eraser(root, book));
    parts.push(row);
  }
  if (short) parts.push(make("p.short", {}, SHORT));
  root.replaceChildren(...parts);
}

// What erases stands where nothing stood, and the way back where the first button was, as wide: the
// second press of a double click erases nothing, and does not take the question away either.
function eraser(root, book) {
  const first = button("", "Erase my record", () => {
    const sure = button("", "Yes, erase it for good", () => {
      erase(root, book);
      root.drawn = null;
      draw(root, book);
      root.querySelector(".row").lastChild.focus();
    });
    sure.classList.add("danger");
    const no = button("", "Keep it", (event) => {
      if (event.detail > 1) return;
      sure.remove();
      no.replaceWith(first);
      first.focus();
    });
    no.style.minWidth = `${first.offsetWidth}px`;
    first.replaceWith(no, sure);
    no.focus();
  });
  return first;
}

function save(text, name) { download(new Blob([text], { type: "application/json" }), name); }
