/**
 * Which particles are read where all of them would cost too much. Not random to the reader: the
 * draw depends on the two counts alone, so that all frames of a run show the same particles.
 */
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { random } from '../numerics/random.ts';

/** Up to this many particles what reads all pairs is exact. */
export const LARGEST_EXACT = 5_000;
/** The particles whose pairs are read beyond that. */
export const SAMPLE_SIZE = 2_000;

const SEED = 2312_10794;

/** `count` of the numbers 0 … n − 1, rising, each as likely as the other; all of them if count ≥ n. */
export function drawn(n: number, count: number): number[] {
  if (count >= n) return Array.from({ length: n }, (_, i) => i);
  const { integer } = random(SEED, n, count);
  const chosen = new Set<number>();
  // Floyd's algorithm: one draw a particle, no list of all n.
  for (let top = n - count; top < n; top++) {
    const one = integer(top + 1);
    chosen.add(chosen.has(one) ? top : one);
  }
  return [...chosen].sort((left, right) => left - right);
}

/** The particles whose pairs are read, rising; null for all of them. */
export function pairSample(n: number): number[] | null {
  return n > LARGEST_EXACT ? drawn(n, SAMPLE_SIZE) : null;
}

/** How a result says that it read a part of the particles. */
export function sampleNote(read: number, n: number): string {
  return `read from ${grouped(read)} of ${grouped(n)} particles, drawn with a fixed seed`;
}

/** The given rows as a matrix of their own. */
export function selectRows(points: Matrix, indices: readonly number[]): Matrix {
  const result = matrix(indices.length, points.columns);
  indices.forEach((from, to) => {
    result.data.set(row(points, from), to * points.columns);
  });
  return result;
}

const grouped = (count: number) => count.toLocaleString('en-US');
