// How much of which frequency there is at each moment: short Fourier transforms, computed here.

const WINDOW = 256, HOP = 64, BINS = WINDOW / 2; // 32 ms at 8 kHz, a column every 8 ms
const QUIETEST = -56, LOUDEST = 0; // dB that paper and ink stand for
const HANN = Float32Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));

// In place, of a power of two many numbers (Cooley & Tukey 1965, radix 2).
function fft(real, imaginary) {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1, angle = (-2 * Math.PI) / size;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(angle * k), s = Math.sin(angle * k);
      for (let a = k; a < n; a += size) {
        const b = a + half, x = real[b] * c - imaginary[b] * s, y = real[b] * s + imaginary[b] * c;
        real[b] = real[a] - x; imaginary[b] = imaginary[a] - y;
        real[a] += x; imaginary[a] += y;
      }
    }
  }
}

// Power in dB, column by column: {columns, levels}, levels[column * BINS + bin]; 0 dB is a sine
// wave of amplitude 1.
export function spectrogram(wave) {
  const columns = Math.max(1, Math.floor((wave.length - WINDOW) / HOP) + 1);
  const levels = new Float32Array(columns * BINS);
  const real = new Float32Array(WINDOW), imaginary = new Float32Array(WINDOW);
  for (let column = 0; column < columns; column++) {
    imaginary.fill(0);
    for (let i = 0; i < WINDOW; i++) real[i] = HANN[i] * (wave[column * HOP + i] ?? 0);
    fft(real, imaginary);
    for (let bin = 0; bin < BINS; bin++) {
      const power = (real[bin] ** 2 + imaginary[bin] ** 2) / (WINDOW / 4) ** 2;
      levels[column * BINS + bin] = 10 * Math.log10(power + 1e-12);
    }
  }
  return { columns, levels };
}

export function inkOf(root) {
  const rgb = (name) => {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = getComputedStyle(root).getPropertyValue(name).trim();
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  return { paper: rgb("--card"), ink: rgb("--ink"), signal: `rgb(${rgb("--signal")})` };
}

// One pixel of the canvas for each bin and column; low frequencies below.
export function paintSpectrogram(canvas, { columns, levels }, { paper, ink }) {
  canvas.width = columns;
  canvas.height = BINS;
  const context = canvas.getContext("2d"), image = context.createImageData(columns, BINS);
  for (let x = 0; x < columns; x++) {
    for (let bin = 0; bin < BINS; bin++) {
      const level = (levels[x * BINS + bin] - QUIETEST) / (LOUDEST - QUIETEST);
      const share = Math.max(0, Math.min(1, level)), at = 4 * ((BINS - 1 - bin) * columns + x);
      for (let c = 0; c < 3; c++) image.data[at + c] = paper[c] + share * (ink[c] - paper[c]);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

// The wave as the span between its lowest and highest sample in each column of pixels.
export function paintWave(canvas, wave, colour) {
  const context = canvas.getContext("2d"), { width, height } = canvas, middle = height / 2;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour;
  for (let x = 0; x < width; x++) {
    let low = Infinity, high = -Infinity;
    const end = Math.ceil(((x + 1) / width) * wave.length);
    for (let i = Math.floor((x / width) * wave.length); i < end; i++) {
      low = Math.min(low, wave[i]); high = Math.max(high, wave[i]);
    }
    const y = (value) => middle * (1 - Math.tanh(value / 1.5)); // what is loud is softened here, too
    context.fillRect(x, y(high), 1, Math.max(1, y(low) - y(high)));
  }
}
