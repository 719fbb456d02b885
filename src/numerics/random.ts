/**
 * Seeded random numbers: the only place in the house that makes any. The same seeds give the same numbers
 * on every machine and in every browser (elementary.ts).
 *
 * A stream is xoroshiro128+ from pure-rand, all of whose 128 bits of state come from the seeds; rows of
 * numbers that are a function of the row alone come from Threefry itself.
 */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { log } from './elementary.ts';
import { threefry, type Words } from './threefry.ts';

/**
 * The version of the streams, which stands in results: with another one the same seed has other numbers. Those of
 * version 0.1 were 1.
 */
export const STREAMS = 2;

export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in 0 … bound − 1. */
  integer(bound: number): number;
  /** Standard normal. */
  gaussian(): number;
}

/** A stream for the given numbers: `random(seed)`, or `random(seed, step, worker)` for a sub-stream. */
export const random = (...seeds: number[]): Random =>
  streamOf(xoroshiro128plusFromState([...mixed(seeds)]));

/**
 * The streams of version 0.1, all of whose seeds were hashed to 32 bits: which texts a model never saw, and which
 * of them it is measured on, must stay as they were when it was trained. For nothing else.
 */
export const firstStreams = (...seeds: number[]): Random => {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    hash = Math.imul(hash ^ Math.trunc(seed), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return streamOf(xoroshiro128plus(hash | 0));
};

function streamOf(generator: { next(): number }): Random {
  let spare: number | undefined;

  const uniform = () => unit(generator.next(), generator.next());

  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    gaussian() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const factor = polar(x, y);
        if (factor === 0) continue;
        spare = factor * y;
        return factor * x;
      }
    },
  };
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

/** Uniform in [0, 1) from 53 of the bits of two words. */
const unit = (high: number, low: number): number =>
  ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;

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
