// Answers of the server, as they arrive. What goes wrong becomes an error whose message is one
// sentence for the reader; hanging up oneself is an AbortError, as the browser has it.

export function unreachable(remedy) {
  return `The server cannot be reached: check the connection and ${remedy}.`;
}

// fetch, but for errors. remedy: what the reader may do, as "press Play again".
export async function ask(address, remedy, options = {}) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    throw plainly(error, remedy);
  }
  if (!answer.ok) throw new Error(await answer.text().catch(() => "") || unreachable(remedy));
  return answer;
}

// What an answer held once it is whole: `as` is "bytes", "json" or "blob".
export async function askFor(address, as, remedy, options = {}) {
  const answer = await ask(address, remedy, options);
  try {
    if (as === "bytes") return new Uint8Array(await answer.arrayBuffer());
    return await answer[as]();
  } catch (error) {
    throw plainly(error, remedy);
  }
}

// Calls `take` with each piece of the answer, as it comes. Resolves when all has come.
export async function stream(address, take, remedy, options = {}) {
  const answer = await ask(address, remedy, options);
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => { throw plainly(error, remedy); });
    if (done) return;
    take(value);
  }
}

// A browser says "Failed to fetch", or something else about networks; a parser speaks of tokens.
function plainly(error, remedy) {
  if (error.name === "AbortError") return error;
  return new Error(unreachable(remedy), { cause: error });
}

// Pieces as they come, however they were cut, and what was asked for as it is whole: a line of JSON,
// or so many bytes. null is "not yet".
export class Incoming {
  constructor() {
    this.waiting = new Uint8Array(0);
  }

  add(piece) {
    const all = new Uint8Array(this.waiting.length + piece.length);
    all.set(this.waiting);
    all.set(piece, this.waiting.length);
    this.waiting = all;
  }

  line() {
    const end = this.waiting.indexOf(10);
    return end < 0 ? null : JSON.parse(new TextDecoder().decode(this.bytes(end + 1)));
  }

  bytes(count) {
    if (this.waiting.length < count) return null;
    const taken = this.waiting.slice(0, count);
    this.waiting = this.waiting.subarray(count);
    return taken;
  }

  // Why it broke off, if that was said: a line of JSON where something else was to come.
  get lastWords() {
    try {
      return JSON.parse(new TextDecoder().decode(this.waiting)).problem ?? null;
    } catch {
      return null;
    }
  }
}
