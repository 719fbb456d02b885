/**
 * Sinkhorn's scaling on Float64 arrays: which potentials make a softmax doubly stochastic. The iteration
 * itself is transport/sinkhorn.ts; this says who is scaled with whom.
 */
import type { Algebra, Balancing } from '../numerics/algebra.ts';
import { createForest, setsOf } from '../numerics/forest.ts';
import { once } from '../numerics/once.ts';
import { unitMasses } from '../transport/measure.ts';
import { entropicTransport, symmetricTransport } from '../transport/sinkhorn.ts';
import { largestSumError } from '../transport/soft-minimum.ts';
import { reachableResidual } from './field.ts';
import type { Float64Tensor } from './tensor.ts';

/**
 * The potentials g [B, H, n] of `columnPotentials` (numerics/algebra.ts); `start`: potentials of scores
 * close to these. Throws ConvergenceError where the tolerance is not reached, RangeError where the
 * scores are no square or particles see each other only in part.
 */
export function balance(
  scores: Float64Tensor,
  beta: readonly number[],
  mask: Float64Tensor | null,
  balancing: Balancing,
  start?: Float64Tensor,
): Float64Tensor {
  const { shape, data } = scores;
  const n = shape[shape.length - 1];
  if (shape[shape.length - 2] !== n)
    throw new RangeError(`scores [${shape}] are no square, and only n × n of them can be balanced`);
  const heads = beta.length;
  const out = { shape: shape.slice(0, -1), data: new Float64Array(data.length / n) };
  const shown = mask?.data ?? new Float64Array(n * n).fill(1);
  const masks = shown.length / (n * n);
  const circles = Array.from({ length: masks }, (_, b) =>
    once(() => circlesOf(shown.subarray(b * n * n, (b + 1) * n * n), n)),
  );
  for (let r = 0; r < data.length / (n * n); r++) {
    const square = data.subarray(r * n * n, (r + 1) * n * n);
    const [from, scale] = [r * n, beta[r % heads]];
    for (const circle of circles[masks > 1 ? Math.floor(r / heads) : 0]()) {
      const known = start && Float64Array.from(circle.members, (i) => start.data[from + i]);
      const potentials = circlePotentials(square, n, scale, circle, balancing, known);
      circle.members.forEach((i, at) => {
        out.data[from + i] = potentials[at];
      });
    }
  }
  return out;
}

/** The algebra of one flow: a doubly stochastic scaling begins where the last one of the same size ended. */
export function warmed<A extends Algebra<Float64Tensor>>(algebra: A): A {
  let last: Float64Tensor | undefined;
  return {
    ...algebra,
    columnPotentials(scores, beta, mask, balancing) {
      const same = last?.data.length === scores.data.length / scores.shape[scores.shape.length - 1];
      last = balance(scores, beta, mask, balancing, same ? last : undefined);
      return last;
    },
  };
}

/** Particles that all see each other, with masses of sum 1. */
interface Circle {
  readonly members: readonly number[];
  readonly masses: Float64Array;
}

/** Who sees whom back, more than one together; others keep the potential 0. Those without mass are heard by nobody. */
function circlesOf(shown: Float64Array, n: number): Circle[] {
  const mutual = (i: number, j: number) => shown[i * n + j] !== 0 && shown[j * n + i] !== 0;
  const forest = createForest(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (mutual(i, j)) forest.join(i, j);
  const circles = setsOf(forest, n).filter(({ length }) => length > 1);
  for (const members of circles)
    if (!members.every((i) => members.every((j) => mutual(i, j))))
      throw new RangeError(
        'some particles see each other only through third ones, and have no doubly stochastic coupling',
      );
  return circles.map((members) => ({
    members,
    masses: unitMasses(
      members.length,
      members.map((j) => shown[members[0] * n + j]),
    ),
  }));
}

function circlePotentials(
  square: Float64Array,
  n: number,
  beta: number,
  { members, masses }: Circle,
  { tolerance, sweeps }: Balancing,
  start?: Float64Array,
): Float64Array {
  const m = members.length;
  const costs = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) costs[i * m + j] = -beta * square[members[i] * n + members[j]];
  const settings = {
    epsilon: 1,
    maximumSweeps: sweeps,
    start,
    error: largestSumError,
    tolerance: reachable(tolerance, costs),
  };
  const { g } = isSymmetric(costs, m)
    ? symmetricTransport(costs, masses, settings)
    : entropicTransport(costs, masses, masses, settings);
  const middle = g.reduce((sum, value, j) => sum + masses[j] * value, 0);
  return g.map((value) => value - middle);
}

const reachable = (tolerance: number, costs: Float64Array) =>
  reachableResidual(
    tolerance,
    costs.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0),
  );

function isSymmetric(costs: Float64Array, m: number): boolean {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < i; j++) if (costs[i * m + j] !== costs[j * m + i]) return false;
  return true;
}
