/**
 * Interpolated modified Kneser–Ney as in the formulas, on maps of strings: slow, and the reference that
 * the sorted arrays are held against. `^` begins a sequence, `$` ends it.
 */
type Counts = Map<string, number>;

const key = (tokens: readonly unknown[]) => tokens.join(' ');

/** c(g) of all n-grams g of n tokens: raw, or the number of different tokens before them. */
function countsOf(texts: readonly unknown[][], n: number, highest: boolean): Counts {
  const before = new Map<string, Set<unknown>>();
  const raw: Counts = new Map();
  for (const text of texts)
    for (let from = n === 1 ? 1 : 0; from + n <= text.length; from++) {
      const gram = key(text.slice(from, from + n));
      raw.set(gram, (raw.get(gram) ?? 0) + 1);
      if (from === 0) continue;
      before.set(gram, (before.get(gram) ?? new Set()).add(text[from - 1]));
    }
  if (highest) return raw;
  return new Map([...raw].map(([gram, count]) => [gram, before.get(gram)?.size ?? count]));
}

/** D_1, D_2, D_3+ from n_1 … n_4; i / 2 where they cannot be told. */
function discountsOf(counts: Counts): number[] {
  const n = (i: number) => [...counts.values()].filter((count) => count === i).length;
  const y = n(1) / (n(1) + 2 * n(2));
  const one = (i: number) => {
    const value = i - ((i + 1) * y * n(i + 1)) / n(i);
    return n(i) > 0 && n(i + 1) > 0 && value >= 0 && value <= i ? value : i / 2;
  };
  return [0, one(1), one(2), one(3)];
}

/** p(token | history), the token 'end' for `$`; histories are whole beginnings. */
export function slowKneserNey(
  sequences: readonly number[][],
  order: number,
  vocabularySize: number,
): (history: readonly number[], token: number | 'end') => number {
  const texts = sequences.map((sequence) => ['^', ...sequence, '$']);
  const counts = Array.from({ length: order }, (_, i) => countsOf(texts, i + 1, i + 1 === order));
  const discounts = counts.map(discountsOf);
  const conditional = (history: readonly unknown[], token: unknown): number => {
    const n = history.length + 1;
    const shorter = n === 1 ? 1 / (vocabularySize + 1) : conditional(history.slice(1), token);
    const taken = (count: number) => discounts[n - 1][Math.min(count, 3)];
    const followers = [...counts[n - 1]].filter(
      ([gram]) => gram.split(' ').slice(0, -1).join(' ') === key(history),
    );
    if (followers.length === 0) return shorter;
    const total = followers.reduce((sum, [, count]) => sum + count, 0);
    const rest = followers.reduce((sum, [, count]) => sum + taken(count), 0) / total;
    const own = counts[n - 1].get(key([...history, token])) ?? 0;
    return (own - taken(own)) / total + rest * shorter;
  };
  return (history, token) => {
    const marked = ['^', ...history].slice(order === 1 ? history.length + 1 : -(order - 1));
    return conditional(marked, token === 'end' ? '$' : token);
  };
}
