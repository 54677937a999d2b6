// What Python says of the runs that a tab may make itself (jobs.py), out of a scene's bundle.

/**
 * @typedef {import("./sampler.js").Job & {network: string}} TabJob
 *
 * @param {any} head of the scene
 * @param {number} i which of its lanes
 * @returns {TabJob | null} null where only the server can make it
 */
export function jobOf(head, i) {
  const facts = head.jobs?.[i];
  if (!facts) return null;
  const { arrays, ...said } = facts;
  return { ...said, ...Object.fromEntries(Object.entries(arrays).map(([name, place]) => [name, head[place]])) };
}
