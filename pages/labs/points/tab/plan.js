// What a training does, out of the scene's bundle (pages/labs/points/scene.py).

const ARRAYS = ["angles", "table", "points", "fresh"];

/**
 * @param {any} scene
 * @param {Uint8Array | null} [drawn] what the reader drew
 * @returns {import("./learning.js").Plan}
 */
export function planOf(scene, drawn = null) {
  return { ...scene.plan, ...Object.fromEntries(ARRAYS.map((name) => [name, scene[`plan.${name}`]])), ...(drawn ? { drawn } : {}) };
}
