/** A random order of 0 … count − 1 (Fisher–Yates). */
import type { Random } from '../../numerics/random.ts';

export function shuffled(count: number, stream: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
