// A small assembler for WebAssembly: as much of the format (W3C, "WebAssembly Core Specification 2.0",
// section 5) as kernels.js needs. Code is nested lists of bytes, one function of this file an
// instruction, in the order in which the machine meets them.

export const I32 = 0x7f, V128 = 0x7b;

// A whole number of any size, seven bits a byte (section 5.2.2); with a sign, or without.
function unsigned(value) { return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]; }
function signed(value) { return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]; }

const simd = (code) => [0xfd, unsigned(code)];
const at = (offset) => [2, unsigned(offset)]; // alignment to 4 bytes, which is only a hint
const list = (items) => [unsigned(items.length), items];
const sized = (bytes) => { const flat = bytes.flat(Infinity); return [unsigned(flat.length), flat]; };
const section = (id, content) => [id, sized([content])];
const name = (text) => list([...text].map((letter) => letter.charCodeAt(0)));

export const get = (local) => [0x20, unsigned(local)];
export const set = (local, ...value) => [value, 0x21, unsigned(local)];

export const whole = (value) => [0x41, signed(value)];
export const plus = (a, b) => [a, b, 0x6a];
export const times = (a, b) => [a, b, 0x6c];

export const load = (address, offset = 0) => [address, simd(0), at(offset)];
export const loadOne = (address, offset = 0) => [address, simd(9), at(offset)]; // in all four lanes
export const store = (address, offset, value) => [address, value, simd(11), at(offset)];

export const four = {
  // The same float in all four lanes.
  of: (value) => { const one = [...new Uint8Array(Float32Array.of(value).buffer)]; return [simd(12), one, one, one, one]; },
  add: (a, b) => [a, b, simd(228)],
  // a b + c, rounded once (the "relaxed" instructions of WebAssembly 3.0), where `fused`; else twice.
  multiplyAdd: (a, b, c, fused) => (fused ? [a, b, c, simd(0x105)] : [c, a, b, simd(230), simd(228)]),
  subtract: (a, b) => [a, b, simd(229)],
  multiply: (a, b) => [a, b, simd(230)],
  divide: (a, b) => [a, b, simd(231)],
  // The second, where it is less or more; the first may be no number, and stays that.
  least: (a, b) => [a, b, simd(234)],
  most: (a, b) => [a, b, simd(235)],
  minus: (a) => [a, simd(225)],
  addWhole: (a, b) => [a, b, simd(174)],
  shiftLeft: (a, bits) => [a, whole(bits), simd(171)],
  wholes: (value) => { const one = [...new Uint8Array(Int32Array.of(value).buffer)]; return [simd(12), one, one, one, one]; },
};

// Goes round, at least once, while a local that grows by `step` is below another.
export const until = (local, limit, step, ...body) =>
  [0x03, 0x40, body, set(local, plus(get(local), step)), get(local), get(limit), 0x49, 0x0d, 0, 0x0b];

/**
 * A module of functions over a memory that it is given ("env", "memory").
 *
 * @param {Record<string, {takes: number[], locals?: number[], code: any[]}>} functions none of them
 *   returns anything
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function assembled(functions) {
  const all = Object.entries(functions);
  return Uint8Array.from([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list(all.map(([, { takes }]) => [0x60, list(takes), 0]))),
    section(2, list([[name("env"), name("memory"), 2, 0, 1]])),
    section(3, list(all.map((_, i) => [i]))),
    section(7, list(all.map(([called], i) => [name(called), 0, i]))),
    section(10, list(all.map(([, { locals = [], code }]) => sized([list(locals.map((kind) => [1, kind])), code, 0x0b])))),
  ].flat(Infinity));
}
