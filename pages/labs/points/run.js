// A training as it arrives, from the worker of this tab or from the server: the head and the snapshots
// of diffusion_core/labs/points/plan.py.

import { Incoming, stream } from "../../shared/stream.js";
import { Unfit } from "./tab/trainer.js";

const ARRAYS = { float32: Float32Array, int16: Int16Array, int8: Int8Array };

export class Training {
  /**
   * @param {string} address where the server does it
   * @param {import("./tab/trainer.js").Trainer} [trainer] does it here
   * @param {import("./tab/learning.js").Plan} [plan]
   */
  constructor(address, trainer, plan) {
    this.address = address;
    this.trainer = trainer;
    this.plan = plan;
    this.live = false;
    this.problem = null;
    this.forget();
  }

  // As before anything had arrived.
  forget() {
    this.snapshots = []; // {step, loss, on, reached, copied, levels, paths, field}
    this.ideal = null; // the same of the ideal denoiser, which comes first
    this.head = null;
    this.data = null; // the training points that are shown
    this.incoming = new Incoming();
    this.before = 0; // how many are in line before it
  }

  get done() { return this.head !== null && this.snapshots.length >= this.head.frames; }
  get last() { return this.snapshots.at(-1) ?? null; }

  // More bytes, however they were cut.
  take(bytes) {
    const { incoming } = this;
    incoming.add(bytes);
    while (!this.head) {
      const line = incoming.line();
      if (!line) return;
      if (line.frames === undefined) { Object.assign(this, line); continue; } // a note: before, kept
      this.head = line;
      this.before = 0;
      this.size = line.layout.reduce((sum, [, type, count]) => sum + count * ARRAYS[type].BYTES_PER_ELEMENT, 0);
    }
    if (!this.data) {
      const points = incoming.bytes(this.head.data * 4);
      if (!points) return;
      this.data = this.scaled(new Int16Array(points.buffer));
    }
    for (let bytesOfOne; (bytesOfOne = incoming.bytes(this.size));) {
      const snapshot = this.read(bytesOfOne);
      if (this.ideal) this.snapshots.push(snapshot);
      else this.ideal = snapshot;
    }
  }

  read(bytes) {
    const found = {};
    let offset = 0;
    for (const [name, type, count] of this.head.layout) {
      const size = count * ARRAYS[type].BYTES_PER_ELEMENT;
      found[name] = new ARRAYS[type](bytes.slice(offset, offset + size).buffer);
      offset += size;
    }
    this.head.numbers.forEach((name, i) => { found[name] = found.numbers[i]; });
    return found;
  }

  scaled(whole) { return Float32Array.from(whole, (value) => (value * this.head.plane) / 32767); }

  async begin(report) {
    this.live = true;
    this.hangUp = new AbortController();
    const take = (bytes) => { this.take(bytes); report(); };
    try {
      await this.trainer.run(this.plan, take, this.hangUp.signal).catch((error) => {
        if (!(error instanceof Unfit)) throw error;
        this.forget(); // and begin again
        return stream(this.address, take, "press Train again", { method: "POST", signal: this.hangUp.signal });
      });
      if (!this.done) throw new Error(this.incoming.lastWords ?? "The training broke off: press Train to start it again.");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error.message;
    } finally {
      this.live = false;
    }
    report();
  }

  // Where it is done, and why not here.
  get where() { return this.trainer.unfit ? ` on the server, since ${this.trainer.unfit}` : " on this device"; }

  stop() { this.hangUp?.abort(); }

  // Where a time is among the recorded ones: the index before it and the part of the way to the next.
  placeOf(t) {
    const { times } = this.head;
    let k = 0;
    while (k < times.length - 2 && times[k + 1] >= t) k += 1;
    return [k, Math.min(1, Math.max(0, (times[k] - t) / (times[k] - times[k + 1])))];
  }

  // Likewise among the times of the field, which rise.
  levelOf(t) {
    const { times } = this.head.field;
    let k = 0;
    while (k < times.length - 2 && times[k + 1] <= t) k += 1;
    return [k, Math.min(1, Math.max(0, (t - times[k]) / (times[k + 1] - times[k])))];
  }
}
