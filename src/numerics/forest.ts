/** Disjoint sets (union–find): which of n things belong together. */

export interface Forest {
  /** The least member of the set of i. */
  root(i: number): number;
  /** Joins the sets of i and j and returns their root. */
  join(i: number, j: number): number;
}

/** n things, each on its own. */
export function createForest(n: number): Forest {
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  function root(i: number): number {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }
  function join(i: number, j: number): number {
    const [a, b] = [root(i), root(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
    return Math.min(a, b);
  }
  return { root, join };
}

/** The sets, each with its members rising, in the order of their least members. */
export function setsOf({ root }: Forest, n: number): number[][] {
  const sets = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const own = sets.get(root(i));
    if (own) own.push(i);
    else sets.set(i, [i]);
  }
  return [...sets.values()];
}
