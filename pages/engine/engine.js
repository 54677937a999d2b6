// The model in this tab, as the page sees it: one worker for all components. It is loaded once the
// page stands, and drawn with as soon as it is ready; until then, and where it cannot work (`unfit`
// says why), the server draws.

import { reasonAgainst, wished } from "./able.js";

/**
 * @typedef {{address: string, integrity: string}} File
 *
 * @typedef {object} Sources where things lie, as Python tells it (route.py)
 * @property {string} worker
 * @property {File} script
 * @property {File} wasm
 * @property {Record<string, {graph: File, weights: File}>} networks
 */

const LONGEST_START = 60_000; // ms, until it is given up
const LONGEST_WAIT = 2_500; // ms that somebody waits for it who has pressed a button
const SLOWEST_PASS = 150; // ms; the server needs a tenth of that
const CALM = 300; // ms after the first picture, before anything is fetched

export class Engine {
  /** @param {Sources} sources @param {string | null} wish "server", "browser" or nothing */
  constructor(sources, wish = null) {
    this.sources = sources;
    this.wish = wish;
    /** @type {string | null} why the model cannot work in this tab */
    this.unfit = barrier(wish);
    /** @type {Worker | null} */
    this.worker = null;
    this.jobs = new Map(); // id -> what is done with what the worker tells of it
    this.count = 0;
    this.ready = false;
    /** @type {Promise<boolean> | null} */
    this.starting = null;
    /** @type {Promise<boolean> | null} */
    this.warming = null;
  }

  // Resolves to whether the model works here.
  start() {
    this.starting ??= this.unfit ? Promise.resolve(false) : this.open();
    return this.starting;
  }

  // As start, but loads it when there is nothing better to do.
  warm() {
    const idle = window.requestIdleCallback ?? ((then) => setTimeout(then));
    this.warming ??= new Promise((warmed) => {
      setTimeout(() => idle(() => warmed(this.start()), { timeout: 2_000 }), CALM);
    });
    return this.starting ?? this.warming;
  }

  // Whether to compute here, for somebody who waits: yes where it is ready, or is so in a moment.
  async fit() {
    if (this.ready || this.unfit || this.wish === "browser") return this.start();
    let late;
    const over = new Promise((done) => { late = setTimeout(() => done(false), LONGEST_WAIT); });
    const fit = await Promise.race([this.start(), over]);
    clearTimeout(late);
    return fit;
  }

  open() {
    return new Promise((opened) => {
      const late = setTimeout(() => failed("it took too long to load"), LONGEST_START);
      const failed = (reason) => { clearTimeout(late); this.giveUp(reason); opened(false); };
      try {
        this.worker = new Worker(new URL(this.sources.worker, document.baseURI), { type: "module" });
      } catch (error) {
        failed(error.message);
        return;
      }
      this.worker.onerror = (event) => failed(event.message || "its worker could not be started");
      this.worker.onmessage = ({ data }) => {
        if (data.kind !== "ready") { failed(data.reason); return; }
        clearTimeout(late);
        if (data.pass > SLOWEST_PASS && this.wish !== "browser") { failed("this device is slower than the server"); return; }
        this.worker.onmessage = (event) => this.hear(event.data);
        this.ready = true;
        opened(true);
      };
      this.worker.postMessage({ kind: "load", sources: absolute(this.sources) });
    });
  }

  giveUp(reason) {
    this.unfit = reason;
    this.ready = false;
    this.starting = Promise.resolve(false);
    this.worker?.terminate();
    this.worker = null;
    for (const job of this.jobs.values()) job.reject(new Error(reason));
    this.jobs.clear();
  }

  hear({ id, kind, ...told }) {
    const job = this.jobs.get(id);
    if (!job) return; // it was stopped
    if (kind === "frame") { job.take(told); return; }
    this.jobs.delete(id);
    if (kind === "failed") job.reject(new Error(told.reason));
    else job.resolve(told);
  }

  tell(message, take, signal) {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      if (!this.worker) { reject(new Error(this.unfit ?? "it has not been loaded")); return; }
      if (signal?.aborted) { reject(stopped()); return; }
      this.jobs.set(id, { resolve, reject, take });
      signal?.addEventListener("abort", () => {
        if (!this.jobs.delete(id)) return;
        this.worker?.postMessage({ kind: "stop", id });
        reject(stopped());
      });
      this.worker.postMessage({ ...message, id });
    });
  }

  // Draws; calls `take` with each frame {t, alpha, sigma, logSnr, calls} and its greys. What fails
  // once may be short of memory, and is not tried again in this tab.
  async run(network, job, take, signal) {
    try {
      await this.tell({ kind: "run", network, job }, take, signal);
    } catch (error) {
      if (error.name !== "AbortError") this.giveUp(error.message);
      throw error;
    }
  }

  // One question; resolves to the velocity.
  async ask(network, x, t, labels, signal) {
    return (await this.tell({ kind: "ask", network, x, t, labels }, null, signal)).v;
  }
}

function stopped() { return new DOMException("Stopped.", "AbortError"); }

// The same sources, wherever they are read: a worker has another address than the page.
/** @returns {any} */
function absolute(sources) {
  return JSON.parse(JSON.stringify(sources), (name, value) =>
    (name === "address" ? new URL(value, document.baseURI).href : value));
}

// What speaks against loading it, before that is tried: to save data does, too.
function barrier(wish) {
  if (reasonAgainst(wish)) return reasonAgainst(wish);
  return wish !== "browser" && /** @type {any} */ (navigator).connection?.saveData ? "this browser saves data" : null;
}

/** @type {Engine | null} */
let only = null;

/** @param {Sources} sources */
export function engineFor(sources) {
  if (only?.sources.worker !== sources.worker) only = new Engine(sources, wished());
  return only;
}
