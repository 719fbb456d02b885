/** An open field of the wasm engine: the velocities of an interaction, head by head, from the kernels' sums. */
import type { Interaction } from '../../attention/interaction.ts';
import type { AttentionWeights } from '../../attention/scores.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import type { Field, FieldRequest } from '../field.ts';
import { collectHead, fillHead, formOf, type HeadResult, type HeadRows } from './heads.ts';
import { type JobArrays, type JobShape, jobBytes, placeJob, type Rows, runJob } from './job.ts';
import { effectiveWeights, project, scoresOwnPositions, valueScale } from './projection.ts';
import { arraysBegin, type Crew, type SpawnFieldThread, startCrew } from './threads.ts';

/** Rows are unit vectors when |x|² is this close to 1. */
const UNIT_TOLERANCE = { float32: 1e-8, float64: 1e-14 } as const;
/** A few units in the last place. */
const ROUND_OFF = { float32: 8 * 2 ** -24, float64: 8 * 2 ** -53 } as const;
const PAGE = 65536;

/** What stays the same between evaluations. */
interface Setting {
  readonly interaction: Interaction;
  /** null: Q = K = V = O = I. */
  readonly weights: AttentionWeights<Matrix> | null;
  readonly d: number;
  /** Columns of queries, keys and values: all heads together. */
  readonly width: number;
  /** Queries and keys are the particles. */
  readonly ownScores: boolean;
  readonly unitTolerance: number;
  readonly memory: WebAssembly.Memory;
  readonly arrays: JobArrays;
  readonly crew: Crew;
}

/** The sizes of the request's jobs. */
export function shapeOf({ interaction, n, d, precision }: FieldRequest): JobShape {
  const weights = effectiveWeights(interaction);
  const size = weights ? weights.query.columns / interaction.beta.length : d;
  return { n, depth: 4 * Math.ceil(size / 4), precision };
}

/** A field on `threads` threads, for a request that the engine does not refuse. */
export function openField(
  request: FieldRequest,
  threads: number,
  spawn: SpawnFieldThread | undefined,
): Field {
  const { interaction, d, precision } = request;
  const weights = effectiveWeights(interaction);
  const shape = shapeOf(request);
  const begin = arraysBegin(threads);
  const pages = 1 + Math.ceil((begin + jobBytes(shape)) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const crew = startCrew(memory, threads, spawn);
  const setting: Setting = {
    interaction,
    weights,
    d,
    width: weights ? weights.query.columns : d,
    ownScores: scoresOwnPositions(interaction, weights),
    unitTolerance: UNIT_TOLERANCE[precision],
    memory,
    arrays: placeJob(memory, begin, shape),
    crew,
  };
  return {
    tangent: (positions, masses, out) => evaluate(setting, positions, masses, out, true),
    ambient: (positions, masses, out) => evaluate(setting, positions, masses, out, false),
    floor: ROUND_OFF[precision] * velocityScale(interaction, weights, d),
    note: noteOf(request),
    close: () => crew.close(),
  };
}

/** How large velocities may be: the couplings of exponential attention on the sphere reach e^β. */
function velocityScale(
  interaction: Interaction,
  weights: AttentionWeights<Matrix> | null,
  d: number,
): number {
  const grows = interaction.coupling === 'exponential' && scoresOwnPositions(interaction, weights);
  return valueScale(interaction, weights, d) * (grows ? Math.exp(interaction.beta[0]) : 1);
}

function noteOf({ interaction, precision }: FieldRequest): string | null {
  const { coupling } = interaction;
  const shifted =
    (coupling === 'softmax' || coupling === 'exponential') &&
    scoresOwnPositions(interaction, effectiveWeights(interaction));
  const shift = shifted ? 'scores of unit vectors are shifted by β instead of their maximum' : null;
  const pairs = precision === 'float32' ? 'pairs of particles are computed in float32' : null;
  return [pairs, shift].filter((part) => part !== null).join('; ') || null;
}

/** v_i, or its tangent part. */
function evaluate(
  setting: Setting,
  positions: Float64Array,
  masses: Float64Array,
  out: Float64Array,
  tangent: boolean,
): void {
  const { differences, ownShare } = mixHeads(setting, positions, masses);
  const { d, interaction, weights } = setting;
  const [pull, own] = weights
    ? [differences, ownShare].map((values) => projected(values, weights.output, masses.length))
    : [differences, ownShare];
  if (tangent) removeRadial(positions, pull, d);
  // With V = O = I the own share is radial: leaving it out keeps a cluster's velocity accurate.
  if (tangent && weights) removeRadial(positions, own, d);
  const whole = !tangent || weights !== null;
  for (let at = 0; at < masses.length * d; at++)
    out[at] = interaction.sign * (whole ? pull[at] + own[at] : pull[at]);
}

/** The heads' results side by side, [n, width]. */
function mixHeads(setting: Setting, positions: Float64Array, masses: Float64Array): HeadResult {
  const { interaction, weights, d, width, arrays } = setting;
  const n = masses.length;
  const result = {
    differences: new Float64Array(n * width),
    ownShare: new Float64Array(n * width),
  };
  const [queries, keys, values] = weights
    ? [weights.query, weights.key, weights.value].map((w) => projected(positions, w, n))
    : [positions, positions, positions];
  const unit = setting.ownScores && areUnit(positions, n, d, setting.unitTolerance);
  const size = width / interaction.beta.length;
  interaction.beta.forEach((beta, h) => {
    const rows = (data: Float64Array): Rows => ({ data, n, stride: width, offset: h * size, size });
    const head: HeadRows = {
      ...{ queries: rows(queries), keys: rows(keys), values: rows(values) },
      ...{ masses, beta, unit, plain: weights === null },
    };
    const settings = fillHead(arrays, interaction, formOf(interaction, head), head);
    runJob(setting.memory, arrays, settings, setting.crew);
    collectHead(arrays, interaction, settings, head, result);
  });
  return result;
}

/** x [n, rows] · w. */
function projected(x: Float64Array, w: Matrix, n: number): Float64Array {
  const out = new Float64Array(n * w.columns);
  project(x, w, out, n);
  return out;
}

function areUnit(x: Float64Array, n: number, d: number, tolerance: number): boolean {
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let c = 0; c < d; c++) square += x[i * d + c] ** 2;
    if (!(Math.abs(square - 1) <= tolerance)) return false;
  }
  return true;
}

/** v_i − ⟨v_i, x_i⟩ x_i, in place. */
function removeRadial(x: Float64Array, v: Float64Array, d: number): void {
  for (let start = 0; start < v.length; start += d) {
    let along = 0;
    for (let c = 0; c < d; c++) along += x[start + c] * v[start + c];
    for (let c = 0; c < d; c++) v[start + c] -= along * x[start + c];
  }
}
