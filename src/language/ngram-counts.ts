/**
 * The n-grams of a corpus with the counts that Kneser–Ney smoothing is made of, as a trie in sorted flat
 * arrays: an n-gram is a row under the row of its history. No probabilities.
 *
 * Rows of length n + 1 are found by sorting the pairs (row of length n that ends one token before, token),
 * so that a corpus of N tokens takes O(N) for each length and four integers a token.
 */
import { InputError } from '../numerics/errors.ts';

/** All n-grams of one length. */
export interface NgramLevel {
  /** Last token of each n-gram; ascending among those of one history. */
  readonly tokens: Int32Array;
  /** The n-grams with history g, a row of the level below, are first[g] … first[g + 1] − 1. */
  readonly first: Int32Array;
  /**
   * Occurrences at the highest level and for n-grams that begin a sequence; else the number of
   * different tokens seen before the n-gram.
   */
  readonly counts: Int32Array;
}

export interface NgramCounts {
  /** The token behind every sequence, and the one before it. */
  readonly end: number;
  readonly begin: number;
  /** N-grams of 1, 2, … `order` tokens; a row of the first is a token, all under the one empty history. */
  readonly levels: readonly NgramLevel[];
}

/** The markers around sequences of the tokens 0 … vocabularySize − 1. */
export const markersOf = (vocabularySize: number) => ({
  end: vocabularySize,
  begin: vocabularySize + 1,
});

/** Throws InputError where a token of the sequence lies outside the vocabulary. */
export function checkTokens(sequence: ArrayLike<number>, vocabularySize: number): void {
  for (let i = 0; i < sequence.length; i++) {
    const token = sequence[i];
    if (!(Number.isInteger(token) && token >= 0 && token < vocabularySize))
      throw new InputError(
        'token',
        `token ${token} is not in 0 … ${vocabularySize - 1}: raise vocabularySize`,
      );
  }
}

/** Counts all n-grams of up to `order` tokens, each sequence between a begin and an end marker. */
export function countNgrams(
  sequences: readonly ArrayLike<number>[],
  order: number,
  vocabularySize: number,
): NgramCounts {
  const { end, begin } = markersOf(vocabularySize);
  const text = markedText(sequences, vocabularySize);
  const levels = [unigrams(vocabularySize + 2)];
  let rows: Int32Array = text;
  for (let n = 1; n < order; n++) {
    const longer = lengthen(text, begin, levels[n - 1], rows);
    levels.push(longer.level);
    rows = longer.rows;
  }
  const { counts } = levels[order - 1];
  for (let i = 0; i < rows.length; i++) if (text[i] !== begin && rows[i] >= 0) counts[rows[i]]++;
  return { end, begin, levels };
}

/** All sequences in one array, each between its markers. */
function markedText(sequences: readonly ArrayLike<number>[], vocabularySize: number): Int32Array {
  const { end, begin } = markersOf(vocabularySize);
  const text = new Int32Array(sequences.reduce((sum, { length }) => sum + length + 2, 0));
  let at = 0;
  for (const sequence of sequences) {
    checkTokens(sequence, vocabularySize);
    text[at] = begin;
    text.set(sequence, at + 1);
    text[at + 1 + sequence.length] = end;
    at += sequence.length + 2;
  }
  return text;
}

function unigrams(size: number): NgramLevel {
  return {
    tokens: Int32Array.from({ length: size }, (_, token) => token),
    first: Int32Array.of(0, size),
    counts: new Int32Array(size),
  };
}

/**
 * The n-grams one token longer than those of `level`, and the counts of `level` below the highest.
 * @param rows The row in `level` of the n-gram that ends at each place of the text; −1 where none does.
 */
function lengthen(text: Int32Array, begin: number, level: NgramLevel, rows: Int32Array) {
  const places = new Int32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === begin || rows[i] < 0) continue;
    if (rows[i - 1] >= 0) places[count++] = i;
    else level.counts[rows[i]]++; // it begins the sequence: nothing is before it
  }
  const byToken = sortByKey(places.subarray(0, count), (i) => text[i], begin);
  const sorted = sortByKey(byToken, (i) => rows[i - 1], level.tokens.length);
  return numberRows(text, level, rows, sorted);
}

/** Stable counting sort of `places` by keys in 0 … size − 1. */
function sortByKey(places: Int32Array, key: (place: number) => number, size: number): Int32Array {
  const starts = new Int32Array(size + 1);
  for (let i = 0; i < places.length; i++) starts[key(places[i]) + 1]++;
  for (let value = 0; value < size; value++) starts[value + 1] += starts[value];
  const sorted = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) sorted[starts[key(places[i])]++] = places[i];
  return sorted;
}

/** Rows for the different pairs (history, token) among the sorted places; each says that its suffix was seen behind one token more. */
function numberRows(text: Int32Array, level: NgramLevel, rows: Int32Array, sorted: Int32Array) {
  const longer = new Int32Array(text.length).fill(-1);
  const tokens = new Int32Array(sorted.length);
  const first = new Int32Array(level.tokens.length + 1);
  let size = 0;
  let history = -1;
  for (let i = 0; i < sorted.length; i++) {
    const place = sorted[i];
    const known = rows[place - 1] === history && tokens[size - 1] === text[place];
    if (!known) {
      history = rows[place - 1];
      first[history + 1]++;
      tokens[size++] = text[place];
      level.counts[rows[place]]++;
    }
    longer[place] = size - 1;
  }
  for (let g = 0; g < level.tokens.length; g++) first[g + 1] += first[g];
  const next = { tokens: tokens.slice(0, size), first, counts: new Int32Array(size) };
  return { level: next, rows: longer };
}

/** The row of the n-gram that `history`, a row of the level below, makes with a token; −1 where it was not seen. */
export function findRow({ tokens, first }: NgramLevel, history: number, token: number): number {
  let low = first[history];
  let high = first[history + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle] < token) low = middle + 1;
    else high = middle;
  }
  return low < first[history + 1] && tokens[low] === token ? low : -1;
}
