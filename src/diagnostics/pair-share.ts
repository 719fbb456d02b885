/** Which share of the pairs of particles is together, within a cosine of one's choice. Not the diagrams made of it. */
import { asin, atan2 } from '../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { readsPairs, type ScalarDiagnostic, type Space } from './diagnostic.ts';

export const pairShare: ScalarDiagnostic = {
  name: 'pair_share',
  title: 'Share of pairs above 1 − δ',
  unit: '',
  help: 'Share of the pairs i < j with cosine ⟨x_i,x_j⟩ ≥ 1 − δ, with masses weighted by w_i w_j; δ is an option of a simulation, 0.001 otherwise. Exact for any number of particles on the circle. Off the sphere the cosine of the angle seen from the origin.',
  citation: 'arXiv 2312.10794, figure 3',
  kind: 'scalar',
  reads: (n, d) => (d === 2 ? n : readsPairs(n)),
  compute(frame) {
    const { positions, weights } = frame.positions.columns === 2 ? frame : frame.pairs;
    return shareOfPairs(positions, frame.delta, { weights, space: frame.space });
  },
};

/**
 * Σ w_i w_j over the pairs i < j with cosine ≥ 1 − δ, divided by that of all pairs; null where there is none. Rows
 * [n, d], unit ones on the sphere; the cosine with a particle at the origin is 0. `weights`: [n], equal ones if absent;
 * 0 < δ < 1. Counts are exact where all weigh the same. O(n log n) time in the plane, O(n²d) at most else.
 */
export function shareOfPairs(
  positions: Matrix,
  delta: number,
  { weights, space = 'sphere' }: { weights?: ArrayLike<number>; space?: Space } = {},
): number | null {
  const w = countingWeights(positions.rows, weights);
  const sum = w.reduce((total, one) => total + one, 0);
  const squares = w.reduce((total, one) => total + one * one, 0);
  const all = (sum * sum - squares) / 2;
  if (!(all > 0)) return null;
  const directions = space === 'sphere' ? positions : directionsOf(positions);
  const near = directions.columns === 2 ? nearInPlane : nearPairs;
  return near(directions, w, delta) / all;
}

/** Ones where all weigh the same, so that whole numbers are added. */
function countingWeights(n: number, weights?: ArrayLike<number>): Float64Array {
  const given = Float64Array.from(weights ?? { length: n }, (weight) => weight ?? 1);
  return given.every((weight) => weight === given[0]) ? given.fill(1) : given;
}

/** Rows of length 1; NaN for those at the origin, which are near none. */
function directionsOf({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(rows, columns, Float64Array.from(data));
  for (let i = 0; i < rows; i++) {
    const x = row(out, i);
    const length = Math.sqrt(x.reduce((total, one) => total + one * one, 0));
    for (let k = 0; k < columns; k++) x[k] /= length;
  }
  return out;
}

/** By |x − y|² = 2 − 2⟨x, y⟩ ≤ 2δ, which loses no digits where δ is small, and is left early where it is not met. */
function nearPairs({ rows: n, columns: d, data }: Matrix, w: Float64Array, delta: number): number {
  let near = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d && square <= 2 * delta; k++)
        square += (data[i * d + k] - data[j * d + k]) ** 2;
      if (square <= 2 * delta) near += w[i] * w[j];
    }
  return near;
}

/** By angles in order: from each the others up to 2 arcsin √(δ/2) further on, which is below half a turn. */
function nearInPlane({ rows, data }: Matrix, w: Float64Array, delta: number): number {
  const reach = 2 * asin(Math.sqrt(delta / 2));
  const found = Array.from({ length: rows }, (_, i) => ({
    angle: atan2(data[2 * i + 1], data[2 * i]),
    weight: w[i],
  }))
    .filter(({ angle }) => !Number.isNaN(angle))
    .sort((left, right) => left.angle - right.angle);
  const n = found.length;
  const angleAt = (k: number) => found[k % n].angle + (k < n ? 0 : 2 * Math.PI);
  let near = 0;
  let ahead = 0;
  for (let i = 0, end = 1; i < n; i++) {
    // Between the two lie those ahead of i within its reach.
    if (i > 0) ahead -= end > i ? found[i].weight : 0;
    if (end <= i) end = i + 1;
    for (; end < i + n && angleAt(end) - found[i].angle <= reach; end++)
      ahead += found[end % n].weight;
    near += found[i].weight * ahead;
  }
  return near;
}
