/**
 * Which texts of a file are for training, which for choosing (validation) and which for the last
 * measurement (test): by groups of near-duplicates, and by nothing but the texts and the settings, so
 * that training and evaluation agree. Not the reading of the file.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { firstStreams } from '../../numerics/random.ts';
import { nearDuplicateGroups } from './near-duplicates.ts';
import { shuffled } from './shuffle.ts';

export const PARTS = ['training', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

export interface SplitSettings {
  readonly seed: number;
  /** Shares of the texts; the rest is for training. */
  readonly validation: number;
  readonly test: number;
}

/** A held-out part is of many groups: none is larger than this share of it. */
const LARGEST_GROUP = 1 / 20;

/**
 * The part of each text, as its place in PARTS. Whole groups of near-duplicates, in an order drawn by
 * the seed, fill the test part, then validation; what does not fit there any more is for training.
 */
export function splitTexts(
  texts: readonly string[],
  { seed, validation, test }: SplitSettings,
): Uint8Array {
  const groups = nearDuplicateGroups(texts);
  const sizes = new Int32Array(texts.length);
  for (const group of groups) sizes[group]++;
  const parts = new Uint8Array(texts.length);
  const rooms = [validation, test].map((share) => Math.round(share * texts.length));
  const most = rooms.map((room) => Math.max(1, LARGEST_GROUP * room));
  for (const group of shuffled(texts.length, firstStreams(seed))) {
    const fits = (room: number) => sizes[group] <= Math.min(rooms[room], most[room]);
    const room = fits(1) ? 1 : fits(0) ? 0 : -1;
    if (sizes[group] === 0 || room < 0) continue;
    rooms[room] -= sizes[group];
    parts[group] = room + 1;
  }
  return parts.map((_, text) => parts[groups[text]]);
}

/** SHA-256 of a split, by which two are known to be the same. */
export const splitFingerprint = (parts: Uint8Array): string => bytesToHex(sha256(parts));
