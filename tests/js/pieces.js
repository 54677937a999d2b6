// The same bytes in pieces: whole, in several sizes, and cut in two at `cuts` places all over.

export function* breakUp(bytes, cuts) {
  const inPieces = (size) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  yield [bytes];
  for (const size of [5, 97, 4096]) yield inPieces(size);
  const step = Math.max(1, Math.floor(bytes.length / cuts));
  for (let cut = 1; cut < bytes.length; cut += step) yield [bytes.subarray(0, cut), bytes.subarray(cut)];
}
