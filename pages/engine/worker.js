// The model at work in the reader's own tab, off the page's thread: loads the engine (onnxruntime),
// the graph and the weights, and runs what it is told to, one pass of the network at a time, whose
// turn it is in turns.
//
// It is told   {kind: "load", sources}                what engine.js knows of files
//              {kind: "run", id, network, job}        a Job of sampler.js
//              {kind: "ask", id, network, x, t, labels}   one question
//              {kind: "stop", id}
// and tells    {kind: "ready", pass} ms that a pass takes, or {kind: "unfit", reason}
//              {kind: "frame", id, frame, greys}, {kind: "done", id}, {kind: "answer", id, v},
//              {kind: "failed", id, reason}

import { Remembered } from "./remembered.js";
import { follow, greysOf, NO_LABEL, PIXELS } from "./sampler.js";

const NOISE_REACH = 2;
const PASSES = 3; // by which it is measured how quick this device is
let ort = null;
/** @type {Record<string, {graph: File, weights: File}>} */
let networks = {};
const sessions = new Map(); // network -> promise of a session
const stopped = new Set();
const remembered = new Remembered();
let line = Promise.resolve(); // passes of the network, one after another

/** @typedef {{address: string, integrity: string}} File */

// The part of a checkpoint behind its head (safetensors): the weights themselves.
function weightsIn(file) {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  return file.subarray(8 + length);
}

// A file that is what it has to be: the browser refuses any other.
/** @param {File} file */
async function bytesOf({ address, integrity }) {
  try {
    const answer = await fetch(address, { integrity });
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw new Error("a part of it is missing or damaged", { cause: error });
  }
}

async function load({ sources }) {
  const fetched = Promise.all([bytesOf(sources.script), bytesOf(sources.wasm)]);
  networks = sources.networks;
  for (const file of Object.values(networks.digits)) fetch(file.address).catch(() => {}); // beside the others
  const [, wasm] = await fetched;
  ort = await import(sources.script.address); // checked a moment ago, and kept since
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = wasm;
  const network = await networkOf("digits"), one = () => network(new Float32Array(PIXELS), 0.5, [NO_LABEL]);
  await one(); // the first is slower
  let quickest = Infinity; // what else the device does at the moment does not count
  for (let i = 0; i < PASSES; i++) {
    const began = performance.now();
    await one();
    quickest = Math.min(quickest, performance.now() - began);
  }
  return quickest;
}

function session(name) {
  if (!sessions.has(name)) {
    const opening = Promise.all([bytesOf(networks[name].graph), bytesOf(networks[name].weights)])
      .then(([graph, file]) => ort.InferenceSession.create(graph, {
        executionProviders: ["wasm"],
        externalData: [{ path: "weights", data: weightsIn(file) }],
      }));
    opening.catch(() => sessions.delete(name)); // so that it can be tried again
    sessions.set(name, opening);
  }
  return sessions.get(name);
}

// A network as sampler.js asks it.
async function networkOf(name) {
  const opened = await session(name);
  return (x, t, labels) => inLine(async () => {
    const count = labels.length;
    const { v } = await opened.run({
      x: new ort.Tensor("float32", x, [count, 1, 28, 28]),
      t: new ort.Tensor("float32", Float32Array.from(typeof t === "number" ? new Array(count).fill(t) : t), [count]),
      label: new ort.Tensor("int64", BigInt64Array.from(labels, BigInt), [count]),
    });
    const said = v.data;
    if (!said.every(Number.isFinite)) throw new Error("the network answered what is no number");
    return said;
  });
}

// Between two passes messages are heard: Stop, and other work.
function inLine(pass) {
  const mine = line.then(() => new Promise((/** @type {(nothing?: undefined) => void} */ heard) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); heard(); };
    port2.postMessage(null);
  })).then(pass);
  line = mine.catch(() => {});
  return mine;
}

async function run({ id, network, job }) {
  const { from, keep } = remembered.open(job); // if whoever asks has seen the way to there
  for await (const frame of follow(job, await networkOf(network), from && from.step <= job.had ? from : null)) {
    if (stopped.delete(id)) return;
    keep(frame.state);
    const greys = greysOf(frame, NOISE_REACH), { step, t, alpha, sigma, logSnr, calls } = frame;
    postMessage({ kind: "frame", id, frame: { step, t, alpha, sigma, logSnr, calls }, greys }, { transfer: [greys.buffer] });
  }
  postMessage({ kind: "done", id });
}

async function ask({ id, network, x, t, labels }) {
  const v = Float32Array.from(await (await networkOf(network))(x, t, labels));
  if (!stopped.delete(id)) postMessage({ kind: "answer", id, v });
}

onmessage = async ({ data }) => {
  try {
    if (data.kind === "load") postMessage({ kind: "ready", pass: await load(data) });
    else if (data.kind === "stop") stopped.add(data.id);
    else if (data.kind === "run") await run(data);
    else if (data.kind === "ask") await ask(data);
  } catch (error) {
    const kind = data.kind === "load" ? "unfit" : "failed";
    postMessage({ kind, id: data.id, reason: String(error?.message ?? error) });
  }
};
