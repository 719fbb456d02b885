/** Exact Wasserstein distances on the line, where the sorted points are matched in their order. */
import { pow } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { unitMasses } from './measure.ts';

/** Points on a line with masses; absent masses are equal. */
export interface LineMeasure {
  readonly values: ArrayLike<number>;
  readonly masses?: ArrayLike<number>;
}

export interface Sorted {
  /** Rising. */
  readonly values: Float64Array;
  /** In the order of the values, of sum 1. */
  readonly masses: Float64Array;
}

/** Levels closer than this differ by the rounding of masses alone. */
export const ROUNDING = 1e-14;

/**
 * W_p = (∫_0^1 |F⁻¹(u) − G⁻¹(u)|^p du)^{1/p}, 1 ≤ p < ∞ (Santambrogio, Optimal Transport for Applied
 * Mathematicians, 2015, prop. 2.17). O((n + m) log(n + m)). Masses count beside each other: what is less than
 * 1e-14 of the whole may be taken for rounding. Throws InputError for another p, and for values or masses
 * that are none.
 */
export function wassersteinOnLine(a: LineMeasure, b: LineMeasure, p = 1): number {
  checkPower(p);
  return quantileDistance(quantilesOf(sorted(a)), quantilesOf(sorted(b)), p);
}

/** Throws InputError (field `p`) where W_p is no distance. */
export function checkPower(p: number): void {
  if (!(p >= 1 && Number.isFinite(p)))
    throw new InputError('p', `p is ${p}: expected a finite number of at least 1`);
}

/** F⁻¹ as steps: the value at u is `values[i]` for the least i with u ≤ `levels[i]`. */
export interface Quantiles {
  /** Rising. */
  readonly values: Float64Array;
  /** Rising, the last one 1. */
  readonly levels: Float64Array;
}

/** The quantile function of sorted points. */
export function quantilesOf({ values, masses }: Sorted): Quantiles {
  // with what each addition loses (Neumaier), so that the same masses in other company have the same levels
  let [sum, lost] = [0, 0];
  const levels = masses.map((mass) => {
    const next = sum + mass;
    lost += sum >= mass ? sum - next + mass : mass - next + sum;
    sum = next;
    return Math.min(1, sum + lost);
  });
  levels[levels.length - 1] = 1;
  return { values, levels };
}

/** (∫_0^1 |F⁻¹ − G⁻¹|^p du)^{1/p} */
export function quantileDistance(x: Quantiles, y: Quantiles, p: number): number {
  const { first, second, masses } = meetings(x, y);
  const distances = first.map((i, k) => Math.abs(x.values[i] - y.values[second[k]]));
  return powerMean(distances, masses, p);
}

/** A part of a plan: so much mass goes from point i of one measure to point j of another. */
export interface PlanPart {
  readonly i: number;
  readonly j: number;
  readonly mass: number;
}

/**
 * The plan that matches sorted points, best for every convex cost of |x − y|, by the places of the points as they
 * are given; its masses have the sum 1. Throws as `wassersteinOnLine`.
 */
export function planOnLine(a: LineMeasure, b: LineMeasure): PlanPart[] {
  const { first, second, masses } = meetings(quantilesOf(sorted(a)), quantilesOf(sorted(b)));
  const [own, other] = [a, b].map(({ values }) =>
    Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]),
  );
  return masses.flatMap((mass, k) =>
    mass > 0 ? [{ i: own[first[k]], j: other[second[k]], mass }] : [],
  );
}

/**
 * Which steps lie beside each other, and over how much mass. A step that begins or ends where another does, up to
 * rounding, does so exactly: with 1/p any mass that rounding leaves over would be much.
 */
function meetings(x: Quantiles, y: Quantiles) {
  const [first, second, masses]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0, j = 0, from = 0; i < x.levels.length && j < y.levels.length; ) {
    const [own, other] = [x.levels[i], y.levels[j]];
    first.push(i);
    second.push(j);
    masses.push(Math.min(own, other) - from);
    if (own - other <= ROUNDING) i++;
    if (other - own <= ROUNDING) j++;
    from = Math.abs(own - other) <= ROUNDING ? Math.max(own, other) : Math.min(own, other);
  }
  return { first, second, masses };
}

/** (Σ m_k d_k^p)^{1/p} of distances d ≥ 0 in units of the largest one that has mass: no power over- or underflows. */
function powerMean(distances: readonly number[], masses: readonly number[], p: number): number {
  const unit = distances.reduce((most, d, k) => (masses[k] > 0 ? Math.max(most, d) : most), 0);
  if (unit === 0 || unit === Number.POSITIVE_INFINITY) return unit;
  const sum = distances.reduce(
    (sum, d, k) => (masses[k] > 0 ? sum + masses[k] * pow(d / unit, p) : sum),
    0,
  );
  return unit * pow(sum, 1 / p);
}

/** The points in rising order with their masses, of sum 1. Throws InputError for values or masses that are none. */
export function sorted({ values, masses }: LineMeasure): Sorted {
  const weights = unitMasses(values.length, masses);
  checkValues(values);
  if (!masses) return { values: Float64Array.from(values).sort(), masses: weights };
  const order = Array.from(weights.keys()).sort((i, j) => values[i] - values[j]);
  return {
    values: Float64Array.from(order, (i) => values[i]),
    masses: Float64Array.from(order, (i) => weights[i]),
  };
}

/** Throws InputError (field `values`) where one is no finite number. */
export function checkValues(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new InputError('values', `value ${i} is ${values[i]}: expected a finite number`);
}
