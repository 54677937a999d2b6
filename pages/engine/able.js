// What speaks against computing in this tab, before anything has been loaded: in words that follow
// "since".

const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

// Where the address wants it: "server", "browser" or nothing.
export function wished() { return new URL(location.href).searchParams.get("engine"); }

/** @param {string | null} wish @returns {string | null} */
export function reasonAgainst(wish) {
  if (wish === "server") return "the address asks for the server";
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD)) return "this browser lacks WebAssembly SIMD";
  if (typeof Worker === "undefined") return "this browser has no workers";
  return null;
}
