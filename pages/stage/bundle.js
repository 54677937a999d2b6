// A scene as it comes from Python (diffusion_core/files/bundle.py), taken apart.

// One line of JSON, then arrays: see bundle.py.
export function unbundle(bytes) {
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const kinds = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
  let offset = end + 1;
  for (const { name, type, shape } of head.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    const size = count * kinds[type].BYTES_PER_ELEMENT;
    head[name] = new kinds[type](bytes.slice(offset, offset + size).buffer);
    offset += size;
  }
  return head;
}

export function sameBytes(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
