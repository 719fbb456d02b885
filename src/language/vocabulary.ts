/**
 * A vocabulary: a sub-list of the o200k ranks, in rank order; a token's id is its position.
 * It is data for the tokenizer, not the tokenizer; the full table comes from outside (training only).
 */

/** One token: its text, or its bytes where they are no UTF-8 of their own. */
export type Rank = string | readonly number[];

/** Tokens by id, as gpt-tokenizer's raw ranks. */
export type Vocabulary = readonly Rank[];

/** What is wrong with a value as a vocabulary, or undefined. */
export function vocabularyFault(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length < 256)
    return `found ${Array.isArray(value) ? `${value.length} tokens` : typeof value}, expected a list of at least 256 tokens`;
  const at = value.findIndex((token) => typeof token !== 'string' && !isBytes(token));
  return at < 0 ? undefined : `found no token at place ${at}, expected a text, or a list of bytes`;
}

const isBytes = (token: unknown): boolean =>
  Array.isArray(token) && token.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);

const encoder = new TextEncoder();

/** The bytes of a token. */
export function rankBytes(rank: Rank): Uint8Array {
  return typeof rank === 'string' ? encoder.encode(rank) : Uint8Array.from(rank);
}

export interface VocabularySettings {
  /** At most this many tokens, the most frequent first; all that occur when absent. */
  readonly keep?: number;
}

/**
 * The ranks of the tokens that `encodeFull` finds in the texts, with the 256 bytes and every merge
 * ancestor. With these, a text whose full tokens were all kept is encoded as by the full table.
 * @param encodeFull text → ranks in `fullRanks`
 */
export function buildVocabulary(
  texts: Iterable<string>,
  fullRanks: Vocabulary,
  encodeFull: (text: string) => readonly number[],
  { keep = Number.POSITIVE_INFINITY }: VocabularySettings = {},
): Vocabulary {
  const kept = mostFrequent(texts, encodeFull, keep);
  return withAncestors(kept, fullRanks).map((rank) => fullRanks[rank]);
}

function mostFrequent(
  texts: Iterable<string>,
  encodeFull: (text: string) => readonly number[],
  keep: number,
): number[] {
  const counts = new Map<number, number>();
  for (const text of texts)
    for (const rank of encodeFull(text)) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  return [...counts.entries()]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, Math.min(keep, counts.size))
    .map(([rank]) => rank);
}

/** The kept ranks, the 256 bytes, and every token that a merge of these passes through; sorted. */
function withAncestors(kept: Iterable<number>, fullRanks: Vocabulary): number[] {
  const rankOf = byteTable(fullRanks);
  const found = new Set<number>();
  const open = [...kept];
  for (let byte = 0; byte < 256; byte++) open.push(rankOfByte(rankOf, byte));
  for (let rank = open.pop(); rank !== undefined; rank = open.pop()) {
    if (found.has(rank)) continue;
    found.add(rank);
    open.push(...parents(latin(rankBytes(fullRanks[rank])), rank, rankOf));
  }
  return [...found].sort((a, b) => a - b);
}

/** Bytes as a string of code units 0–255, so that they can be the key of a map. */
function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function byteTable(ranks: Vocabulary): Map<string, number> {
  const table = new Map<string, number>();
  ranks.forEach((rank, id) => {
    table.set(latin(rankBytes(rank)), id);
  });
  return table;
}

function rankOfByte(rankOf: Map<string, number>, byte: number): number {
  const rank = rankOf.get(String.fromCharCode(byte));
  if (rank === undefined)
    throw new RangeError(`the full vocabulary has no token for byte ${byte}: it must hold all 256`);
  return rank;
}

/** The tokens into which byte-pair encoding with ranks below `limit` splits a token: two, as a rule. */
function parents(token: string, limit: number, rankOf: Map<string, number>): number[] {
  if (token.length < 2) return [];
  const parts = [...token];
  for (;;) {
    let best = limit;
    let place = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = rankOf.get(parts[i] + parts[i + 1]);
      if (rank !== undefined && rank < best) [best, place] = [rank, i];
    }
    if (place < 0) break;
    parts.splice(place, 2, parts[place] + parts[place + 1]);
  }
  return parts.map((part) => rankOf.get(part) as number);
}
