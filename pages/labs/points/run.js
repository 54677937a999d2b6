// A training as it arrives: the head and the snapshots of diffusion_core/labs/points/snapshots.py.

const ARRAYS = { float32: Float32Array, int16: Int16Array, int8: Int8Array };

export class Training {
  constructor(address) {
    this.address = address;
    this.snapshots = []; // {step, loss, on, reached, copied, levels, paths, field}
    this.ideal = null; // the same of the ideal denoiser, which comes first
    this.head = null;
    this.data = null; // the training points that are shown
    this.left = new Uint8Array(0);
    this.before = 0; // how many are in line before it
    this.live = false;
    this.problem = null;
  }

  get done() { return this.head !== null && this.snapshots.length >= this.head.frames; }
  get last() { return this.snapshots.at(-1) ?? null; }

  // More bytes, however they were cut.
  take(bytes) {
    let all = new Uint8Array(this.left.length + bytes.length);
    all.set(this.left);
    all.set(bytes, this.left.length);
    while (!this.head) {
      const end = all.indexOf(10);
      if (end < 0) { this.left = all; return; }
      const line = JSON.parse(new TextDecoder().decode(all.subarray(0, end)));
      all = all.slice(end + 1);
      if (line.frames === undefined) { Object.assign(this, line); continue; } // a note: before, kept
      this.head = line;
      this.before = 0;
      this.size = line.layout.reduce((sum, [, type, count]) => sum + count * ARRAYS[type].BYTES_PER_ELEMENT, 0);
    }
    let offset = 0;
    if (!this.data) {
      const size = this.head.data * 4;
      if (all.length < size) { this.left = all; return; }
      this.data = this.scaled(new Int16Array(all.slice(0, size).buffer));
      offset = size;
    }
    for (; all.length - offset >= this.size; offset += this.size) {
      const snapshot = this.read(all, offset);
      if (this.ideal) this.snapshots.push(snapshot);
      else this.ideal = snapshot;
    }
    this.left = all.slice(offset);
  }

  read(all, offset) {
    const found = {};
    for (const [name, type, count] of this.head.layout) {
      const size = count * ARRAYS[type].BYTES_PER_ELEMENT;
      found[name] = new ARRAYS[type](all.slice(offset, offset + size).buffer);
      offset += size;
    }
    this.head.numbers.forEach((name, i) => { found[name] = found.numbers[i]; });
    return found;
  }

  scaled(whole) { return Float32Array.from(whole, (value) => (value * this.head.plane) / 32767); }

  // Why it broke off, if that was said: a line of JSON in place of a snapshot.
  get lastWords() {
    try {
      return JSON.parse(new TextDecoder().decode(this.left)).problem;
    } catch {
      return null;
    }
  }

  async begin(report) {
    this.live = true;
    this.hangUp = new AbortController();
    try {
      const answer = await fetch(this.address, { method: "POST", signal: this.hangUp.signal });
      if (!answer.ok) throw new Error(await answer.text());
      const reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.take(value);
        report();
      }
      if (!this.done) throw new Error(this.lastWords ?? "The training broke off: press Train to start it again.");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error instanceof TypeError
        ? "The server cannot be reached: check the connection and press Train again."
        : error.message;
    } finally {
      this.live = false;
    }
    report();
  }

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
