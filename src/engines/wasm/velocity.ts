/** An open field of the wasm engine: the velocities of an interaction, head by head, from the kernels' sums. */
import {
  couplesDifferences,
  effectiveWeights,
  fromMean,
  passesItselfAlong,
  scoresOwnPositions,
  velocityScale,
} from '../../attention/effective.ts';
import type { Interaction } from '../../attention/interaction.ts';
import type { AttentionWeights } from '../../attention/scores.ts';
import type { Balancing } from '../../numerics/algebra.ts';
import { InputError } from '../../numerics/errors.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { balancingOf, type Field, type FieldRequest } from '../field.ts';
import { collectHead, fillHead, formOf, type HeadRows, logSums } from './heads.ts';
import { type JobArrays, type JobSettings, jobBytes, placeJob, runJob, shapeOf } from './job.ts';
import { fieldModule, type KernelName } from './kernels.ts';
import { arraysBegin } from './memory.ts';
import { columnPotentials, lengthPotentials } from './potentials.ts';
import { project } from './projection.ts';
import { type Crew, type SpawnFieldThread, startCrew } from './threads.ts';

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
  /** What a particle passes to itself lies along it. */
  readonly ownAlong: boolean;
  /** Particles are coupled from their mean. */
  readonly shifted: boolean;
  readonly unitTolerance: number;
  /** Of a doubly stochastic coupling. */
  readonly balancing: Balancing;
  /** By head: the column potentials of the last evaluation, where the next one begins. */
  readonly balanced: Map<number, Float64Array>;
  readonly memory: WebAssembly.Memory;
  readonly arrays: JobArrays;
  readonly crew: Crew<KernelName>;
}

interface Particles {
  /** [n, d] */
  readonly positions: Float64Array;
  /** [n] */
  readonly masses: Float64Array;
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
  const memory = reserve(pages, request);
  const crew = startCrew(memory, threads, spawn, fieldModule());
  const setting: Setting = {
    interaction,
    weights,
    d,
    width: weights ? weights.query.columns : d,
    ownScores: scoresOwnPositions(interaction, weights),
    ownAlong: passesItselfAlong(interaction, weights),
    // on the sphere no origin but its centre has unit vectors
    shifted: request.space === 'euclidean' && couplesDifferences(interaction, weights),
    unitTolerance: UNIT_TOLERANCE[precision],
    balancing: balancingOf(request),
    balanced: new Map(),
    memory,
    arrays: placeJob(memory, begin, shape),
    crew,
  };
  return {
    tangent: (positions, masses, out) => evaluate(setting, { positions, masses }, out, true),
    ambient: (positions, masses, out) => evaluate(setting, { positions, masses }, out, false),
    floor: ROUND_OFF[precision] * velocityScale(interaction, d),
    note: precision === 'float32' ? 'pairs of particles are computed in float32' : null,
    close: () => crew.close(),
  };
}

function reserve(pages: number, { n, d }: FieldRequest): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    const size = ((pages * PAGE) / 2 ** 30).toFixed(1);
    throw new InputError(
      'n',
      `n = ${n} and d = ${d} need ${size} GB, expected as much free memory: use fewer particles`,
    );
  }
}

/** v_i, or its tangent part. */
function evaluate(setting: Setting, particles: Particles, out: Float64Array, tangent: boolean) {
  const { weights } = setting;
  if (weights) projectedVelocity(setting, weights, particles, out, tangent);
  else plainVelocity(setting, particles, out, tangent);
}

/**
 * With V = O = I what a particle adds to itself is radial: the tangent part is made of the differences
 * alone, so that a cluster's velocity keeps its relative accuracy.
 */
function plainVelocity(
  setting: Setting,
  { positions, masses }: Particles,
  out: Float64Array,
  tangent: boolean,
): void {
  const { d, interaction } = setting;
  const n = masses.length;
  const { scored, moved } = originsOf(setting, { positions, masses });
  const rows = { queries: scored, keys: scored, values: moved };
  const totals = mixHeads(setting, { positions, masses }, rows, out);
  for (let i = 0; i < n; i++) {
    const own = tangent ? -along(positions, out, i, d) : totals[i];
    for (let at = i * d; at < (i + 1) * d; at++)
      out[at] = interaction.sign * (out[at] + own * positions[at]);
  }
}

/**
 * Σ_h (Σ_j A_ij (v_j − v_i)) O_h and Σ_h (Σ_j A_ij) v_i O_h, projected apart and added; of the second
 * nothing is left where it lies along x_i.
 */
function projectedVelocity(
  setting: Setting,
  { query, key, value, output }: AttentionWeights<Matrix>,
  particles: Particles,
  out: Float64Array,
  tangent: boolean,
): void {
  const { d, width, interaction, ownAlong } = setting;
  const { positions, masses } = particles;
  const n = masses.length;
  const { scored, moved } = originsOf(setting, particles);
  const [queries, keys] = [query, key].map((w) => project(scored, w, n));
  const values = project(moved, value, n);
  const mixed = new Float64Array(n * width);
  const totals = mixHeads(setting, particles, { queries, keys, values }, mixed);
  scaleHeads(values, totals, n, width);
  const [pull, own] = [mixed, values].map((rows) => project(rows, output, n));
  for (let i = 0; i < n; i++) {
    const radial = tangent ? [pull, own].map((rows) => along(positions, rows, i, d)) : [0, 0];
    for (let at = i * d; at < (i + 1) * d; at++) {
      const x = positions[at];
      const rest = tangent && ownAlong ? 0 : own[at] - radial[1] * x;
      out[at] = interaction.sign * (pull[at] - radial[0] * x + rest);
    }
  }
}

/** Values of head h of row i times totals[h, i], in place. */
function scaleHeads(values: Float64Array, totals: Float64Array, n: number, width: number): void {
  const size = (width * n) / totals.length;
  for (let at = 0; at < n * width; at++)
    values[at] *= totals[Math.floor((at % width) / size) * n + Math.floor(at / width)];
}

/** Positions as scores are made of them, and as values are. */
function originsOf({ shifted, interaction }: Setting, { positions, masses }: Particles) {
  const scored = shifted ? fromMean(positions, masses) : positions;
  return { scored, moved: interaction.relative ? scored : positions };
}

/**
 * Runs head after head; writes Σ_j A_ij (v_j − v_i) to `differences`, returns Σ_j A_ij [heads, n], of which
 * nothing counts where only differences are listened to.
 */
function mixHeads(
  setting: Setting,
  { positions, masses }: Particles,
  data: Record<'queries' | 'keys' | 'values', Float64Array>,
  differences: Float64Array,
): Float64Array {
  const { interaction, d, width, arrays } = setting;
  const n = masses.length;
  const size = width / interaction.beta.length;
  const unit = setting.ownScores && areUnit(positions, n, d, setting.unitTolerance);
  const totals = new Float64Array(n * interaction.beta.length);
  for (const [index, beta] of interaction.beta.entries()) {
    const layout = { n, stride: width, offset: index * size, size };
    const scored: HeadRows = {
      queries: { data: data.queries, ...layout },
      keys: { data: data.keys, ...layout },
      values: { data: data.values, ...layout },
      index,
      masses,
      beta,
      unit,
      plain: setting.weights === null,
    };
    const head = { ...scored, potentials: potentialsOf(setting, scored) };
    const settings = runHead(setting, head);
    collectHead(arrays, interaction, settings, head, { differences, totals });
  }
  return interaction.relative ? totals.fill(0) : totals;
}

/** Leaves the head's sums in the arrays. */
function runHead({ interaction, arrays, memory, crew }: Setting, head: HeadRows): JobSettings {
  const settings = fillHead(arrays, interaction, formOf(interaction, head), head);
  runJob(memory, arrays, settings, crew);
  return settings;
}

/** What is added to the scores of a head's keys, if anything. */
function potentialsOf(setting: Setting, head: HeadRows): Float64Array | undefined {
  const { interaction, balancing, balanced } = setting;
  if (interaction.coupling !== 'sinkhorn')
    return interaction.gaussian ? lengthPotentials(head.keys, head.beta) : undefined;
  const before = balanced.get(head.index);
  const near = before?.length === head.masses.length ? before : undefined;
  const sums = (own: HeadRows, out: Float64Array) =>
    logSums(setting.arrays, runHead(setting, own), own, out);
  const potentials = columnPotentials(head, sums, balancing, near);
  balanced.set(head.index, potentials);
  return potentials;
}

function areUnit(x: Float64Array, n: number, d: number, tolerance: number): boolean {
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let c = 0; c < d; c++) square += x[i * d + c] ** 2;
    if (!(Math.abs(square - 1) <= tolerance)) return false;
  }
  return true;
}

/** ⟨x_i, v_i⟩ */
function along(x: Float64Array, v: Float64Array, i: number, d: number): number {
  let sum = 0;
  for (let at = i * d; at < (i + 1) * d; at++) sum += x[at] * v[at];
  return sum;
}
