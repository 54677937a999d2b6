// Trainings in this tab, as the page sees them: one worker, which is opened before it is needed, works
// on one training, and is ended with it if that is stopped. Where it cannot work, `unfit` says why.

import { reasonAgainst } from "../../../engine/able.js";

const LONGEST_START = 20_000; // ms, until it is given up

// The worker could not do it, and the server may.
export class Unfit extends Error {}

export class Trainer {
  /** @param {string | null} wish "server", or nothing */
  constructor(wish) {
    /** @type {string | null} */
    this.unfit = reasonAgainst(wish);
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Promise<Worker | null> | null} */
    this.opening = null;
  }

  // Resolves to a worker that is ready; to null where there can be none.
  open() {
    this.opening ??= this.unfit ? Promise.resolve(null) : this.begin();
    return this.opening;
  }

  /** @returns {Promise<Worker | null>} */
  begin() {
    return new Promise((opened) => {
      const late = setTimeout(() => failed("the worker in this tab took too long to load"), LONGEST_START);
      const failed = (reason) => { clearTimeout(late); this.giveUp(reason); opened(null); };
      try {
        this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      } catch {
        failed("no worker could be started in this tab");
        return;
      }
      const { worker } = this;
      worker.onerror = () => failed("no worker could be started in this tab");
      worker.onmessage = ({ data }) => {
        if (data.kind !== "ready") { failed(data.reason); return; }
        clearTimeout(late);
        opened(worker);
      };
    });
  }

  /**
   * Carries out a plan, and calls `take` with each piece of what is told of it. Rejects with Unfit
   * where that is not possible here, with an AbortError when stopped, and with an Error whose message is
   * for the reader.
   *
   * @param {import("./learning.js").Plan} plan
   * @param {(bytes: Uint8Array) => void} take
   * @param {AbortSignal} signal
   */
  async run(plan, take, signal) {
    const worker = await this.open();
    signal.throwIfAborted();
    if (!worker) throw new Unfit(this.unfit);
    await new Promise((/** @type {(nothing?: undefined) => void} */ resolve, reject) => {
      const stop = () => { this.close(); reject(signal.reason); };
      const over = (then) => { signal.removeEventListener("abort", stop); then(); }; // it may train again
      const failed = (reason) => over(() => { this.giveUp(reason); reject(new Unfit(reason)); });
      signal.addEventListener("abort", stop);
      worker.onerror = (event) => failed(event.message || "the worker in this tab failed");
      worker.onmessage = ({ data }) => {
        if (data.kind === "bytes") take(data.bytes);
        else if (data.kind === "done") over(resolve);
        else if (data.kind === "told") over(() => reject(new Error(data.said)));
        else failed(data.reason);
      };
      worker.postMessage(plan);
    });
  }

  giveUp(reason) {
    this.close();
    this.unfit = reason;
  }

  // Ends the worker, and whatever it is doing.
  close() {
    this.worker?.terminate();
    this.worker = null;
    this.opening = null;
  }
}
