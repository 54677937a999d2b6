// Memory, and the kernels that work in it: matrices are Float32Arrays that lie there.

import { MODULE } from "./kernels.js";

const PAGES = 256; // 16 MB, enough for the widest network; a page that is not used costs nothing

export class Machine {
  // Resolves to one whose kernels are compiled.
  static async ready() {
    const memory = new WebAssembly.Memory({ initial: PAGES });
    const { instance } = await WebAssembly.instantiate(MODULE, { env: { memory } });
    return new Machine(memory, instance.exports);
  }

  /** @param {WebAssembly.Memory} memory @param {any} kernels */
  constructor(memory, kernels) {
    this.memory = memory;
    this.kernels = kernels;
    this.clear();
  }

  // Forget everything that was taken.
  clear() {
    new Uint8Array(this.memory.buffer).fill(0);
    this.top = 0;
    this.nothing = this.take(512);
    this.one = this.take(4).fill(1);
  }

  // `count` zeros.
  take(count) {
    const taken = new Float32Array(this.memory.buffer, this.top, count);
    this.top += 4 * Math.ceil(count / 4) * 4;
    return taken;
  }

  // c = start + a b, where c is (rows, columns) and a (rows, depth). start: a row for all of them, a
  // matrix like c (`full`), or nothing. across: a is stored as (depth, rows).
  multiply(c, a, b, { rows, columns, depth, start = this.nothing, full = false, across = false }) {
    const [row, step] = across ? [4, 4 * rows] : [4 * depth, 4];
    this.kernels.multiply(c.byteOffset, start.byteOffset, full ? 4 * columns : 0, a.byteOffset, row, step, b.byteOffset, rows, 4 * columns, depth);
  }

  // c = the sums of the columns of a, which is (rows, columns); c has room for four times as many.
  sumColumns(c, a, { rows, columns }) {
    this.kernels.multiply(c.byteOffset, this.nothing.byteOffset, 0, this.one.byteOffset, 0, 0, a.byteOffset, 4, 4 * columns, rows);
  }

  // y = base + SiLU(z), and its slope, of `count` numbers. base: as many numbers, or nothing.
  silu(y, slope, z, count, base = null) {
    const from = base ?? this.nothing;
    this.kernels.silu(y.byteOffset, slope.byteOffset, z.byteOffset, from.byteOffset, base ? 16 : 0, z.byteOffset + 4 * count);
  }

  // y = a b, number by number.
  through(y, a, b, count) { this.kernels.through(y.byteOffset, a.byteOffset, b.byteOffset, a.byteOffset + 4 * count); }
}

// b (columns, rows) = a (rows, columns), turned over.
export function turn(b, a, rows, columns) {
  for (let r = 0; r < rows; r++) for (let k = 0; k < columns; k++) b[k * rows + r] = a[r * columns + k];
}
