/** Where a function on [0, 1] falls to zero, from few of its values. Not a minimum, and not all such places. */
import { log2 } from './elementary.ts';

/**
 * An x with value(x) ≤ 0 that is at most `precision` behind one where it is positive: of a value that is
 * positive at 0 and not at 1. By the ITP method (Oliveira & Takahashi, ACM Trans. Math. Softw. 47, 2020,
 * with κ₁ = 0.2, κ₂ = 2, n₀ = 1): one value more than bisection takes at most, where it jumps, and a third
 * of them where it is smooth.
 */
export function onset(value: (x: number) => number, precision: number): number {
  let [low, high] = [0, 1];
  let [above, below] = [value(low), value(high)];
  // Half of the width that bisection, begun one step later, would still have.
  let allowed = 2 ** Math.ceil(log2(1 / precision)) * precision;
  while (high - low > precision) {
    const width = high - low;
    const middle = (low + high) / 2;
    const straight = low + width * (above / (above - below));
    const away = middle - straight;
    const moved = straight + Math.sign(away) * Math.min(Math.abs(away), 0.2 * width * width);
    const most = allowed - width / 2;
    const x = middle + Math.max(-most, Math.min(most, moved - middle));
    const found = value(x);
    if (found > 0) [low, above] = [x, found];
    else [high, below] = [x, found];
    allowed /= 2;
  }
  return high;
}
