/**
 * Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; arXiv 2502.16982) for the matrices
 * of attention: the running mean of a head's gradient is replaced by the nearest matrix whose singular
 * values are all about 1, so that a step moves every direction of the head alike.
 */
import { type Matrix, matrix, product, transposed } from '../../numerics/matrix.ts';
import type { HeadLayout, ParameterPart } from './parts.ts';

export interface MuonSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** How much of the running mean is kept from step to step. */
  readonly momentum: number;
  /** A factor on the gradient. */
  readonly scale: number;
}

/** x ← a x + b x³ + c x⁵ on singular values, so often: 0.01 … 1 come to 1 ± 0.3. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;

/** Root mean square of a step at a learning rate of 1: about that of AdamW, so that one rate serves both. */
const STEP_SIZE = 0.2;

/** One step, in place, of a part that has heads; `mean` is the running mean of its gradient. */
export function muonStep(
  { offset, shape, decays, pace }: ParameterPart,
  heads: HeadLayout,
  values: Float32Array,
  gradient: Float32Array,
  mean: Float32Array,
  { learningRate, weightDecay, momentum, scale }: MuonSettings,
): void {
  const ownLearningRate = learningRate * pace;
  const shrink = decays ? 1 - ownLearningRate * weightDecay : 1;
  for (let head = 0; head < heads.count; head++) {
    const block = headBlock(shape, heads, head);
    const { rows, columns, rowStride, columnStride } = block;
    const ahead = matrix(rows, columns);
    let entry = 0;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const at = offset + block.first + i * rowStride + j * columnStride;
        const g = scale * gradient[at];
        mean[at] += (1 - momentum) * (g - mean[at]);
        // Nesterov's look ahead: the mean as it would be if this gradient came once more
        ahead.data[entry++] = mean[at] + (1 - momentum) * (g - mean[at]);
      }
    const direction = orthogonalised(ahead);
    const step = ownLearningRate * STEP_SIZE * Math.sqrt(columns);
    entry = 0;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const at = offset + block.first + i * rowStride + j * columnStride;
        values[at] = values[at] * shrink - step * direction.data[entry++];
      }
  }
}

/** Where the entries of a head stand in its part, as a matrix that is wider than high. */
interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly first: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

function headBlock([height, width]: readonly number[], heads: HeadLayout, head: number): Block {
  if (heads.axis === 'rows') {
    const rows = height / heads.count;
    return { rows, columns: width, first: head * rows * width, rowStride: width, columnStride: 1 };
  }
  const rows = width / heads.count;
  return { rows, columns: height, first: head * rows, rowStride: 1, columnStride: width };
}

/**
 * About U Vᵀ of a matrix X = U Σ Vᵀ [r, c], r ≤ c, by Newton–Schulz. Every iterate is a polynomial of the
 * Gram matrix X Xᵀ times X, so all but the first and last product are r × r. Zero stays zero.
 */
export function orthogonalised(x: Matrix): Matrix {
  let gram = product(x, transposed(x));
  let square = 0;
  for (let i = 0; i < x.rows; i++) square += gram.data[i * (x.rows + 1)];
  if (square === 0) return x;
  // of X / |X|, whose singular values are at most 1
  for (let i = 0; i < gram.data.length; i++) gram.data[i] /= square;
  let polynomial = matrix(x.rows, x.rows);
  for (let i = 0; i < x.rows; i++) polynomial.data[i * (x.rows + 1)] = 1 / Math.sqrt(square);
  for (let k = 0; k < ITERATIONS; k++) {
    const twice = product(gram, gram);
    const factor = matrix(x.rows, x.rows);
    for (let i = 0; i < factor.data.length; i++)
      factor.data[i] = B * gram.data[i] + C * twice.data[i];
    for (let i = 0; i < x.rows; i++) factor.data[i * (x.rows + 1)] += A;
    polynomial = product(factor, polynomial);
    // all of them are polynomials of one symmetric matrix, and commute
    if (k + 1 < ITERATIONS) gram = product(factor, product(factor, gram));
  }
  return product(polynomial, x);
}
