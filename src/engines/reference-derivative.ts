/**
 * Derivatives of softmax attention by its particles, exactly and of many directions at once: what a difference
 * quotient loses β² of, and takes two velocities for. Not of other couplings, nor of masses or β.
 */
import { massMask } from '../attention/coupling.ts';
import { fieldCoupling, sources } from '../attention/field.ts';
import type { Interaction } from '../attention/interaction.ts';
import { type AttentionWeights, through } from '../attention/scores.ts';
import { referenceCouplings } from './reference-coupling.ts';
import { type Float64Tensor, tensor } from './tensor.ts';

/** Whether the derivative below is that of the interaction. */
export const hasDerivative = ({ coupling, gaussian, relative }: Interaction): boolean =>
  coupling === 'softmax' && !gaussian && !relative;

/** Directions worked on at a time: their projections stay in the second cache. */
const CHUNK = 64;

/** The field at a point, as its derivative needs it: heads h of size k = W / H, in rows of W numbers. */
interface Point {
  readonly n: number;
  readonly heads: number;
  readonly beta: readonly number[];
  /** [n, W] */
  readonly queries: Float64Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
  /** A [H, n, n] */
  readonly coupling: Float64Array;
}

/**
 * Dv(x)[y_a] for directions y [k, n, d] at the positions x [n, d], written to out [k, n, d]: of
 * v_i = sign · Σ_h O_h Σ_j A^h_ij V_h x_j, with dA_ij = β A_ij (ds_ij − Σ_l A_il ds_il) and
 * ds_ij = ⟨Qy_i, Kx_j⟩ + ⟨Qx_i, Ky_j⟩. On the sphere of P_x v, along the tangent parts of y:
 * P_x dv − ⟨y, v⟩ x − ⟨x, v⟩ y.
 */
export function softmaxDerivatives(
  interaction: Interaction,
  weights: AttentionWeights<Float64Tensor> | null,
  onSphere: boolean,
  positions: Float64Array,
  masses: Float64Array,
  directions: Float64Array,
  out: Float64Array,
): void {
  const n = masses.length;
  const size = positions.length;
  const d = size / n;
  const x = tensor([n, d], positions);
  const from = sources(referenceCouplings, x, interaction, weights);
  const mask = tensor([n, n], massMask(masses, interaction.causal, 0, n));
  const { beta, sign } = interaction;
  const coupling = fieldCoupling(referenceCouplings, x, from, mask);
  const point = {
    n,
    heads: beta.length,
    beta,
    queries: through(referenceCouplings, x, weights?.query).data,
    keys: from.keys.data,
    values: from.values.data,
    coupling: coupling.data,
  };
  const mixed = referenceCouplings.headMix(coupling, from.values, beta.length);
  const velocity = through(referenceCouplings, mixed, weights?.output).data;
  for (let begin = 0; begin < directions.length; begin += CHUNK * size) {
    const end = Math.min(directions.length, begin + CHUNK * size);
    const y = directions.slice(begin, end);
    if (onSphere) for (let a = 0; a < y.length; a += size) project(positions, y, a, d);
    const moved = through(referenceCouplings, mixedBy(point, y, weights), weights?.output).data;
    const target = out.subarray(begin, end);
    for (let at = 0; at < target.length; at++) target[at] = sign * moved[at];
    if (onSphere)
      for (let a = 0; a < y.length; a += size)
        projectDerivative(positions, velocity, sign, y, target, a, d);
  }
}

/** d(Σ_j A^h_ij V_h x_j) along each of the directions y [c, n, d]: [c · n, W]. */
function mixedBy(
  point: Point,
  y: Float64Array,
  weights: AttentionWeights<Float64Tensor> | null,
): Float64Tensor {
  const { n, heads } = point;
  const d = weights ? weights.query.shape[0] : point.keys.length / n;
  const rows = tensor([y.length / d, d], y);
  const [queries, keys, values] = [weights?.query, weights?.key, weights?.value].map(
    (w) => through(referenceCouplings, rows, w).data,
  );
  const width = point.keys.length / n;
  const out = tensor([rows.shape[0], width]);
  const steps = new Float64Array(n);
  for (let a = 0; a < out.data.length; a += n * width)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < n; i++) {
        const row = (h * n + i) * n;
        scoreSteps(point, h, i, queries, keys, a, steps);
        couplingSteps(point, h, row, steps);
        mixSteps(point, h, i, row, steps, values, a, out.data);
      }
  return out;
}

/** ds_ij = ⟨dq_i, k_j⟩ + ⟨q_i, dk_j⟩ of one head and row, for the direction whose rows begin at `a`. */
function scoreSteps(
  { n, heads, queries, keys }: Point,
  h: number,
  i: number,
  dQueries: Float64Array,
  dKeys: Float64Array,
  a: number,
  steps: Float64Array,
): void {
  const width = keys.length / n;
  const size = width / heads;
  const qi = i * width + h * size;
  // two keys at a time: one sum alone would wait for itself at every term; an odd last one is done twice
  for (let j = 0; j < n; j += 2) {
    const k0 = j * width + h * size;
    const k1 = j + 1 < n ? k0 + width : k0;
    let fromQuery0 = 0;
    let fromQuery1 = 0;
    let fromKey0 = 0;
    let fromKey1 = 0;
    for (let c = 0; c < size; c++) {
      const dq = dQueries[a + qi + c];
      const q = queries[qi + c];
      fromQuery0 += dq * keys[k0 + c];
      fromQuery1 += dq * keys[k1 + c];
      fromKey0 += q * dKeys[a + k0 + c];
      fromKey1 += q * dKeys[a + k1 + c];
    }
    steps[j] = fromQuery0 + fromKey0;
    if (j + 1 < n) steps[j + 1] = fromQuery1 + fromKey1;
  }
}

/** ds_ij to dA_ij, in place. */
function couplingSteps({ n, beta, coupling }: Point, h: number, row: number, steps: Float64Array) {
  let mean = 0;
  for (let j = 0; j < n; j++) mean += coupling[row + j] * steps[j];
  for (let j = 0; j < n; j++) steps[j] = beta[h] * coupling[row + j] * (steps[j] - mean);
}

/** Σ_j dA_ij v_j + A_ij dv_j */
function mixSteps(
  { n, heads, values, coupling }: Point,
  h: number,
  i: number,
  row: number,
  steps: Float64Array,
  dValues: Float64Array,
  a: number,
  out: Float64Array,
): void {
  const width = values.length / n;
  const size = width / heads;
  const target = a + i * width + h * size;
  // as above; where nothing is heard the share and its step are 0
  for (let j = 0; j < n; j += 2) {
    const both = j + 1 < n;
    const v0 = j * width + h * size;
    const v1 = both ? v0 + width : v0;
    const [share0, share1] = [coupling[row + j], both ? coupling[row + j + 1] : 0];
    const [step0, step1] = [steps[j], both ? steps[j + 1] : 0];
    for (let c = 0; c < size; c++)
      out[target + c] +=
        step0 * values[v0 + c] +
        share0 * dValues[a + v0 + c] +
        (step1 * values[v1 + c] + share1 * dValues[a + v1 + c]);
  }
}

/** y_i ← y_i − ⟨x_i, y_i⟩ x_i for the direction that begins at `a`. */
function project(x: Float64Array, y: Float64Array, a: number, d: number): void {
  for (let start = 0; start < x.length; start += d) {
    let along = 0;
    for (let c = start; c < start + d; c++) along += x[c] * y[a + c];
    for (let c = start; c < start + d; c++) y[a + c] -= along * x[c];
  }
}

/** dv to the derivative of v − ⟨x, v⟩ x, in place. */
function projectDerivative(
  x: Float64Array,
  v: Float64Array,
  sign: number,
  y: Float64Array,
  dv: Float64Array,
  a: number,
  d: number,
): void {
  for (let start = 0; start < x.length; start += d) {
    let along = 0;
    let change = 0;
    for (let c = start; c < start + d; c++) {
      along += x[c] * sign * v[c];
      change += y[a + c] * sign * v[c] + x[c] * dv[a + c];
    }
    for (let c = start; c < start + d; c++) dv[a + c] -= change * x[c] + along * y[a + c];
  }
}
