// What a network's layers spend their time on, four numbers at once: products of matrices, and SiLU.
// Plain JavaScript takes 22 times as long over products, and 5 times over SiLU (docs/measurements.md).
//
// A matrix is float32, row by row; the columns of products are multiples of 8 and their rows of 4.

import { assembled, four, get, I32, load, loadOne, plus, set, store, times, until, V128, whole } from "./assembler.js";

const LARGE = 1.5 * 2 ** 23;

// Locals by name, in the order in which a function takes and keeps them.
function locals(...names) { return Object.fromEntries(names.map((called, i) => [called, i])); }

// c = start + a b: tiles of 4 rows and 8 columns, whose sums stay in the processor. Of a, rows and
// columns lie aRow and aStep bytes apart, so that it may be read across; a row of start follows
// after startRow bytes, and after none if all rows begin alike, as with a bias.
function multiply(fused) {
  const l = locals("c", "start", "startRow", "a", "aRow", "aStep", "b", "rows", "bRow", "depth",
    "m", "n", "k", "cTile", "from", "b0", "b1", "a0", "a1", "a2", "a3", "bAt", "aAt", "startAt",
    ...Array.from({ length: 8 }, (_, i) => `sum${i}`));
  const value = (called) => get(l[called]), keep = (called, ...code) => set(l[called], ...code);
  const move = (called, by) => keep(called, plus(value(called), by));
  const rows = [0, 1, 2, 3];
  const sums = rows.flatMap((r) => [0, 1].map((half) => ({ sum: `sum${2 * r + half}`, a: `a${r}`, b: `b${half}`, r, half })));
  return {
    takes: new Array(10).fill(I32),
    locals: [...new Array(5).fill(I32), V128, V128, ...new Array(7).fill(I32), ...new Array(8).fill(V128)],
    code: [
      keep("aAt", value("a")), keep("startAt", value("start")), keep("cTile", value("c")),
      keep("m", whole(0)),
      until(l.m, l.rows, whole(4),
        keep("n", whole(0)),
        until(l.n, l.bRow, whole(32),
          keep("from", plus(value("startAt"), value("n"))),
          rows.map((r) => [
            keep(`sum${2 * r}`, load(value("from"))), keep(`sum${2 * r + 1}`, load(value("from"), 16)),
            move("from", value("startRow")),
          ]),
          keep("a0", value("aAt")), rows.slice(1).map((r) => keep(`a${r}`, plus(value(`a${r - 1}`), value("aRow")))),
          keep("bAt", plus(value("b"), value("n"))),
          keep("k", whole(0)),
          until(l.k, l.depth, whole(1),
            keep("b0", load(value("bAt"))), keep("b1", load(value("bAt"), 16)),
            sums.map(({ sum, a, b }) => keep(sum, four.multiplyAdd(loadOne(value(a)), value(b), value(sum), fused))),
            rows.map((r) => move(`a${r}`, value("aStep"))),
            move("bAt", value("bRow"))),
          keep("from", plus(value("cTile"), value("n"))),
          rows.map((r) => [
            store(value("from"), 0, value(`sum${2 * r}`)), store(value("from"), 16, value(`sum${2 * r + 1}`)),
            move("from", value("bRow")),
          ])),
        move("aAt", times(value("aRow"), whole(4))), move("startAt", times(value("startRow"), whole(4))),
        move("cTile", times(value("bRow"), whole(4)))),
    ],
  };
}

// Taylor's series of e^r, the last power first; the eighth would be below the last bit.
const SERIES = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];
const LN2 = [0.693359375, -2.1219444e-4]; // in two pieces, the first of few bits: n times it is exact
const HELD = [...new Set([...SERIES, ...LN2, Math.LOG2E, LARGE, 88, -87])];

// e^x into local `result`: 2^n e^r, with r within half a logarithm of 2. held: code for a number.
function exponential(x, n, result, held) {
  const count = four.subtract(get(n), held(LARGE));
  const less = (piece) => set(x, four.subtract(get(x), four.multiply(count, held(piece))));
  return [
    set(x, four.most(four.least(get(x), held(88)), held(-87))),
    // The last bits of so large a number stand for whole ones: to add it rounds, and leaves n in them.
    set(n, four.add(four.multiply(get(x), held(Math.LOG2E)), held(LARGE))),
    LN2.map(less),
    set(result, SERIES.slice(1).reduce((sum, term) => four.add(four.multiply(sum, get(x)), held(term)), held(SERIES[0]))),
    set(result, four.multiply(get(result), four.shiftLeft(four.addWhole(get(n), four.wholes(127)), 23))),
  ];
}

// y = base + z s, where s = 1 / (1 + e^-z); slope = s (1 + z (1 - s)), the derivative, for the way
// back. `end` is where z ends; base may be y, or zeros that do not move (baseStep = 0). Numbers that
// are needed each time are put into locals before: to make them anew is most of the work.
function silu() {
  const l = locals("y", "slope", "z", "base", "baseStep", "end", "x", "n", "s", "at");
  const value = (called) => get(l[called]), keep = (called, ...code) => set(l[called], ...code);
  const move = (called, by) => keep(called, plus(value(called), by));
  const place = (number) => Object.keys(l).length + HELD.indexOf(number), held = (number) => get(place(number));
  return {
    takes: new Array(6).fill(I32),
    locals: new Array(4 + HELD.length).fill(V128),
    code: [
      HELD.map((number) => set(place(number), four.of(number))),
      until(l.z, l.end, whole(16),
        keep("at", load(value("z"))),
        keep("x", four.minus(value("at"))),
        exponential(l.x, l.n, l.s, held),
        keep("s", four.divide(held(1), four.add(held(1), value("s")))),
        keep("x", four.multiply(value("at"), value("s"))),
        store(value("slope"), 0, four.add(value("s"), four.multiply(value("x"), four.subtract(held(1), value("s"))))),
        store(value("y"), 0, four.add(load(value("base")), value("x"))),
        move("y", whole(16)), move("slope", whole(16)), move("base", value("baseStep"))),
    ],
  };
}

// y = a b, number by number.
function through() {
  const l = locals("y", "a", "b", "end");
  return {
    takes: new Array(4).fill(I32),
    code: until(l.a, l.end, whole(16),
      store(get(l.y), 0, four.multiply(load(get(l.a)), load(get(l.b)))),
      set(l.y, plus(get(l.y), whole(16))), set(l.b, plus(get(l.b), whole(16)))),
  };
}

const made = (fused) => assembled({ multiply: multiply(fused), silu: silu(), through: through() });

// A product and its sum in one instruction take four fifths of the time, where the browser has it.
export const MODULE = WebAssembly.validate(made(true)) ? made(true) : made(false);
