/**
 * Where a fit of attention begins: B and TV that would move tokens along smooth paths through what is seen. There
 * the velocities are linear in TV, so that only B is searched for, and nothing is simulated: many starts cost
 * little. Not the fit: paths between frames are a guess, and attention.ts takes them out.
 */
import { Matrix as LibraryMatrix, solve } from 'ml-matrix';
import { massMask } from '../../attention/coupling.ts';
import { fieldCoupling, sources } from '../../attention/field.ts';
import type { Interaction } from '../../attention/interaction.ts';
import { mapWeights } from '../../attention/scores.ts';
import { singleHead } from '../../dynamics/single-head.ts';
import { referenceCouplings } from '../../engines/reference-coupling.ts';
import { asTensor, tensor } from '../../engines/tensor.ts';
import { hypot } from '../../numerics/elementary.ts';
import { leastSquares } from '../../numerics/least-squares.ts';
import { type Matrix, matrix, toRows } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';
import type { ObservedFlow } from './attention.ts';
import { misfit, settled } from './estimate.ts';

/** B and TV one after the other, and the root mean square of what the paths' moves are off by. */
export interface AttentionStart {
  readonly values: Float64Array;
  readonly error: number;
}

/** Gauss's rule on [0, 1], exact up to degree 5. */
const NODES = [-1, 0, 1].map((side) => ({
  at: (1 + side * Math.sqrt(0.6)) / 2,
  weight: side === 0 ? 8 / 18 : 5 / 18,
}));

/** A search ends where B changes by less: the paths are not better than that. */
const SETTLED = 1e-2;
/** Entries of random B are normal with these deviations over √d: softmax from nearly even to nearly hard. */
const SCALES = [0.5, 1, 1.5, 2.5, 4];
/** Of squares: keeps TV finite in directions along which nobody moves. */
const RIDGE = 1e-9;

/** Tokens at a moment of their paths, with the weight of that moment in the move `interval`. */
interface Moment {
  /** [n, d], unit vectors. */
  readonly x: Float64Array;
  readonly weight: number;
  readonly interval: number;
}

/**
 * The best of searches from random B, `count` of them, and from B = 0 and I where `first`. Frames are labelled:
 * row i of each is the same token.
 */
export async function attentionStart(
  observed: ObservedFlow,
  attention: 'sa' | 'usa',
  { gaussian }: Random,
  count: number,
  first: boolean,
): Promise<AttentionStart> {
  const d = observed.init.columns;
  const problem = collocation(observed, attention);
  const random = Array.from({ length: count }, (_, k) =>
    Float64Array.from(
      { length: d * d },
      () => (SCALES[k % SCALES.length] * gaussian()) / Math.sqrt(d),
    ),
  );
  const one = Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
  let best: AttentionStart = { values: new Float64Array(2 * d * d), error: Infinity };
  for (const start of first ? [new Float64Array(d * d), one, ...random] : random) {
    const fit = await settled(() => leastSquares(problem, start, SETTLED));
    if (!fit) continue;
    const error = misfit(fit.residuals);
    if (error < best.error)
      best = { values: Float64Array.of(...fit.values, ...problem.valueOf(fit.values)), error };
  }
  return best;
}

/**
 * The moves x(t_{k+1}) − x(t_k) = ∫ P_x TV m(x; B) dt along the paths as a problem in B alone, m_i = Σ_j A_ij x_j,
 * by variable projection (Golub, Pereyra, SIAM J. Numer. Anal. 10, 1973) with Kaufman's Jacobian.
 */
function collocation(observed: ObservedFlow, attention: 'sa' | 'usa') {
  const { rows: n, columns: d } = observed.init;
  const frames = [observed.init.data, ...observed.parts.map((_, k) => frameOf(observed, k))];
  const moves = Float64Array.from(
    frames.slice(1).flatMap((frame, k) => Array.from(frame, (value, at) => value - frames[k][at])),
  );
  const moments = momentsOf(frames, [0, ...observed.parts], d);
  const interactionOf = interactionWith(attention, d);
  let known: ReturnType<typeof projected> | undefined;
  const at = (b: Float64Array) => {
    if (!known?.b.every((value, k) => value === b[k]))
      known = projected(b, moments, moves, { n, d, interaction: interactionOf(b), attention });
    return known;
  };
  return {
    residuals: (b: Float64Array) => at(b).residuals,
    jacobian: (b: Float64Array) => at(b).jacobian(),
    valueOf: (b: Float64Array): Float64Array => at(b).value,
  };
}

const frameOf = ({ init, data }: ObservedFlow, k: number) =>
  data.subarray(k * init.data.length, (k + 1) * init.data.length);

/** Parabolas through three neighbouring frames, or a line through two, brought to the sphere. */
function momentsOf(frames: readonly Float64Array[], times: readonly number[], d: number): Moment[] {
  return times.slice(1).flatMap((end, interval) => {
    const begin = times[interval];
    const from = Math.max(0, Math.min(interval, times.length - 3));
    const near = times.slice(from, from + 3);
    return NODES.map(({ at, weight }): Moment => {
      const time = begin + at * (end - begin);
      const shares = near.map((own, q) =>
        near.reduce((all, other, r) => (r === q ? all : (all * (time - other)) / (own - other)), 1),
      );
      const x = frames[0].map((_, k) =>
        shares.reduce((sum, share, q) => sum + share * frames[from + q][k], 0),
      );
      for (let i = 0; i < x.length; i += d) {
        const length = hypot(x.subarray(i, i + d)) || 1;
        for (let c = i; c < i + d; c++) x[c] /= length;
      }
      return { x, weight: weight * (end - begin), interval };
    });
  });
}

/** Q = V = I and K = B at β = 1. */
const interactionWith = (attention: 'sa' | 'usa', d: number) => (b: Float64Array) =>
  singleHead(
    { coupling: attention === 'sa' ? 'softmax' : 'exponential', beta: 1 },
    { query: 'identity', key: { rows: toRows(matrix(d, d, b)) }, value: 'identity' },
    d,
  );

interface Setting {
  readonly n: number;
  readonly d: number;
  readonly interaction: Interaction;
  readonly attention: 'sa' | 'usa';
}

/** The best TV to a B, what is left of the moves, and how that changes with B. */
function projected(
  b: Float64Array,
  moments: readonly Moment[],
  moves: Float64Array,
  setting: Setting,
) {
  const { n, d } = setting;
  const size = d * d;
  const attended = moments.map(({ x }) => listening(x, setting));
  /** Σ over moments of the weight times P_x V m for V of unit entries, [moves, d²] row by row. */
  const design = new Float64Array(moves.length * size);
  moments.forEach(({ x, weight, interval }, q) => {
    const { mean } = attended[q];
    forTangents(x, n, d, interval, (at, i, c, part) => {
      for (let e = 0; e < d; e++) design[at * size + c * d + e] += weight * part * mean[i * d + e];
    });
  });
  const products = new Float64Array(size * size);
  for (let at = 0; at < moves.length; at++)
    for (let k = 0; k < size; k++)
      for (let l = 0; l < size; l++)
        products[k * size + l] += design[at * size + k] * design[at * size + l];
  const normal = LibraryMatrix.from1DArray(size, size, products);
  normal.add(LibraryMatrix.eye(size, size, (RIDGE * normal.trace()) / size || 1));
  /** The part of columns [moves] along the design, as values of V. */
  const coefficients = (columns: readonly Float64Array[]) => {
    const right = LibraryMatrix.zeros(size, columns.length);
    columns.forEach((column, q) => {
      for (let k = 0; k < size; k++) {
        let sum = 0;
        for (let at = 0; at < column.length; at++) sum += design[at * size + k] * column[at];
        right.set(k, q, sum);
      }
    });
    const found = solve(normal, right);
    return columns.map((_, q) => Float64Array.from(found.getColumn(q)));
  };
  const modelled = (value: Float64Array) =>
    moves.map((_, at) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += design[at * size + k] * value[k];
      return sum;
    });
  const [value] = coefficients([moves]);
  const residuals = modelled(value).map((move, at) => move - moves[at]);
  const jacobian = (): Matrix => {
    const columns = Array.from({ length: size }, () => new Float64Array(moves.length));
    moments.forEach(({ x, weight, interval }, q) => {
      const { spread } = attended[q];
      forTangents(x, n, d, interval, (at, i, c, part) => {
        // ∂m_i/∂B_kl = x_ik spread_i,l
        for (let l = 0; l < d; l++) {
          let along = 0;
          for (let e = 0; e < d; e++) along += value[c * d + e] * spread[(i * d + l) * d + e];
          for (let k = 0; k < d; k++)
            columns[k * d + l][at] += weight * part * x[i * d + k] * along;
        }
      });
    });
    const out = matrix(moves.length, size);
    coefficients(columns).forEach((taken, k) => {
      const inside = modelled(taken);
      for (let at = 0; at < moves.length; at++)
        out.data[at * size + k] = columns[k][at] - inside[at];
    });
    return out;
  };
  return { b: b.slice(), value, residuals, jacobian };
}

/** Every entry (a, c) of I − x_i x_iᵀ, with the place of coordinate a of token i among the moves. */
function forTangents(
  x: Float64Array,
  n: number,
  d: number,
  interval: number,
  visit: (at: number, i: number, c: number, part: number) => void,
): void {
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++)
      for (let c = 0; c < d; c++)
        visit((interval * n + i) * d + a, i, c, (a === c ? 1 : 0) - x[i * d + a] * x[i * d + c]);
}

/** m_i = Σ_j A_ij x_j [n, d], and Σ_j A_ij x_j (x_j − m_i)ᵀ [n, d, d], without m_i where rows have no sum. */
function listening(x: Float64Array, { n, d, interaction, attention }: Setting) {
  const points = tensor([n, d], x);
  const weights = interaction.weights && mapWeights(interaction.weights, asTensor);
  const masses = new Float64Array(n).fill(1 / n);
  const { data: coupling } = fieldCoupling(
    referenceCouplings,
    points,
    sources(referenceCouplings, points, interaction, weights),
    tensor([n, n], massMask(masses, false, 0, n)),
  );
  const mean = new Float64Array(n * d);
  const spread = new Float64Array(n * d * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++)
      for (let c = 0; c < d; c++) mean[i * d + c] += coupling[i * n + j] * x[j * d + c];
    for (let j = 0; j < n; j++)
      for (let l = 0; l < d; l++) {
        const from = attention === 'sa' ? mean[i * d + l] : 0;
        const share = coupling[i * n + j] * (x[j * d + l] - from);
        for (let e = 0; e < d; e++) spread[(i * d + l) * d + e] += share * x[j * d + e];
      }
  }
  return { mean, spread };
}
