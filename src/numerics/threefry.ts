/**
 * Threefry-4×32 with 20 rounds: a keyed bijection of 128 bits that mixes every bit into every other, so that
 * counting through its argument gives independent random words, in any order. Not a stream: random.ts.
 *
 * Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011), section 4.2. The tests
 * hold the known answers of its authors (Random123, kat_vectors).
 */

/** Four words of 32 bits. */
export type Words = Int32Array;

const ROTATIONS = [
  [10, 26],
  [11, 21],
  [13, 27],
  [23, 5],
  [6, 20],
  [17, 11],
  [25, 10],
  [18, 20],
];
const FIRST = Int32Array.from(ROTATIONS, ([rotation]) => rotation);
const SECOND = Int32Array.from(ROTATIONS, ([, rotation]) => rotation);
/** Of the key schedule, so that no key is all zeros. */
const PARITY = 0x1bd11bda;

/** Writes the bijection of the counter (c0, c1, c2, c3) under the key [4] to out [4]. */
export function threefry(
  key: Words,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Words,
): void {
  let [k0, k1, k2, k3] = [key[0], key[1], key[2], key[3]];
  let k4 = PARITY ^ k0 ^ k1 ^ k2 ^ k3;
  let a = (c0 + k0) | 0;
  let b = (c1 + k1) | 0;
  let c = (c2 + k2) | 0;
  let d = (c3 + k3) | 0;
  for (let round = 0; round < 20; round += 4) {
    for (let r = round & 7; r < (round & 7) + 4; r += 2) {
      a = (a + b) | 0;
      b = a ^ ((b << FIRST[r]) | (b >>> (32 - FIRST[r])));
      c = (c + d) | 0;
      d = c ^ ((d << SECOND[r]) | (d >>> (32 - SECOND[r])));
      a = (a + d) | 0;
      d = a ^ ((d << FIRST[r + 1]) | (d >>> (32 - FIRST[r + 1])));
      c = (c + b) | 0;
      b = c ^ ((b << SECOND[r + 1]) | (b >>> (32 - SECOND[r + 1])));
    }
    const turned = k0;
    k0 = k1;
    k1 = k2;
    k2 = k3;
    k3 = k4;
    k4 = turned;
    a = (a + k0) | 0;
    b = (b + k1) | 0;
    c = (c + k2) | 0;
    d = (d + k3 + round / 4 + 1) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
