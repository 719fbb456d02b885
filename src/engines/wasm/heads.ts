/**
 * One head of an interaction as a job of the kernels: which form it takes, how its arrays are filled,
 * and what the sums mean. Not the projections to q, k, v nor the way back through O.
 */
import type { CouplingKind } from '../../attention/coupling.ts';
import type { Interaction } from '../../attention/interaction.ts';
import { exp, log, log2 } from '../../numerics/elementary.ts';
import {
  type Form,
  fillGroups,
  fillRows,
  isOwnForm,
  type JobArrays,
  type JobSettings,
  type Rows,
} from './job.ts';

/** What a head couples: rows of queries, keys and values, [n, size] each. */
export interface HeadRows {
  readonly queries: Rows;
  readonly keys: Rows;
  readonly values: Rows;
  readonly masses: Float64Array;
  readonly beta: number;
  readonly index: number;
  /** Queries and keys are the particles, which are unit vectors. */
  readonly unit: boolean;
  /** Values are the particles too. */
  readonly plain: boolean;
  /** What is added to the scores of each key, [n]. */
  readonly potentials?: Float64Array;
}

/** Written by head `index` of the interaction. */
export interface HeadResult {
  /** Σ_j A_ij (v_j − v_i), laid out as the values. */
  readonly differences: Float64Array;
  /** Σ_j A_ij [heads, n] */
  readonly totals: Float64Array;
}

/** Masses this much smaller than the largest could leave a query nothing above the underflow at 2^−127. */
const LEAST_MASS = 1e-20;

/** The form of a head, and so its kernels. */
export function formOf(interaction: Interaction, head: HeadRows): Form {
  if (isOwnForm(interaction.coupling)) return interaction.coupling;
  if (head.potentials || !head.unit || head.beta < 0 || !comparable(head.masses)) return 'running';
  return head.plain && head.queries.size >= 2 && head.queries.size <= 4 ? 'near' : 'shifted';
}

function comparable(masses: Float64Array): boolean {
  let least = Number.POSITIVE_INFINITY;
  for (const mass of masses) least = Math.min(least, mass);
  return least > LEAST_MASS * largest(masses);
}

function largest(masses: Float64Array): number {
  let most = 0;
  for (const mass of masses) most = Math.max(most, mass);
  return most;
}

/** Fills the arrays of a job and says how it is to be run. */
export function fillHead(
  arrays: JobArrays,
  interaction: Interaction,
  form: Form,
  head: HeadRows,
): JobSettings {
  const { size, n } = head.keys;
  const width = form === 'near' ? size : 4 * Math.ceil(size / 4);
  const groups = { lanes: arrays.lanes, width };
  const fromCentre = form === 'near' || form === 'shifted';
  const valuesAreKeys = fromCentre && head.plain;
  const centre = fromCentre ? meanOf(head.keys, head.masses) : new Float64Array(size);
  fillRows(arrays.keys, head.keys, width, centre);
  fillGroups(arrays.queries, head.queries, groups, factorOf(form, head.beta), centre);
  fillBias(arrays, form, head, centre);
  const middle = valuesAreKeys ? centre : meanOf(head.values, head.masses);
  if (!valuesAreKeys) fillRows(arrays.values, head.values, width, middle);
  if (form !== 'near' && arrays.precision === 'float64')
    fillGroups(arrays.own, head.values, groups, 1, middle);
  const { causal, tie } = interaction;
  return { form, n, width, causal, valuesAreKeys, slope: (-head.beta * Math.LOG2E) / 2, tie };
}

/** What queries are multiplied by, so that scores come out as powers of two, or as they are. */
function factorOf(form: Form, beta: number): number {
  if (form === 'near') return 1;
  return isOwnForm(form) ? beta : beta * Math.LOG2E;
}

/**
 * Σ_j w_j y_j by the ways from the first, so that it is exact where all coincide: differences from it keep their
 * accuracy in float32 when the particles draw together.
 */
function meanOf({ data, n, stride, offset, size }: Rows, masses: Float64Array): Float64Array {
  const way = new Float64Array(size);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < size; c++)
      way[c] += masses[i] * (data[i * stride + offset + c] - data[offset + c]);
  return way.map((sum, c) => data[offset + c] + sum);
}

/**
 * Masses as powers of two beside the largest mass, or as they are. With y = x − c and unit x,
 * ⟨x_i, x_j⟩ − 1 = ⟨y_i, y_j⟩ − |y_i|²/2 − |y_j|²/2: the last two go to shift and bias.
 */
function fillBias(arrays: JobArrays, form: Form, head: HeadRows, centre: Float64Array): void {
  const {
    masses,
    keys: { n },
  } = head;
  const powers = !isOwnForm(form);
  const most = largest(masses);
  for (let j = 0; j < n; j++) {
    const added = head.potentials ? Math.LOG2E * head.potentials[j] : 0;
    arrays.bias[j] = powers ? log2(masses[j] / most) + added : masses[j];
    if (form !== 'shifted') continue;
    const half = 0.5 * head.beta * Math.LOG2E * squareOf(head.keys, j, centre);
    arrays.bias[j] -= half;
    arrays.shift[j] = half;
  }
  arrays.bias.fill(powers ? Number.NEGATIVE_INFINITY : 0, n, 4 * Math.ceil(n / 4));
}

function squareOf({ data, stride, offset, size }: Rows, i: number, centre: Float64Array): number {
  let square = 0;
  for (let c = 0; c < size; c++) square += (data[i * stride + offset + c] - centre[c]) ** 2;
  return square;
}

/** log Σ_j w_j e^{s_ij + g_j} of a finished job of form `running`, to out [n]. */
export function logSums(
  { out, lanes, shift }: JobArrays,
  { width }: JobSettings,
  { masses }: HeadRows,
  to: Float64Array,
): void {
  const unit = log(largest(masses));
  for (let i = 0; i < to.length; i++) {
    const sum = out[(i - (i % lanes)) * (width + 1) + width * lanes + (i % lanes)];
    to[i] = log(sum) + Math.LN2 * shift[i] + unit;
  }
}

/** The sums of a finished job as velocities. A query that sees no mass at all stays where it is. */
export function collectHead(
  { out, lanes, keys, values, shift, precision }: JobArrays,
  { coupling }: Interaction,
  { form, width, valuesAreKeys }: JobSettings,
  head: HeadRows,
  { differences, totals }: HeadResult,
): void {
  const { n, stride, offset, size } = head.values;
  const subtracted = form === 'near' || precision === 'float64';
  const summed = valuesAreKeys ? keys : values;
  const unit = largest(head.masses);
  for (let i = 0; i < n; i++) {
    const from = (i - (i % lanes)) * (width + 1) + (i % lanes);
    const sum = out[from + width * lanes];
    const power = form === 'running' ? 2 ** shift[i] : exp(head.beta);
    const scale = scaleOf(coupling, sum, unit * power);
    const taken = subtracted ? 0 : sum;
    totals[head.index * n + i] = scale * sum;
    for (let c = 0, at = i * stride + offset; c < size; c++, at++)
      differences[at] = scale * (out[from + c * lanes] - taken * summed[i * width + c]);
  }
}

/** What a query's sums are multiplied by: softmax and hardmax divide by the couplings' sum. */
function scaleOf(coupling: CouplingKind, sum: number, power: number): number {
  if (coupling === 'linear') return 1;
  if (coupling === 'exponential') return power;
  return sum === 0 ? 0 : 1 / sum;
}
