import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Book, KEY } from "../../pages/quiz/record/book.js";
import { allDrafts, eraseDrafts, keepDrafts } from "../../pages/quiz/record/drafts.js";

const EMPTY = JSON.stringify({ format: "through-the-fog-log", version: 3, events: [] });
const event = (id) => [id, 1, "q", 0, true];
const ids = (book) => book.log.events.map(([id]) => id);
const stored = () => JSON.parse(localStorage.getItem(KEY)).events.map(([id]) => id);

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  window.throughTheFogLog = window.throughTheFogDrafts = undefined;
});

test("events are added once, whatever Python repeats", () => {
  const book = new Book(EMPTY);
  book.append([event("a"), event("b")]);
  book.append([event("b"), event("c")]);
  assert.deepEqual(ids(book), ["a", "b", "c"]);
  assert.deepEqual(stored(), ["a", "b", "c"]);
  assert.equal(book.problem, null);
});

test("two tabs write into one log, and neither loses what the other wrote", () => {
  const one = new Book(EMPTY), two = new Book(EMPTY);
  one.append([event("a")]);
  two.append([event("b")]);
  one.append([event("c")]);
  assert.deepEqual(stored(), ["a", "b", "c"]);
});

test("a damaged log is set aside and nothing of it is lost", () => {
  localStorage.setItem(KEY, "{broken");
  const book = new Book(EMPTY);
  book.append([event("a")]);
  assert.match(book.problem, /was damaged/);
  assert.deepEqual(stored(), ["a"]);
  assert.equal(new Book(EMPTY).damaged, "{broken");
  localStorage.setItem(KEY, "[]");
  assert.equal(new Book(EMPTY).damaged, "{broken\n[]");
});

test("a log of a newer version is left as it is", () => {
  const newer = JSON.stringify({ format: "through-the-fog-log", version: 4, events: [["z", "what only it knows"]] });
  localStorage.setItem(KEY, newer);
  const book = new Book(EMPTY);
  book.append([event("a")]);
  assert.match(book.problem, /newer version/);
  assert.equal(localStorage.getItem(KEY), newer);
  assert.deepEqual(ids(book), ["a"]);
});

test("where nothing can be stored, the log lasts as long as the tab", () => {
  localStorage.refuses = true;
  const book = new Book(EMPTY);
  book.append([event("a")]);
  assert.match(book.problem, /full or blocked/);
  assert.deepEqual(ids(new Book(EMPTY)), ["a"]); // another page of the same tab
});

test("what was erased does not come back from Python", () => {
  const book = new Book(EMPTY);
  book.append([event("a")]);
  book.erase([event("b")]);
  book.append([event("a"), event("b"), event("c")]);
  assert.deepEqual(ids(book), ["c"]);
});

test("a log that Python cannot read is set aside", () => {
  const book = new Book(EMPTY);
  book.append([event("a")]);
  book.refuse();
  assert.deepEqual(ids(book), []);
  assert.match(new Book(EMPTY).damaged, /"a"/);
});

test("drafts of a test belong to the browser, others to the tab", () => {
  keepDrafts({ "test-7": [1, 2], "beside-forward": 3 });
  assert.deepEqual(Object.keys(JSON.parse(localStorage.getItem("throughTheFog.drafts"))), ["test-7"]);
  assert.deepEqual(Object.keys(JSON.parse(sessionStorage.getItem("throughTheFog.drafts"))), ["beside-forward"]);
  keepDrafts({ "test-7": null });
  assert.deepEqual(allDrafts(), { "beside-forward": 3 });
});

test("the oldest drafts go first", () => {
  for (let i = 0; i < 65; i++) keepDrafts({ [`place-${i}`]: i });
  const kept = Object.keys(allDrafts());
  assert.equal(kept.length, 60);
  assert.deepEqual([kept[0], kept.at(-1)], ["place-5", "place-64"]);
  keepDrafts({ "place-5": 99 }); // touched again, it is the latest
  assert.equal(Object.keys(allDrafts()).at(-1), "place-5");
});

test("drafts last as long as the page where nothing can be stored", () => {
  localStorage.refuses = sessionStorage.refuses = true;
  keepDrafts({ "test-1": 1, other: 2 });
  assert.deepEqual(allDrafts(), { "test-1": 1, other: 2 });
  eraseDrafts();
  assert.deepEqual(allDrafts(), {});
});

test("what somebody else stored there is no draft", () => {
  for (const text of ["[1]", "3", "null", "{"]) {
    localStorage.setItem("throughTheFog.drafts", text);
    assert.deepEqual(allDrafts(), {});
  }
});
