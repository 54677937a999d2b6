// The noise of diffusion_core/noise.py, number for number: Threefry-2x32 with 20 rounds (Salmon et
// al. 2011), and Box and Muller's transform. The same seed is the same picture everywhere.

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const ROUNDS = 20, PARITY = 0x1bd11bda;
const SURPRISE = 2 ** 32 - 1; // the draw that is no noise, but decides which digit a picture is

// Two words of 32 bits for a key of two and a counter of two.
export function threefry(key0, key1, counter0, counter1) {
  const keys = [key0, key1, PARITY ^ key0 ^ key1];
  let x = (counter0 + key0) | 0, y = (counter1 + key1) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const by = ROTATIONS[round % 8];
    x = (x + y) | 0;
    y = ((y << by) | (y >>> (32 - by))) ^ x;
    if (round % 4 === 3) {
      const turn = (round >> 2) + 1;
      x = (x + keys[turn % 3]) | 0;
      y = (y + keys[(turn + 1) % 3] + turn) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

// `count` numbers between 0 and 1 of a picture of a seed. draw: 0 for the noise that a picture
// starts from, and one more for each time that fresh noise is drawn for it.
export function uniform(seed, picture, draw, count) {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const [first, second] = threefry(seed, picture, i >> 1, draw);
    values[i] = (first + 0.5) / 2 ** 32;
    if (i + 1 < count) values[i + 1] = (second + 0.5) / 2 ** 32;
  }
  return values;
}

// As many standard normal numbers.
export function normal(seed, picture, draw, count) {
  const even = uniform(seed, picture, draw, count + (count % 2)), values = even.subarray(0, count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(even[i])), angle = 2 * Math.PI * even[i + 1];
    even[i] = radius * Math.cos(angle);
    even[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

// A digit for each of the first pictures of a seed, for readers who ask to be surprised.
export function digits(seed, count) {
  return Array.from({ length: count }, (_, picture) => threefry(seed, picture, 0, SURPRISE)[0] % 10);
}

// One number after another, for what only wants to look random.
export function normals(seed) {
  let draw = 0, left = [];
  return () => {
    if (!left.length) left = [...normal(seed, 0, draw++, 64)].reverse();
    return left.pop();
  };
}
