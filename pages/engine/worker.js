// The model at work in the reader's own tab, off the page's thread: loads the engine (onnxruntime),
// the graph and the weights, and runs what it is told to, one pass of the network at a time, whose
// turn it is in turns.
//
// It is told   {kind: "load", engine, graphs: {name: {graph, weights}}}
//              {kind: "run", id, network, job}        a Job of sampler.js
//              {kind: "ask", id, network, x, t, labels}   one question
//              {kind: "stop", id}
// and tells    {kind: "ready"} or {kind: "unfit", reason}
//              {kind: "frame", id, frame, greys}, {kind: "done", id}, {kind: "answer", id, v},
//              {kind: "failed", id, reason}

import { follow, greysOf } from "./sampler.js";

const NOISE_REACH = 2;
let ort = null;
let sources = {};
const sessions = new Map(); // network -> promise of a session
const stopped = new Set();
let line = Promise.resolve(); // passes of the network, one after another

// The part of a checkpoint behind its head (safetensors): the weights themselves.
function weightsIn(file) {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (!(length > 0) || length + 8 > file.length) throw new Error("The weights are not whole.");
  return file.subarray(8 + length);
}

async function bytesOf(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} could not be fetched.`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function load({ engine, networks }) {
  ort = await import(engine);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("./", engine).href;
  sources = networks;
  await session("digits");
}

function session(name) {
  if (!sessions.has(name)) {
    const opening = Promise.all([bytesOf(sources[name].graph), bytesOf(sources[name].weights)])
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
      t: new ort.Tensor("float32", new Float32Array(count).fill(t), [count]),
      label: new ort.Tensor("int64", BigInt64Array.from(labels, BigInt), [count]),
    });
    if (!Number.isFinite(v.data[0])) throw new Error("The network answered what is no number.");
    return v.data;
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
  for await (const frame of follow(job, await networkOf(network))) {
    if (stopped.delete(id)) return;
    const greys = greysOf(frame, NOISE_REACH), { t, alpha, sigma, logSnr, calls } = frame;
    postMessage({ kind: "frame", id, frame: { t, alpha, sigma, logSnr, calls }, greys }, { transfer: [greys.buffer] });
  }
  postMessage({ kind: "done", id });
}

async function ask({ id, network, x, t, labels }) {
  const v = (await (await networkOf(network))(x, t, labels)).slice();
  postMessage({ kind: "answer", id, v }, { transfer: [v.buffer] });
}

onmessage = async ({ data }) => {
  try {
    if (data.kind === "load") {
      await load(data);
      postMessage({ kind: "ready" });
    } else if (data.kind === "stop") stopped.add(data.id);
    else if (data.kind === "run") await run(data);
    else if (data.kind === "ask") await ask(data);
  } catch (error) {
    const kind = data.kind === "load" ? "unfit" : "failed";
    postMessage({ kind, id: data.id, reason: String(error?.message ?? error) });
  }
};
