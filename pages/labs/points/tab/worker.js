// A training off the page's thread. It is not asked to stop: whoever wants that ends the worker, which
// is at once, whatever it is doing.
//
// It tells      {kind: "ready"}, or {kind: "unfit", reason}
// is told       a plan (learning.js), one after another
// and tells     {kind: "bytes", bytes} of the answer that the server would send,
//               {kind: "done"}, {kind: "told", said} to the reader, or {kind: "failed", reason}

import { learn, Told } from "./learning.js";
import { Machine } from "./machine.js";

const starting = Machine.ready();
starting.then(() => postMessage({ kind: "ready" }), (error) => postMessage({ kind: "unfit", reason: String(error?.message ?? error) }));

onmessage = async ({ data: plan }) => {
  try {
    for (const bytes of learn(await starting, plan)) postMessage({ kind: "bytes", bytes }, { transfer: [bytes.buffer] });
    postMessage({ kind: "done" });
  } catch (error) {
    if (error instanceof Told) postMessage({ kind: "told", said: error.message });
    else postMessage({ kind: "failed", reason: String(error?.message ?? error) });
  }
};
