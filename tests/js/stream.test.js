import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, askFor, Incoming, stream } from "../../pages/shared/stream.js";

const text = (words) => new TextEncoder().encode(words);
const whole = text('{"before": 2}\n{"frames": 2, "said": "ÄΩ"}\nABCDEFGH');

// What is read of pieces that come one after another.
function readOf(pieces) {
  const incoming = new Incoming(), found = [];
  let head = false;
  for (const piece of pieces) {
    incoming.add(piece);
    for (;;) {
      const next = head ? incoming.bytes(4) : incoming.line();
      if (!next) break;
      head ||= Boolean(next.frames);
      found.push(next);
    }
  }
  return found;
}

test("a stream says the same wherever it is cut", () => {
  const expected = [{ before: 2 }, { frames: 2, said: "ÄΩ" }, text("ABCD"), text("EFGH")];
  assert.deepEqual(readOf([whole]), expected);
  for (let cut = 0; cut <= whole.length; cut++) {
    assert.deepEqual(readOf([whole.subarray(0, cut), whole.subarray(cut)]), expected, `cut at ${cut}`);
  }
  assert.deepEqual(readOf([...whole].map((byte) => Uint8Array.of(byte))), expected);
});

test("what has not come yet is null, and nothing is lost by asking", () => {
  const incoming = new Incoming();
  incoming.add(text("ab"));
  assert.equal(incoming.bytes(3), null);
  assert.equal(incoming.line(), null);
  incoming.add(text("c"));
  assert.deepEqual(incoming.bytes(3), text("abc"));
});

test("bytes that were given away do not change with what comes later", () => {
  const incoming = new Incoming(), piece = text("abcd");
  incoming.add(piece);
  const taken = incoming.bytes(2);
  piece.fill(0);
  incoming.add(text("efgh"));
  assert.deepEqual(taken, text("ab"));
});

test("why a stream broke off is its last line", () => {
  const incoming = new Incoming();
  incoming.add(text('{"problem": "Try again."}'));
  assert.equal(incoming.lastWords, "Try again.");
  const other = new Incoming();
  other.add(text("AB"));
  assert.equal(other.lastWords, null);
});

function served(answer) {
  globalThis.fetch = async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
}
const UNREACHABLE = "The server cannot be reached: check the connection and press Play.";

test("a server that cannot be reached is one sentence that says what to do", async () => {
  served(new TypeError("Failed to fetch"));
  await assert.rejects(ask("api/x", "press Play"), { message: UNREACHABLE });
  await assert.rejects(askFor("api/x", "json", "press Play"), { message: UNREACHABLE });
  await assert.rejects(stream("api/x", () => {}, "press Play"), { message: UNREACHABLE });
});

test("a connection that breaks in the middle is the same sentence", async () => {
  const body = new ReadableStream({
    pull(controller) {
      if (this.begun) controller.error(new TypeError("network error"));
      else { this.begun = true; controller.enqueue(text("ab")); }
    },
  });
  served(new Response(body));
  const pieces = [];
  await assert.rejects(stream("api/x", (piece) => pieces.push(piece), "press Play"), { message: UNREACHABLE });
  assert.deepEqual(pieces, [text("ab")]);
});

test("what is not JSON is no token for the reader", async () => {
  served(new Response("<html>"));
  await assert.rejects(askFor("api/x", "json", "press Play"), { message: UNREACHABLE });
});

test("what the server says against it is passed on", async () => {
  served(new Response("Choose a digit from 0 to 9.", { status: 422 }));
  await assert.rejects(ask("api/x", "press Play"), { message: "Choose a digit from 0 to 9." });
  served(new Response("", { status: 502 }));
  await assert.rejects(ask("api/x", "press Play"), { message: UNREACHABLE });
});

test("hanging up is no fault", async () => {
  served(Object.assign(new Error("aborted"), { name: "AbortError" }));
  await assert.rejects(ask("api/x", "press Play"), { name: "AbortError" });
});

test("all of an answer arrives, in its order", async () => {
  served(new Response(whole));
  const pieces = [];
  await stream("api/x", (piece) => pieces.push(...piece), "press Play");
  assert.deepEqual(Uint8Array.from(pieces), whole);
});
