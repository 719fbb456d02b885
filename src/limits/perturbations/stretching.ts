/**
 * The derivative of a model's flow map at a text: which small perturbations grow most, and which the answer
 * notices. By runs of the map itself, n · d of them; the same of any flow, along the way, is limits/tangent.
 */
import type { Float64Tensor } from '../../engines/tensor.ts';
import { tangent } from '../../geometry/sphere.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import type { Depth } from '../../language/model.ts';
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import { dot, norm, sumOf, unitVector } from '../../numerics/vectors.ts';

export interface TokenStretching {
  /** Growth of small noise in this token alone (root mean square): |Δx_T| / |Δx_0| over all tokens. */
  readonly growth: number;
  /** Change of the answer's first token, as total variation, by such noise of 1 rad: an upper bound, to first order. */
  readonly answer: number;
}

export interface Stretching {
  /** σ_1 of DΦ_T: the Lipschitz constant of μ_0 → μ_T in W_2 at this text, whose tokens are apart. */
  readonly largest: number;
  /** Root mean square of all σ: growth of small noise in all tokens. */
  readonly mean: number;
  readonly tokens: readonly TokenStretching[];
}

/**
 * One-sided differences over so far err by about as much, times the curvature of the map; of `ode`, whose runs err
 * by themselves, they are longer.
 */
const STEPS = { layers: 1e-6, ode: 1e-4 };

export interface FlowRuns {
  readonly depth: Depth;
  /** Where the particles of a start end, [n, d]. */
  map(start: Float64Tensor): Promise<Matrix>;
}

export interface Answer {
  /** The particle at which the answer's first token is read. */
  readonly readAt: number;
  /** p of every token there. */
  readonly probabilities: Float64Array;
}

/** The map is run for every particle and coordinate, with the particle moved on the sphere along it. */
export async function stretchingAt(
  model: FlowModel,
  own: Float64Tensor,
  { map, depth }: FlowRuns,
  { readAt, probabilities }: Answer,
): Promise<{ readonly stretching: Stretching; readonly fastest: Float64Array }> {
  const images = await derivative(own, map, depth === 'ode' ? STEPS.ode : STEPS.layers);
  const { sigma, direction } = leading(images);
  const [n, d] = own.shape;
  const seen = fisher(model, probabilities);
  const tokens = Array.from({ length: n }, (_, i): TokenStretching => {
    const part = Array.from({ length: d }, (_, c) => row(images, i * d + c));
    const read = part.map((image) => image.subarray(readAt * d, (readAt + 1) * d));
    return {
      growth: Math.sqrt(sumOf(part.map((image) => norm(image) ** 2)) / (d - 1)),
      answer: Math.sqrt(sumOf(read.map((image) => quadratic(seen, image))) / (d - 1)) / 2,
    };
  });
  const mean = norm(images.data) / Math.sqrt(n * (d - 1));
  return { stretching: { largest: sigma, mean, tokens }, fastest: direction };
}

/** Row (i, c): DΦ_T of the tangent part of coordinate c at particle i, [nd, nd]. */
async function derivative(own: Float64Tensor, map: FlowRuns['map'], step: number): Promise<Matrix> {
  const { shape, data } = own;
  const [, d] = shape;
  const end = await map(own);
  const images = matrix(data.length, data.length);
  for (let at = 0; at < data.length; at++) {
    const from = at - (at % d);
    const way = tangent(data.subarray(from, from + d), unitVector(at % d, d));
    const length = hypot([1, step * norm(way)]);
    const near = data.slice();
    for (let c = 0; c < d; c++) near[from + c] = (data[from + c] + step * way[c]) / length;
    const moved = await map({ shape, data: near });
    row(images, at).set(moved.data.map((value, k) => (value - end.data[k]) / step));
  }
  return images;
}

const MOST_ROUNDS = 1000;
const SETTLED = 1e-12;

/**
 * The largest singular value and its right direction by the power method on MMᵀ, M the images as columns: never
 * too large, and good to the square of the direction's error.
 */
function leading(images: Matrix): { sigma: number; direction: Float64Array } {
  let direction = Float64Array.from({ length: images.rows }, (_, a) => norm(row(images, a)));
  let sigma = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const length = norm(direction);
    const unit = direction.map((value) => value / length);
    const image = new Float64Array(images.columns);
    unit.forEach((part, a) => {
      const own = row(images, a);
      for (let k = 0; k < image.length; k++) image[k] += part * own[k];
    });
    const found = norm(image);
    direction = unit.map((_, a) => dot(row(images, a), image));
    if (found - sigma <= SETTLED * found) return { sigma: found, direction: unit };
    sigma = found;
  }
  const length = norm(direction);
  return { sigma, direction: direction.map((value) => value / length) };
}

/**
 * G = s² Uᵀ (diag p − ppᵀ) U [d, d]: the answer's Fisher information in the position where it is read, so that by
 * Cauchy–Schwarz the total variation of a small move δ is at most ½ √(δᵀGδ).
 */
function fisher({ weights, config }: FlowModel, p: Float64Array): Matrix {
  const { data } = weights.output;
  const d = config.dimension;
  const middle = new Float64Array(d);
  p.forEach((share, v) => {
    for (let c = 0; c < d; c++) middle[c] += share * data[v * d + c];
  });
  const information = matrix(d, d);
  const centred = new Float64Array(d);
  p.forEach((share, v) => {
    for (let c = 0; c < d; c++) centred[c] = data[v * d + c] - middle[c];
    for (let c = 0; c < d; c++) {
      const scaled = config.logitScale ** 2 * share * centred[c];
      for (let e = 0; e < d; e++) information.data[c * d + e] += scaled * centred[e];
    }
  });
  return information;
}

/** δᵀGδ */
const quadratic = (g: Matrix, delta: Float64Array): number =>
  delta.reduce((sum, value, c) => sum + value * dot(row(g, c), delta), 0);
