// The model in this tab, as the page sees it: one worker for all components, started when it is first
// of use. Where it cannot work, `unfit` says why, and whoever asks goes to the server instead.

/**
 * @typedef {object} Sources where things lie, as Python tells it (pages/http/engine.py)
 * @property {string} worker
 * @property {string} engine
 * @property {Record<string, {graph: string, weights: string}>} networks
 */

const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
const LONGEST_START = 60_000; // ms, until the server is asked instead

class Engine {
  /** @param {Sources} sources */
  constructor(sources) {
    this.sources = sources;
    /** @type {string | null} why the model cannot work in this tab */
    this.unfit = reasonAgainst();
    /** @type {Worker | null} */
    this.worker = null;
    this.jobs = new Map(); // id -> what is done with what the worker tells of it
    this.count = 0;
    /** @type {Promise<boolean> | null} */
    this.starting = null;
  }

  // Resolves to whether the model works here.
  start() {
    this.starting ??= this.unfit ? Promise.resolve(false) : this.open();
    return this.starting;
  }

  open() {
    return new Promise((opened) => {
      const failed = (reason) => { this.giveUp(reason); opened(false); };
      const late = setTimeout(() => failed("It took too long to load."), LONGEST_START);
      try {
        this.worker = new Worker(new URL(this.sources.worker, document.baseURI), { type: "module" });
      } catch (error) {
        failed(error.message);
        return;
      }
      this.worker.onerror = (event) => failed(event.message || "The worker could not be started.");
      this.worker.onmessage = ({ data }) => {
        clearTimeout(late);
        if (data.kind === "ready") {
          this.worker.onmessage = (event) => this.hear(event.data);
          opened(true);
        } else failed(data.reason);
      };
      const absolute = (address) => new URL(address, document.baseURI).href;
      const networks = Object.fromEntries(Object.entries(this.sources.networks).map(([name, { graph, weights }]) =>
        [name, { graph: absolute(graph), weights: absolute(weights) }]));
      this.worker.postMessage({ kind: "load", engine: absolute(this.sources.engine), networks });
    });
  }

  giveUp(reason) {
    this.unfit = reason;
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
      if (!this.worker) { reject(new Error(this.unfit ?? "The model has not been loaded.")); return; }
      this.jobs.set(id, { resolve, reject, take });
      signal?.addEventListener("abort", () => {
        if (!this.jobs.delete(id)) return;
        this.worker?.postMessage({ kind: "stop", id });
        reject(new DOMException("Stopped.", "AbortError"));
      });
      this.worker.postMessage({ ...message, id });
    });
  }

  // Draws; calls `take` with each frame {t, alpha, sigma, logSnr, calls} and its greys.
  run(network, job, take, signal) { return this.tell({ kind: "run", network, job }, take, signal); }

  // One question; resolves to the velocity.
  async ask(network, x, t, labels, signal) {
    return (await this.tell({ kind: "ask", network, x, t, labels }, null, signal)).v;
  }
}

// What speaks against computing here, before anything has been loaded.
function reasonAgainst() {
  const wish = new URL(location.href).searchParams.get("engine");
  if (wish === "server") return "The address asks for the server.";
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD)) return "This browser has no WebAssembly SIMD.";
  if (typeof Worker === "undefined") return "This browser has no workers.";
  if (wish !== "browser" && /** @type {any} */ (navigator).connection?.saveData) return "This browser saves data.";
  return null;
}

/** @type {Engine | null} */
let only = null;

/** @param {Sources} sources */
export function engineFor(sources) {
  if (only?.sources.worker !== sources.worker) only = new Engine(sources);
  return only;
}
