/**
 * Groups of texts that resemble each other, so that a split never has one half of a pair on either
 * side. Two texts are near-duplicates when the sets of their shingles have a Jaccard index
 * |A ∩ B| / |A ∪ B| of at least `similarity`; groups are the connected components of that relation.
 * Exact, not sampled: pairs are found by prefix filtering (Chaudhuri et al. 2006,
 * DOI 10.1109/ICDE.2006.9; Bayardo et al. 2007, DOI 10.1145/1242572.1242591).
 */

/** Characters of a shingle. */
const SHINGLE = 8;
/** Most buckets of hashes, as a power of two; two hashes in one bucket cost time and change nothing. */
const MOST_BUCKETS = 22;
/** What rounding may take from a bound that is a whole number. */
const ROUNDING = 1e-9;

export interface Similarity {
  /** The least Jaccard index of near-duplicates, in (0, 1]. */
  readonly similarity: number;
}

/** Hashed shingles of every text, ascending, each once; those of text i at starts[i] … starts[i + 1] − 1. */
interface Shingles {
  readonly hashes: Uint32Array;
  readonly starts: Int32Array;
}

/** For each text the index of the first text of its group. */
export function nearDuplicateGroups(
  texts: readonly string[],
  { similarity }: Similarity = { similarity: 0.4 },
): Int32Array {
  const shingles = shinglesOf(texts);
  const groups = Int32Array.from(texts, (_, i) => i);
  join(shingles, prefixes(shingles, similarity), similarity, groups);
  return groups.map((_, i) => rootOf(groups, i));
}

/** Lower case, letters and digits alone, one blank between words and one at either end. */
export function normalised(text: string): string {
  const words = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
  return ` ${words.trim()} `;
}

function shinglesOf(texts: readonly string[]): Shingles {
  const starts = new Int32Array(texts.length + 1);
  const each = texts.map((text, i) => {
    const own = Uint32Array.from(new Set(hashesOf(normalised(text)))).sort();
    starts[i + 1] = starts[i] + own.length;
    return own;
  });
  const hashes = new Uint32Array(starts[texts.length]);
  each.forEach((own, i) => {
    hashes.set(own, starts[i]);
  });
  return { hashes, starts };
}

/** One hash a shingle; a text shorter than one is a shingle itself. */
function hashesOf(text: string): number[] {
  const count = Math.max(1, text.length - SHINGLE + 1);
  return Array.from({ length: count }, (_, i) => hash(text, i, Math.min(text.length, i + SHINGLE)));
}

/** FNV-1a of the UTF-16 units from … to − 1, its bits mixed once more. */
function hash(text: string, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let i = from; i < to; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Buckets for so many hashes, a few for each; a power of two. */
const bucketsFor = (hashes: number) => 2 ** Math.min(MOST_BUCKETS, 34 - Math.clz32(hashes));

/**
 * The rarest shingles of each text. Of two texts with n and m shingles and a Jaccard index of at
 * least s, the first n − ⌈s n⌉ + 1 and m − ⌈s m⌉ + 1 have one in common, in any one order of all shingles.
 */
function prefixes({ hashes, starts }: Shingles, similarity: number): Shingles {
  const counts = new Int32Array(bucketsFor(hashes.length));
  const bucketOf = (value: number) => value & (counts.length - 1);
  for (const value of hashes) counts[bucketOf(value)]++;
  const rarer = (a: number, b: number) => counts[bucketOf(a)] - counts[bucketOf(b)] || a - b;
  const out = new Uint32Array(hashes.length);
  const outStarts = new Int32Array(starts.length);
  for (let i = 0; i + 1 < starts.length; i++) {
    const own = hashes.slice(starts[i], starts[i + 1]).sort(rarer);
    const length = own.length - Math.ceil(similarity * own.length - ROUNDING) + 1;
    out.set(own.subarray(0, length), outStarts[i]);
    outStarts[i + 1] = outStarts[i] + length;
  }
  return { hashes: out.subarray(0, outStarts[starts.length - 1]), starts: outStarts };
}

/** Unites in `groups` all pairs of near-duplicates. */
function join(
  shingles: Shingles,
  { hashes, starts }: Shingles,
  similarity: number,
  groups: Int32Array,
): void {
  const buckets = bucketsFor(hashes.length);
  const lists = emptyLists(hashes, buckets);
  const seenBy = new Int32Array(groups.length).fill(-1);
  for (let text = 0; text < groups.length; text++) {
    for (let place = starts[text]; place < starts[text + 1]; place++) {
      const bucket = hashes[place] & (buckets - 1);
      for (let i = lists.from[bucket]; i < lists.to[bucket]; i++) {
        const other = lists.texts[i];
        if (seenBy[other] === text) continue;
        seenBy[other] = text;
        const [a, b] = [rootOf(groups, text), rootOf(groups, other)];
        if (a !== b && resemble(shingles, text, other, similarity))
          groups[Math.max(a, b)] = Math.min(a, b);
      }
      lists.texts[lists.to[bucket]++] = text;
    }
  }
}

/** Room for the texts of each bucket, in one array; none is in yet: `to` is `from`. */
function emptyLists(hashes: Uint32Array, buckets: number) {
  const from = new Int32Array(buckets + 1);
  for (const value of hashes) from[(value & (buckets - 1)) + 1]++;
  for (let bucket = 0; bucket < buckets; bucket++) from[bucket + 1] += from[bucket];
  return { from, to: from.slice(), texts: new Int32Array(hashes.length) };
}

/** The first text of a group; the way there gets shorter with every asking. */
function rootOf(groups: Int32Array, text: number): number {
  let at = text;
  while (groups[at] !== at) {
    groups[at] = groups[groups[at]];
    at = groups[at];
  }
  return at;
}

function resemble({ hashes, starts }: Shingles, a: number, b: number, similarity: number): boolean {
  let [i, j] = [starts[a], starts[b]];
  const [endOfA, endOfB] = [starts[a + 1], starts[b + 1]];
  const [sizeOfA, sizeOfB] = [endOfA - i, endOfB - j];
  const least = similarity * Math.max(sizeOfA, sizeOfB) - ROUNDING;
  if (Math.min(sizeOfA, sizeOfB) < least) return false;
  let common = 0;
  while (i < endOfA && j < endOfB) {
    const difference = hashes[i] - hashes[j];
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common >= similarity * (sizeOfA + sizeOfB - common) - ROUNDING;
}
