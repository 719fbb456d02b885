/**
 * What is added to a head's scores before its softmax: lengths of keys where scores are distances, and column
 * potentials where the coupling is doubly stochastic. The sums are the kernels'; the iteration is transport's.
 */
import type { Balancing } from '../../numerics/algebra.ts';
import { largestOf, squaredNorm } from '../../numerics/vectors.ts';
import { symmetricPotentials } from '../../transport/sinkhorn.ts';
import { largestSumError } from '../../transport/soft-minimum.ts';
import { reachableResidual } from '../field.ts';
import type { HeadRows } from './heads.ts';
import type { Rows } from './job.ts';

/** log Σ_j w_j e^{s_ij + g_j} to out [n], of a head with scores and potentials. */
export type LogSums = (head: HeadRows, out: Float64Array) => void;

/** −½ β |k_j|² [n]: what makes an inner product a distance. */
export function lengthPotentials(keys: Rows, beta: number): Float64Array {
  return squares(keys).map((square) => -0.5 * beta * square);
}

/** |row|² of every row. */
function squares({ data, n, stride, offset, size }: Rows): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const from = i * stride + offset;
    return squaredNorm(data.subarray(from, from + size));
  });
}

/**
 * The column potentials [n] of a head whose queries are its keys; `start`: those of one close to it. At a
 * temperature ε scores and potentials are divided by it. Throws ConvergenceError where the tolerance is not
 * reached.
 */
export function columnPotentials(
  head: HeadRows,
  sums: LogSums,
  { tolerance, sweeps }: Balancing,
  start?: Float64Array,
): Float64Array {
  const minimum = (g: Float64Array, epsilon: number, out: Float64Array) => {
    const potentials = g.map((value) => value / epsilon);
    sums({ ...head, beta: head.beta / epsilon, potentials }, out);
    for (let i = 0; i < out.length; i++) out[i] *= -epsilon;
  };
  const largest = head.beta * largestOf(squares(head.keys), 0);
  const settings = {
    epsilon: 1,
    maximumSweeps: sweeps,
    start,
    error: largestSumError,
    tolerance: reachableResidual(tolerance, largest),
  };
  return symmetricPotentials(minimum, head.masses, largest, settings).f;
}
