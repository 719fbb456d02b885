/**
 * The exact barycentre of measures on the circle, of as many angles of equal mass each. Not of other
 * masses: those go on a grid, to barycentre-fixed.ts with squared arcs as costs.
 */
import { log2 } from '../numerics/elementary.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { around, TURN } from './circle.ts';
import { simplexWeights } from './weights.ts';

/** All sets of measures are tried: 2^11 of them. */
const MOST_MEASURES = 12;

export interface CircleBarycentre {
  /** Rising, in [0, 2π), of equal masses. */
  readonly values: Float64Array;
  /** Σ λ_k W_2²(μ, μ_k) */
  readonly cost: number;
}

/**
 * argmin_μ Σ λ_k W_2²(μ, μ_k) with the arc length as distance. On the universal cover μ matches the sorted
 * angles of every measure in their order, shifted by a whole number s_k, so μ is the mean of the shifted
 * angles and the cost Σ_{k<l} λ_k λ_l h_kl(s_l − s_k). Every h is convex (Delon, Salomon, Sobolevski 2010),
 * so the sum is L-convex: where no set of measures shifted together by one lowers it, it is the global
 * minimum (Murota, Discrete Convex Analysis, 2003, thm. 7.14). There may be others as low. Throws InputError
 * for weights outside the simplex, angles that are none or not as many, LimitError beyond 12 measures.
 */
export function barycentreOnCircle(
  measures: readonly ArrayLike<number>[],
  weights?: ArrayLike<number>,
): CircleBarycentre {
  const lambda = simplexWeights(measures.length, weights);
  checkMeasures(measures);
  const angles = measures.map((values) => around({ values }).values);
  const n = angles[0].length;
  const cost = shiftCost(angles, lambda);
  let shifts = angles.map(() => 0);
  for (let step = 2 ** Math.ceil(log2(n)); step >= 1; step /= 2)
    shifts = descend(shifts, step, cost);
  const values = Float64Array.from({ length: n }, (_, i) =>
    angles.reduce((sum, own, k) => sum + lambda[k] * lifted(own, i + shifts[k]), 0),
  );
  return { values: around({ values }).values, cost: cost(shifts) };
}

/** Angle i of the periodic continuation, 2π more after every turn. */
function lifted(angles: Float64Array, i: number): number {
  const turns = Math.floor(i / angles.length);
  return angles[i - turns * angles.length] + TURN * turns;
}

type Cost = (shifts: readonly number[]) => number;

/** Σ_{k<l} λ_k λ_l h_kl(s_l − s_k), h_kl(s) the mean square of y^k_i − y^l_{i+s}; every h is computed once. */
function shiftCost(angles: readonly Float64Array[], lambda: Float64Array): Cost {
  const n = angles[0].length;
  const known = new Map<number, number>();
  const pairCost = (k: number, l: number, shift: number) => {
    const key = (k * MOST_MEASURES + l) * 2 ** 32 + shift;
    const before = known.get(key);
    if (before !== undefined) return before;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (angles[k][i] - lifted(angles[l], i + shift)) ** 2;
    known.set(key, sum / n);
    return sum / n;
  };
  return (shifts) => {
    let sum = 0;
    for (let l = 0; l < shifts.length; l++)
      for (let k = 0; k < l; k++)
        sum += lambda[k] * lambda[l] * pairCost(k, l, shifts[l] - shifts[k]);
    return sum;
  };
}

const ROUNDING = 1e-14;

/** Shifts the best set of measures by ± step until none lowers the cost; the first one stays where it is. */
function descend(start: readonly number[], step: number, cost: Cost): number[] {
  let [best, value] = [[...start], cost(start)];
  for (;;) {
    const from = best;
    let least = value - ROUNDING * value;
    for (let set = 2; set < 2 ** start.length; set += 2)
      for (const by of [step, -step]) {
        const shifts = from.map((shift, k) => ((set >> k) & 1 ? shift + by : shift));
        const found = cost(shifts);
        if (found < least) [best, least] = [shifts, found];
      }
    if (best === from) return best;
    value = least;
  }
}

function checkMeasures(measures: readonly ArrayLike<number>[]): void {
  if (measures.length > MOST_MEASURES)
    throw new LimitError(
      'measures',
      `${measures.length} measures are to be averaged on the circle: expected at most ${MOST_MEASURES}; take fewer, or a grid`,
    );
  measures.forEach((angles, k) => {
    if (angles.length !== measures[0].length)
      throw new InputError(
        'measures',
        `measure ${k} has ${angles.length} angles and measure 0 has ${measures[0].length}: expected as many in all; take a grid for other masses`,
      );
    for (let i = 0; i < angles.length; i++)
      if (!Number.isFinite(angles[i]))
        throw new InputError(
          'measures',
          `angle ${i} of measure ${k} is ${angles[i]}: expected a finite number, in radians`,
        );
  });
}
