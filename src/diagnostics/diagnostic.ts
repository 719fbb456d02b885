/**
 * What a diagnostic is: a number, a list or a histogram of one frame of a flow, with what a reader must
 * know. Not the list of them (catalogue.ts) and not clusters, which compare frames (clusters.ts).
 */
import { type Matrix, row } from '../numerics/matrix.ts';
import { once } from '../numerics/once.ts';
import { gram } from '../numerics/spectrum.ts';
import { pairSample, selectRows } from './sample.ts';

/** Unit vectors and angles, or R^d and distances. */
export type Space = 'sphere' | 'euclidean';

/** A frame as the flow gives it. */
export interface DiagnosticFrame {
  /** [n, d]; unit rows on the sphere. */
  readonly positions: Matrix;
  /** Per head [n, n], rows sum to 1; absent where no layer led to this frame. */
  readonly couplings?: readonly Matrix[] | null;
  /** Positions one frame earlier, [n, d]; absent at the start. */
  readonly previous?: Matrix | null;
  /** Positions of the first frame, [m, d]; absent where a frame stands alone. */
  readonly initial?: Matrix | null;
  /** w_i ≥ 0, [n], of sum 1; absent: all 1/n. */
  readonly masses?: ArrayLike<number> | null;
  /** β of the energy; absent: 1, as in trained models. */
  readonly beta?: number;
  /** Which pairs are together: those of cosine 1 − δ or more; absent: 0.001. */
  readonly delta?: number;
  /** ẋ_i, [n, d]; on the sphere only its tangent part counts. */
  readonly velocity?: Matrix | null;
  /** Absent: the sphere. */
  readonly space?: Space;
  /** Lengths r_i, [n], of the vectors whose directions `positions` are, where the flow knows any. */
  readonly radii?: ArrayLike<number> | null;
}

/** The particles whose pairs are read: all of them, or a sample where there are too many. */
export interface PairReading {
  /** Which particles, rising; null: all. */
  readonly indices: readonly number[] | null;
  /** [m, d] */
  readonly positions: Matrix;
  /** Their masses, [m]; of sum 1 only where all are read. */
  readonly weights: Float64Array;
}

/** A frame with what several diagnostics share, each computed once, when it is first read. */
export interface PreparedFrame extends DiagnosticFrame {
  readonly space: Space;
  readonly beta: number;
  readonly delta: number;
  /** The masses, or 1/n each. */
  readonly weights: Float64Array;
  /** Σ w_i x_i, [d]. */
  readonly mean: Float64Array;
  readonly pairs: PairReading;
  /** ⟨x_i, x_j⟩ of the particles of `pairs`, [m, m]. */
  readonly gram: Matrix;
  /** Cosines of their pairs i < j, m(m−1)/2 of them; 0 with a particle at the origin. */
  readonly cosines: Float64Array;
}

interface Description {
  /** snake_case, the key in every record. */
  readonly name: string;
  readonly title: string;
  /** Empty for a pure number. */
  readonly unit: string;
  readonly help: string;
  readonly citation: string;
  /** Belongs into a short table. */
  readonly headline?: true;
  /** How many particles it reads of a frame of n in R^d, where that can be fewer than n. */
  readonly reads?: (n: number, d: number) => number;
}

export interface ScalarDiagnostic extends Description {
  readonly kind: 'scalar';
  /** null where the frame does not define it. */
  readonly compute: (frame: PreparedFrame) => number | null;
}

export interface HistogramDiagnostic extends Description {
  readonly kind: 'histogram';
  /** Interval that the bins divide equally. */
  readonly range: readonly [number, number];
  readonly bins: number;
  readonly compute: (frame: PreparedFrame) => number[];
}

/** A list of numbers with an index of its own, such as the modes 1 … 8. */
export interface VectorDiagnostic extends Description {
  readonly kind: 'vector';
  /** What the index means. */
  readonly index: string;
  /** The first and the last index. */
  readonly indices: readonly [number, number];
  readonly compute: (frame: PreparedFrame) => number[] | null;
}

export type Diagnostic = ScalarDiagnostic | HistogramDiagnostic | VectorDiagnostic;

/** δ where it is not said: pairs of cosine 1 − δ are together, as in figure 3 of arXiv 2312.10794. */
export const DELTA = 1e-3;

/** `reads` of a diagnostic that reads all pairs. */
export const readsPairs = (n: number) => pairSample(n)?.length ?? n;

/** Completes a frame and adds what diagnostics share. */
export function prepareFrame(frame: DiagnosticFrame): PreparedFrame {
  const { positions, masses, space = 'sphere', beta = 1, delta = DELTA } = frame;
  const n = positions.rows;
  const weights = masses ? Float64Array.from(masses) : new Float64Array(n).fill(1 / n);
  const pairs = once(() => readPairs(positions, weights));
  const products = once(() => gram(pairs().positions));
  const mean = once(() => weightedSum(positions, weights));
  const cosines = once(() => pairCosines(products(), space));
  return {
    ...frame,
    space,
    beta,
    delta,
    weights,
    get mean() {
      return mean();
    },
    get pairs() {
      return pairs();
    },
    get gram() {
      return products();
    },
    get cosines() {
      return cosines();
    },
  };
}

function readPairs(positions: Matrix, weights: Float64Array): PairReading {
  const indices = pairSample(positions.rows);
  if (!indices) return { indices, positions, weights };
  const chosen = Float64Array.from(indices, (i) => weights[i]);
  return { indices, positions: selectRows(positions, indices), weights: chosen };
}

/** Σ w_i x_i, [d]. */
function weightedSum(points: Matrix, weights: Float64Array): Float64Array {
  const sum = new Float64Array(points.columns);
  for (let i = 0; i < points.rows; i++) {
    const x = row(points, i);
    for (let k = 0; k < x.length; k++) sum[k] += weights[i] * x[k];
  }
  return sum;
}

/** The entries above the diagonal, row by row; off the sphere divided by the lengths. */
function pairCosines({ rows: n, data }: Matrix, space: Space): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, i) =>
    space === 'sphere' ? 1 : 1 / (Math.sqrt(data[i * n + i]) || Number.POSITIVE_INFINITY),
  );
  const result = new Float64Array((n * (n - 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const cosine = data[i * n + j] * scale[i] * scale[j];
      result[next++] = Math.max(-1, Math.min(1, cosine));
    }
  return result;
}

/**
 * Σ_ij w_i w_j f(i, j) for a symmetric f. `own(i)` = f(i, i) for a particle of the frame; `other(a, b)`
 * for two particles a ≠ b of `frame.pairs`. From a sample the pairs i ≠ j are estimated without
 * bias (for equal masses) and the diagonal stays exact: in a sample it would weigh too much.
 */
export function pairSum(
  { weights, pairs }: PreparedFrame,
  own: (i: number) => number,
  other: (a: number, b: number) => number,
): number {
  let diagonal = 0;
  let square = 0;
  for (let i = 0; i < weights.length; i++) {
    diagonal += weights[i] ** 2 * own(i);
    square += weights[i] ** 2;
  }
  let sum = 0;
  let total = 0;
  const w = pairs.weights;
  for (let a = 0; a < w.length; a++)
    for (let b = 0; b < a; b++) {
      const weight = w[a] * w[b];
      sum += weight * other(a, b);
      total += weight;
    }
  return diagonal + (pairs.indices ? ((1 - square) * sum) / total : 2 * sum);
}
