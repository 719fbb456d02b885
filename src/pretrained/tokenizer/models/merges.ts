/**
 * The merges of byte-pair encoding: for two neighbours their rank and what they become. A table of ranks at
 * places that depend on both texts: half a million entries of a Map take longer to make than to read.
 */
import { quoted } from '../../../numerics/printable.ts';
import { damage } from '../component.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Merge {
  /** The lower, the earlier. */
  readonly rank: number;
  /** Of the token that both become. */
  readonly id: number;
}

export interface Merges {
  /** Throws DamagedFileError where the vocabulary lacks what both become. */
  find(left: number, right: number): Merge | undefined;
}

/**
 * The table of `entries`, pairs or texts with a space between. `prefix` units at the beginning of a right half
 * are no part of what both become. Throws DamagedFileError for an entry that is neither.
 */
export function createMerges(
  entries: readonly unknown[],
  vocabulary: Vocabulary,
  prefix: number,
  where: string,
): Merges {
  const pairs = entries.map((entry, rank) => halves(entry, `${where}.merges.${rank}`));
  let slots = 2;
  while (slots < 2 * pairs.length) slots *= 2;
  const ranks = new Int32Array(slots).fill(-1);
  const place = (left: string, right: string): number => {
    const hash = hashed(hashed(0x811c9dc5, left) ^ 0x10000, right);
    return (hash ^ (hash >>> 15)) & (slots - 1);
  };
  // from the last on: of two entries for a pair the later is found first, and counts
  for (let rank = pairs.length - 1; rank >= 0; rank--) {
    let slot = place(...pairs[rank]);
    while (ranks[slot] >= 0) slot = (slot + 1) & (slots - 1);
    ranks[slot] = rank;
  }

  function rankOf(left: string, right: string): number | undefined {
    for (let slot = place(left, right); ranks[slot] >= 0; slot = (slot + 1) & (slots - 1)) {
      const [first, second] = pairs[ranks[slot]];
      if (first === left && second === right) return ranks[slot];
    }
    return undefined;
  }

  return {
    find(left, right) {
      const first = vocabulary.pieces()[left] as string;
      const second = vocabulary.pieces()[right] as string;
      const rank = rankOf(first, second);
      if (rank === undefined) return undefined;
      const both = first + second.slice(prefix);
      const id = vocabulary.idOf(both);
      if (id === undefined)
        throw damage(`${where}.merges.${rank} needs ${quoted(both)}, which the vocabulary lacks`);
      return { rank, id };
    },
  };
}

/** FNV-1a over the units of a text. */
function hashed(start: number, text: string): number {
  let hash = start;
  for (let unit = 0; unit < text.length; unit++)
    hash = Math.imul(hash ^ text.charCodeAt(unit), 0x01000193);
  return hash;
}

function halves(entry: unknown, where: string): readonly [string, string] {
  const parts = typeof entry === 'string' ? entry.split(' ') : entry;
  if (isPair(parts)) return parts;
  throw damage(`${where} is ${quoted(JSON.stringify(entry))}: expected two tokens`);
}

const isPair = (value: unknown): value is [string, string] =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  typeof value[1] === 'string';
