/** Who sees whom in a layer, as a mask of zeros and ones. */
import type { LayerShape } from './architecture.ts';
import type { Arithmetic, Tensor } from './arithmetic.ts';

/** The mask [n, m] of queries at the places m − n … m − 1 for keys at 0 … m − 1; null where all see all. */
export function maskOf(
  arithmetic: Arithmetic,
  causal: boolean,
  { reach }: Pick<LayerShape, 'reach'>,
  n: number,
  m: number,
): Tensor | null {
  const distance = reach ?? m;
  if (!causal && distance >= m - 1) return null;
  const mask = arithmetic.zeros([n, m]);
  for (let i = 0; i < n; i++) {
    const place = m - n + i;
    const first = Math.max(0, place - distance);
    const last = causal ? place : Math.min(m - 1, place + distance);
    mask.data.fill(1, i * m + first, i * m + last + 1);
  }
  return mask;
}

/**
 * The mask [n, before + n] of tokens that branch behind `before` others: each sees these and its own branch, as far
 * as its layer reaches.
 */
export function branchMask(
  arithmetic: Arithmetic,
  { reach }: Pick<LayerShape, 'reach'>,
  parents: readonly number[],
  before: number,
): Tensor {
  const n = parents.length;
  const m = before + n;
  const mask = arithmetic.zeros([n, m]);
  for (let i = 0; i < n; i++) {
    const branch: number[] = [];
    for (let at = i; at >= 0; at = parents[at]) branch.push(at);
    const seen = reach === null ? m : reach + 1;
    for (const at of branch.slice(0, seen)) mask.data[i * m + before + at] = 1;
    const left = Math.max(0, seen - branch.length);
    mask.data.fill(1, i * m + Math.max(0, before - left), i * m + before);
  }
  return mask;
}
