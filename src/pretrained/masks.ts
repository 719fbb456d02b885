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
