/**
 * An open field of the spectral engine: moments of all particles, series of the moments, velocities
 * of all particles, and the few that the series is too coarse for from all pairs.
 * Not the kernels, nor how many terms are kept.
 */
import { exp } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import type { Field, FieldRequest } from '../field.ts';
import { fieldModule, type KernelName } from '../wasm/kernels.ts';
import { arraysBegin } from '../wasm/memory.ts';
import { type Crew, type SpawnFieldThread, startCrew } from '../wasm/threads.ts';
import type { Dimension } from './expansion.ts';
import {
  blockSizeOf,
  describe,
  fieldBytes,
  padded,
  placeSpectral,
  type SpectralArrays,
  type SpectralJob,
} from './memory.ts';
import type { Plan } from './plan.ts';
import {
  circleSeries,
  entryCount,
  type SphereTables,
  sphereSeries,
  sphereTables,
  sumBlocks,
} from './series.ts';

const PAGE = 65536;
/** Rows further off the sphere are not taken for unit vectors where v itself is asked for. */
const OFF_SPHERE = 1e-9;
/** Particles times terms (or pairs) from which on other threads are worth waking: about 30 µs of work. */
const WORTH_SHARING = 2e4;

/** What stays the same between evaluations. */
interface Setting {
  readonly request: FieldRequest;
  readonly plan: Plan;
  readonly d: Dimension;
  /** Moments and terms. */
  readonly entries: number;
  readonly memory: WebAssembly.Memory;
  readonly arrays: SpectralArrays;
  readonly tables: SphereTables | null;
  readonly crew: Crew<KernelName>;
}

/** A field on `threads` threads. Throws InputError when there is no memory. */
export function openField(
  request: FieldRequest,
  plan: Plan,
  threads: number,
  spawn: SpawnFieldThread | undefined,
): Field {
  const d = request.d as Dimension;
  const { degree } = plan.expansion;
  const shape = { n: request.n, d, degree };
  const memory = reserve(fieldBytes(shape, threads), request);
  const arrays = placeSpectral(memory, arraysBegin(threads), shape);
  const tables = d === 3 ? sphereTables(degree) : null;
  if (tables) arrays.steps.set(tables.steps);
  const crew = startCrew(memory, threads, spawn, fieldModule());
  const entries = entryCount(d, degree);
  const setting = { request, plan, d, entries, memory, arrays, tables, crew };
  return {
    tangent: (positions, masses, out) => evaluate(setting, positions, masses, out, false),
    ambient: (positions, masses, out) => evaluate(setting, positions, masses, out, true),
    floor: plan.bound,
    note: noteOf(setting),
    close: () => crew.close(),
  };
}

function reserve(bytes: number, { n, d }: FieldRequest): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    throw new InputError(
      'n',
      `n = ${n} and d = ${d} need ${(bytes / 2 ** 30).toFixed(1)} GB, expected as much free memory: use fewer particles`,
    );
  }
}

function noteOf({ request, plan, entries }: Setting): string {
  const { expansion, threshold, bound } = plan;
  const where = request.interaction.beta[0] < 0 ? 'opposite' : 'at no distance';
  const kept = `harmonics to degree ${expansion.degree} (${entries} terms), velocities off by at most ${bound.toExponential(1)}`;
  if (threshold === 0) return kept;
  return `${kept}; particles that hear less than ${threshold.toExponential(1)} of what they would ${where} are summed over all pairs`;
}

function evaluate(
  setting: Setting,
  positions: Float64Array,
  masses: Float64Array,
  out: Float64Array,
  radial: boolean,
): void {
  const { d, arrays } = setting;
  const n = masses.length;
  fill(arrays, positions, masses, d);
  const job = jobOf(setting, n, radial);
  takeMoments(setting, job);
  if (radial) requireUnit(arrays.deviation, blockCount(n));
  const series = writeSeries(setting);
  describe(setting.memory, arrays, { ...job, constant: series });
  run(setting, d === 2 ? 'circleField' : 'sphereField', n);
  sumDirectly(setting, n);
  out.set(arrays.out.subarray(0, n * d));
}

/** Past the last particle lies one without mass, so that kernels may take four at a time. */
function fill(
  arrays: SpectralArrays,
  positions: Float64Array,
  masses: Float64Array,
  d: Dimension,
): void {
  const n = masses.length;
  arrays.positions.set(positions.subarray(0, n * d));
  arrays.masses.set(masses);
  for (let i = n; i < padded(n); i++) {
    arrays.masses[i] = 0;
    for (let c = 0; c < d; c++) arrays.positions[i * d + c] = c === 0 ? 1 : 0;
  }
}

function jobOf({ request, plan, d }: Setting, n: number, radial: boolean): SpectralJob {
  const { coupling, beta, sign } = request.interaction;
  const softmax = coupling === 'softmax';
  return {
    n,
    d,
    softmax,
    radial,
    degree: plan.expansion.degree,
    factor: softmax ? sign : sign * exp(Math.abs(beta[0])),
    beta: beta[0],
    constant: 0,
  };
}

const blockCount = (n: number) => Math.ceil(n / blockSizeOf(n));

function run(
  { crew, entries }: Setting,
  kernel: 'circleMoments' | 'circleField' | 'sphereMoments' | 'sphereField',
  n: number,
): void {
  crew.run(kernel, blockCount(n), n * entries > WORTH_SHARING);
}

/** Leaves the moments of all particles in the first block's place. */
function takeMoments(setting: Setting, job: SpectralJob): void {
  const { memory, arrays, entries, d } = setting;
  describe(memory, arrays, job);
  run(setting, d === 2 ? 'circleMoments' : 'sphereMoments', job.n);
  sumBlocks(arrays.moments, blockCount(job.n), 2 * entries);
}

function requireUnit(deviation: Float64Array, blocks: number): void {
  const worst = Math.max(...deviation.subarray(0, blocks));
  if (worst <= OFF_SPHERE || Number.isNaN(worst)) return;
  throw new InputError(
    'positions',
    `|x|² of a particle differs from 1 by ${worst.toExponential(1)}, expected unit vectors: normalise them, or use the wasm engine`,
  );
}

/** Writes the series; returns the first term of the couplings' sum. */
function writeSeries({ plan, arrays, tables }: Setting): number {
  const { expansion } = plan;
  if (tables) sphereSeries(expansion, tables, arrays.moments, arrays.series);
  else circleSeries(expansion, arrays.moments, arrays.series);
  return expansion.sum[0] * arrays.moments[0];
}

/**
 * Velocities of particles whose couplings sum to too little for the series, over all pairs. Exponential
 * couplings have none, also where round-off makes a sum negative.
 */
function sumDirectly({ plan: { threshold }, arrays, crew }: Setting, n: number): void {
  if (threshold === 0) return;
  const least = arrays.least.subarray(0, blockCount(n));
  if (least.every((sum) => !(sum < threshold))) return;
  let count = 0;
  for (let i = 0; i < n; i++) if (arrays.totals[i] < threshold) arrays.rows[count++] = i;
  crew.run('directRow', count, n * count > WORTH_SHARING);
}
