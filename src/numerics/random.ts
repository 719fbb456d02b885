/**
 * Seeded random numbers: the only place in the house that makes any.
 * xoroshiro128+ from pure-rand; the same seed gives the same stream on every machine.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { cos, log, sin } from './elementary.ts';

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
