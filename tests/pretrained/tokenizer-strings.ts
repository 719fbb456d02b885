/** The 2,000 strings of bench/peers/tokenizers.py, made again, and the hashes that it keeps of readings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoding, TokenizerCore } from '../../src/pretrained/tokenizer/tokenizer.ts';

const FOLDER = join(import.meta.dirname, 'tokenizers');

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as T;
}

/** Of each string, or of each block of strings, four hexadecimal digits. */
export interface Reading {
  readonly ids: string;
  readonly offsets?: string;
  readonly decoded: string;
}

interface Material {
  readonly words: readonly string[];
  readonly marks: readonly string[];
  readonly spaces: readonly string[];
  readonly tokens: readonly string[];
  readonly seed: number;
  readonly count: number;
  /** Where the library's own offsets are wrong. */
  readonly misaligned: string;
  readonly strings: string;
}

/** The strings, in order. Throws where they are not those of the fixtures. */
export function seededStrings(): string[] {
  const material = fixture<Material>('words');
  let state = material.seed;
  const pick = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
  const any = (list: readonly string[]): string => list[pick(list.length)];
  const strings = Array.from({ length: material.count }, () => {
    let text = '';
    for (let left = 1 + pick(9); left > 0; left--) {
      const kind = pick(20);
      text += any(kind === 0 ? material.tokens : kind < 5 ? material.marks : material.words);
      text += any(material.spaces);
    }
    return text;
  });
  if (fnv(strings.join('\n')) !== material.strings) throw new Error('the strings are others');
  return strings;
}

/** FNV-1a over the bytes of UTF-8, its upper half folded into the lower. */
function fnv(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text))
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return ((value >>> 16) ^ (value & 0xffff)).toString(16).padStart(4, '0');
}

/** How many of the blocks of `texts` have other hashes. */
export function differing(texts: readonly string[], hashes: string, block = 1): number {
  let count = 0;
  for (let at = 0; at < texts.length; at += block) {
    const place = (4 * at) / block;
    if (fnv(texts.slice(at, at + block).join('\n')) !== hashes.slice(place, place + 4)) count++;
  }
  return count;
}

export const writtenIds = ({ ids }: Encoding): string => ids.join(',');

export const writtenOffsets = ({ offsets }: Encoding): string =>
  offsets.map((span) => (span === null ? '-' : span.join(':'))).join(',');

/** How many of `strings`, or of their blocks, are read otherwise than `reading` says. */
export function differences(
  tokenizer: TokenizerCore,
  strings: readonly string[],
  reading: Reading,
  block = 1,
): { ids: number; offsets: number; decoded: number } {
  const misaligned = new RegExp(fixture<Material>('words').misaligned, 'u');
  const encodings = strings.map((text) => tokenizer.encode(text));
  const offsets = strings.map((text, k) =>
    misaligned.test(text) ? '' : writtenOffsets(encodings[k]),
  );
  return {
    ids: differing(encodings.map(writtenIds), reading.ids, block),
    offsets: reading.offsets === undefined ? 0 : differing(offsets, reading.offsets, block),
    decoded: differing(
      encodings.map(({ ids }) => tokenizer.decode(ids)),
      reading.decoded,
      block,
    ),
  };
}
