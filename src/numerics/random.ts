/**
 * Seeded random numbers: the only place in the house that makes any.
 * xoroshiro128+ from pure-rand; the same seed gives the same stream on every machine.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { cos, log, sin } from './elementary.ts';
import { threefry, type Words } from './threefry.ts';

export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in 0 … bound − 1. */
  integer(bound: number): number;
  /** Standard normal (Box–Muller). */
  gaussian(): number;
}

/** A stream for the given integers: `random(seed)`, or `random(seed, step, worker)` for a sub-stream. */
export function random(...seeds: number[]): Random {
  const generator = xoroshiro128plus(mixSeeds(seeds));
  let spare: number | undefined;

  function uniform(): number {
    const high = generator.next() >>> 5; // 27 bits
    const low = generator.next() >>> 6; // 26 bits
    return (high * 67108864 + low) / 9007199254740992;
  }

  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    gaussian() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * sin(angle);
      return radius * cos(angle);
    },
  };
}

/** Hashes a list of integers into one 32-bit seed (murmur3 finaliser), so that sub-streams do not overlap. */
function mixSeeds(seeds: number[]): number {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    hash = Math.imul(hash ^ Math.trunc(seed), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash | 0;
}

/**
 * Fills out [rows, width] with independent standard normals. Row i is a function of the seeds and of i
 * alone: whatever the number of rows, and in whatever order they are drawn.
 */
export function gaussianRows(seeds: readonly number[], width: number, out: Float64Array): void {
  const key = mixed(seeds);
  const words: Words = new Int32Array(4);
  for (let row = 0, from = 0; from < out.length; row++, from += width) {
    const to = from + width;
    let block = 0;
    for (let i = from; i < to; ) {
      threefry(key, row, block++, 0, 0, words);
      for (let k = 0; k < 4 && i < to; k += 2) {
        const x = (words[k] + 0.5) / 2147483648;
        const y = (words[k + 1] + 0.5) / 2147483648;
        const factor = polar(x, y);
        if (factor === 0) continue;
        out[i++] = factor * x;
        if (i < to) out[i++] = factor * y;
      }
    }
  }
}

/**
 * What makes two independent standard normals of a point of the square [−1, 1)², where it lies in the unit disc;
 * else 0, and another point is drawn (Marsaglia's polar method, which needs no sine).
 */
function polar(x: number, y: number): number {
  const square = x * x + y * y;
  return square > 0 && square < 1 ? Math.sqrt((-2 * log(square)) / square) : 0;
}

/**
 * 128 bits from a list of numbers, all 64 bits of each: every number is enciphered under what those before
 * it gave. Lists of one or of two numbers with one first number never share their bits, and two
 * others do with probability 2^−128.
 */
function mixed(seeds: readonly number[]): Words {
  const state: Words = new Int32Array(4);
  const bits = new DataView(new ArrayBuffer(8));
  for (const seed of seeds) {
    // + 0, so that −0 is 0
    bits.setFloat64(0, seed + 0);
    threefry(state, bits.getInt32(0), bits.getInt32(4), 0, 0, state);
  }
  return state;
}
