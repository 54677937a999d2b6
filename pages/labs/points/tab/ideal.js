// The exact answer where only these points are possible (diffusion_core/labs/exact.py): their mean, each
// counted by how likely it is to have come there, exp(-|x_t - alpha x_i|^2 / (2 sigma^2)).

const NOTHING = -60; // a logarithm: less than the last bit of the sum of 2000

export function idealOf(points) {
  const count = points.length / 2, squared = Float64Array.from({ length: count }, (_, i) => (points[2 * i] ** 2 + points[2 * i + 1] ** 2) / 2);
  const logits = new Float64Array(count);
  return (x_t, { alpha, sigma }) => {
    const v = new Float32Array(x_t.length);
    for (let row = 0; row < alpha.length; row++) {
      const x = x_t[2 * row], y = x_t[2 * row + 1], a = alpha[row], s = sigma[row], by = 1 / (s * s);
      let most = -Infinity;
      for (let i = 0; i < count; i++) {
        const logit = (logits[i] = by * (a * (x * points[2 * i] + y * points[2 * i + 1]) - a * a * squared[i]));
        if (logit > most) most = logit;
      }
      let sum = 0, meanX = 0, meanY = 0;
      for (let i = 0; i < count; i++) {
        const logit = logits[i] - most;
        if (logit < NOTHING) continue;
        const likely = Math.exp(logit);
        sum += likely;
        meanX += likely * points[2 * i];
        meanY += likely * points[2 * i + 1];
      }
      // v = (alpha x_t - x0_hat) / sigma, since x_t is alpha x0_hat + sigma eps_hat.
      v[2 * row] = (a * x - meanX / sum) / s;
      v[2 * row + 1] = (a * y - meanY / sum) / s;
    }
    return v;
  };
}
