/**
 * An n-gram language model over integer tokens: interpolated modified Kneser–Ney (Chen & Goodman 1999,
 * "An empirical study of smoothing techniques for language modeling", §4.1.6). It is the yardstick
 * for what a text's last few tokens tell, and no part of the flow.
 *
 *   p_k(w | h) = (c(hw) − D(c(hw)))₊ / c(h·) + γ(h) p_{k−1}(w | h'),   γ(h) = Σ_i D_i N_i(h) / c(h·)
 *
 * h' is h without its oldest token. Counts c are raw at the highest order and for histories that begin
 * the sequence; below, c(hw) is the number of different tokens seen before hw. The recursion ends in
 * the uniform law over the vocabulary and the end marker.
 */
import { InputError } from '../numerics/errors.ts';

export interface NgramOptions {
  /** Longest n-gram, 1 or more; 5 by default. */
  readonly order?: number;
  /** Tokens are 0 … vocabularySize − 1. */
  readonly vocabularySize: number;
}

export interface NgramModel {
  readonly order: number;
  /** Log-probability of a whole sequence in nats, its end included. */
  logProbability(sequence: ArrayLike<number>): number;
  /** p(token | history); token `vocabularySize` is the end. A history of a whole beginning is `[...tokens]`. */
  probability(history: ArrayLike<number>, token: number): number;
}

/** What followed one history. */
interface Followers {
  /** Σ of the counts. */
  total: number;
  /** Number of followers seen once, twice, three times or more. */
  readonly seen: [number, number, number];
}

/** N-grams of one length: nodes of the history trie, followers keyed by node and token. */
interface Order {
  /** Count of each n-gram. */
  readonly counts: Map<number, number>;
  readonly followers: Map<number, Followers>;
  discounts: [number, number, number];
}

/**
 * Trains on sequences, each between a begin and an end marker that it need not contain.
 *
 * Discounts per order are D_i = i − (i + 1) Y n_{i+1} / n_i with Y = n₁ / (n₁ + 2 n₂) for i = 1, 2, 3+.
 * Where a needed count of counts is zero, or D_i falls outside [0, i], D_i is 0.5, 1 and 1.5 instead.
 * @throws InputError where a token lies outside the vocabulary or the order is below 1.
 */
export function trainKneserNey(
  sequences: Iterable<ArrayLike<number>>,
  { order = 5, vocabularySize }: NgramOptions,
): NgramModel {
  if (!(Number.isInteger(order) && order >= 1))
    throw new InputError('order', `order is ${order}, expected a whole number ≥ 1: give 5`);
  const trie = createTrie(vocabularySize + 2);
  const orders = Array.from({ length: order }, emptyOrder);
  for (const sequence of sequences) countSequence(trie, orders, checked(sequence, vocabularySize));
  for (const level of orders) finish(level, trie);
  return createModel(trie, orders, vocabularySize);
}

/** The n-grams seen, as nodes numbered from 1; the empty one is 0. A node reads from oldest to newest token. */
interface Trie {
  readonly base: number;
  readonly children: Map<number, number>;
  child(node: number, token: number): number | undefined;
  grow(node: number, token: number): number;
}

function createTrie(base: number): Trie {
  const children = new Map<number, number>();
  const child = (node: number, token: number) => children.get(node * base + token);
  function grow(node: number, token: number): number {
    const known = child(node, token);
    if (known !== undefined) return known;
    children.set(node * base + token, children.size + 1);
    return children.size;
  }
  return { base, children, child, grow };
}

function emptyOrder(): Order {
  return { counts: new Map(), followers: new Map(), discounts: [0, 0, 0] };
}

function checked(sequence: ArrayLike<number>, vocabularySize: number): number[] {
  const tokens = Array.from(sequence);
  const bad = tokens.find(
    (token) => !(Number.isInteger(token) && token >= 0 && token < vocabularySize),
  );
  if (bad === undefined) return tokens;
  throw new InputError(
    'token',
    `token ${bad} is not in 0 … ${vocabularySize - 1}: raise vocabularySize`,
  );
}

/** Counts the n-grams that end at each token of a sequence. */
function countSequence(trie: Trie, orders: readonly Order[], tokens: readonly number[]): void {
  const marked = [trie.base - 1, ...tokens, trie.base - 2];
  for (let end = 1; end < marked.length; end++) countEnding(trie, orders, marked, end);
}

/**
 * From the longest n-gram down: the highest order counts each occurrence, a lower one only the first
 * occurrence of the n-gram one longer (a new token before it). One that begins the sequence has nothing
 * before it: each occurrence counts.
 */
function countEnding(
  trie: Trie,
  orders: readonly Order[],
  marked: readonly number[],
  end: number,
): void {
  for (let length = Math.min(orders.length, end + 1); length >= 1; length--) {
    const { counts } = orders[length - 1];
    const node = nodeOf(trie, marked, end - length + 1, end + 1);
    const before = counts.get(node) ?? 0;
    counts.set(node, before + 1);
    if (before > 0) return; // the shorter ones have counted this n-gram already
  }
}

function nodeOf(trie: Trie, tokens: readonly number[], from: number, to: number): number {
  let node = 0;
  for (let index = from; index < to; index++) node = trie.grow(node, tokens[index]);
  return node;
}

/** Gathers the followers of each history and sets the discounts. */
function finish(level: Order, trie: Trie): void {
  const parents = parentsOf(trie, level.counts);
  const counted = [0, 0, 0, 0, 0];
  for (const [node, count] of level.counts) {
    if (count <= 4) counted[count]++;
    const parent = parents.get(node) ?? 0;
    const known = level.followers.get(parent) ?? { total: 0, seen: [0, 0, 0] };
    known.total += count;
    known.seen[Math.min(count, 3) - 1]++;
    level.followers.set(parent, known);
  }
  level.discounts = [discount(counted, 1), discount(counted, 2), discount(counted, 3)];
}

function parentsOf(trie: Trie, counts: ReadonlyMap<number, number>): Map<number, number> {
  const parents = new Map<number, number>();
  for (const [key, node] of trie.children)
    if (counts.has(node)) parents.set(node, Math.floor(key / trie.base));
  return parents;
}

function discount(counted: readonly number[], i: number): number {
  const y = counted[1] / (counted[1] + 2 * counted[2]);
  const value = i - ((i + 1) * y * counted[i + 1]) / counted[i];
  const usable = counted[i] > 0 && counted[i + 1] > 0 && value >= 0 && value <= i;
  return usable ? value : i / 2;
}

function createModel(trie: Trie, orders: readonly Order[], vocabularySize: number): NgramModel {
  const order = orders.length;

  /** p(token | the last `length` tokens of the history), interpolated with the shorter histories. */
  function conditional(history: readonly number[], token: number): number {
    let p = 1 / (vocabularySize + 1);
    for (let length = 0; length < Math.min(order, history.length + 1); length++) {
      const node = find(history, history.length - length);
      const followers = node === undefined ? undefined : orders[length].followers.get(node);
      if (node === undefined || !followers) break; // no longer history was seen either
      p = interpolate(orders[length], followers, trie.child(node, token), p);
    }
    return p;
  }

  function find(history: readonly number[], from: number): number | undefined {
    let node: number | undefined = 0;
    for (let index = from; index < history.length && node !== undefined; index++)
      node = trie.child(node, history[index]);
    return node;
  }

  function probability(history: ArrayLike<number>, token: number): number {
    const marked = [trie.base - 1, ...checked(history, vocabularySize)];
    return conditional(marked.slice(Math.max(0, marked.length - order + 1)), token);
  }

  function logProbability(sequence: ArrayLike<number>): number {
    const marked = [trie.base - 1, ...checked(sequence, vocabularySize), trie.base - 2];
    let sum = 0;
    for (let end = 1; end < marked.length; end++)
      sum += Math.log(conditional(marked.slice(Math.max(0, end - order + 1), end), marked[end]));
    return sum;
  }

  return { order, probability, logProbability };
}

function interpolate(
  level: Order,
  { total, seen }: Followers,
  node: number | undefined,
  shorter: number,
): number {
  const [one, two, three] = level.discounts;
  const count = (node === undefined ? undefined : level.counts.get(node)) ?? 0;
  const kept = count > 0 ? count - level.discounts[Math.min(count, 3) - 1] : 0;
  return (kept + (one * seen[0] + two * seen[1] + three * seen[2]) * shorter) / total;
}
