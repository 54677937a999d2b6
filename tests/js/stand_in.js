// The same simple stand-in for a network as in facts.py.
export const standIn = async (x, t, labels) => {
  const size = x.length / labels.length;
  return Float32Array.from(x, (value, i) => Math.tanh(0.7 * value + 0.05 * labels[Math.floor(i / size)] - 0.2) * (0.5 + 0.4 * t));
};
