/**
 * Particles → mean field on the circle: how far n particles are from the law that they are drawn of, while
 * both flow. The law itself is followed by Fourier modes where there is noise, by quantiles where not.
 */
import { z } from 'zod';
import type { SimulationContext } from '../../flow/simulate.ts';
import { log } from '../../numerics/elementary.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { mean, median } from '../../numerics/statistics.ts';
import { largestOf } from '../../numerics/vectors.ts';
import { wassersteinOnCircle } from '../../transport/circle.ts';
import { solveOnCircle } from '../mean-field/circle.ts';
import { type CircleLaw, quantileFunction } from '../mean-field/circle-law.ts';
import { moveAngles, quantilePoints } from '../mean-field/quantiles.ts';
import {
  checkTimes,
  choice,
  meanFieldOf,
  meanFieldOptions,
  startLaw,
  timesOption,
} from '../mean-field/start.ts';
import { fitOrder, type Order } from '../order.ts';

export const particleLimitSchema = z.strictObject({
  ...meanFieldOptions,
  particleBeta: numberBetween(-100, 100)
    .optional()
    .describe(
      'β of the particles, a control: with another one than the law’s, which is the default, they stay away from it',
    ),
  draw: choice('independent', 'quantiles')
    .default('independent')
    .describe('How n particles are taken of the law'),
  n: z
    .array(wholeNumber(1, 4_000_000), { error: 'expected a list such as [100, 1000]' })
    .min(1)
    .default([10, 100, 1000, 10_000])
    .describe('Numbers of particles'),
  times: timesOption.default([0, 1, 5]),
  seeds: wholeNumber(1, 1000).default(5).describe('Runs of each n'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('The first seed'),
  tolerance: numberBetween(1e-13, 1e-4)
    .default(1e-8)
    .describe('Tolerance of dopri5, without noise'),
  step: numberBetween(1e-6, 1).default(0.01).describe('Step h of heun, with noise'),
  threads: wholeNumber(1, 64).optional().describe('At most so many; all cores by default'),
});

/** The mean field's dynamics and start, the numbers of particles, times and seeds. */
export type ParticleLimitOptions = z.input<typeof particleLimitSchema>;
type Parsed = z.output<typeof particleLimitSchema>;

export interface ParticleErrors {
  /** W_1 to the law by time and n: the mean over the seeds, and their least and largest. */
  readonly w1: readonly (readonly number[])[];
  readonly w1Low: readonly (readonly number[])[];
  readonly w1High: readonly (readonly number[])[];
  /** Mean W_2; null beyond 100,000 particles. */
  readonly w2: readonly (readonly (number | null)[])[];
  /** Median W_1 between the runs of neighbouring seeds; null for one seed. */
  readonly betweenRuns: readonly (readonly (number | null)[])[];
}

/**
 * Distances of n particles to the law that they are drawn of, in arc length, with fitted orders in n
 * (docs/theory.md §3).
 */
export interface ParticleLimit {
  readonly settings: Parsed;
  readonly reference: {
    readonly method: 'modes' | 'quantiles';
    /** Points that stand for the law. */
    readonly points: number;
  };
  readonly times: readonly number[];
  readonly n: readonly number[];
  readonly errors: ParticleErrors;
  /** Of W_1 in n, at every time. */
  readonly orders: readonly Order[];
  /** The least C with W_1(t) ≤ e^{Ct} W_1(0) for all runs and times (Dobrushin); null for time 0 alone. */
  readonly dobrushin: number | null;
}

export interface ParticleContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  readonly onProgress?: (done: number, total: number) => void;
}

/** Points of the law for each particle, and their bounds. */
const FINER = 4;
const [FEWEST_POINTS, MOST_POINTS] = [2 ** 13, 2 ** 20];
/** Beyond it W_2, which takes several passes, is left out. */
const MOST_FOR_W2 = 100_000;
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x7061;

/**
 * W_1 and W_2 between n particles and their mean field, over n and seeds (claim C19: W_1(μ^n_t, μ_t) ≤
 * e^{Ct} W_1(μ^n_0, μ_0), arXiv 2312.10794). Throws InputError for options that do not fit, and the
 * signal's reason.
 */
export async function particleLimit(
  options: ParticleLimitOptions = {},
  context: ParticleContext = {},
): Promise<ParticleLimit> {
  const settings = parseOptions(particleLimitSchema, options);
  const { n, seeds, draw } = settings;
  checkTimes(settings.times);
  const start = startLaw(settings);
  const reference = await lawPoints(start, settings, context);
  const rising = [...new Set(n)].sort((a, b) => a - b);
  // quantiles without noise are the same for every seed
  const runs = draw === 'quantiles' && settings.kappa === undefined ? 1 : seeds;
  const measured: Measured[] = [];
  for (const count of rising) {
    measured.push(await measure(count, runs, { start, settings, reference, context }));
    context.onProgress?.(measured.length, rising.length);
  }
  return {
    settings,
    reference: { method: reference.method, points: reference.points },
    times: settings.times,
    n: rising,
    ...summary(measured, rising, settings.times),
  };
}

interface Reference {
  readonly method: 'modes' | 'quantiles';
  readonly points: number;
  /** By time. */
  readonly angles: readonly Float64Array[];
}

/** The law at every time, as many points of equal mass. */
async function lawPoints(
  start: CircleLaw,
  settings: Parsed,
  context: ParticleContext,
): Promise<Reference> {
  const { n, times } = settings;
  const field = meanFieldOf(settings);
  const points = pointsFor(Math.max(...n));
  if (field.kappa !== undefined) {
    const frames = solveOnCircle(start, { ...field, times });
    return {
      method: 'modes',
      points,
      angles: frames.map(({ law }) => quantilePoints(law, points)),
    };
  }
  const run = { ...field, ...settings };
  const angles = await moveAngles(quantilePoints(start, points), run, simulationContext(context));
  return { method: 'quantiles', points, angles };
}

const pointsFor = (n: number) => Math.min(MOST_POINTS, Math.max(FEWEST_POINTS, FINER * n));

const simulationContext = ({ engines, signal }: ParticleContext): SimulationContext => ({
  engines,
  signal,
});

interface Job {
  readonly start: CircleLaw;
  readonly settings: Parsed;
  readonly reference: Reference;
  readonly context: ParticleContext;
}

/** By time and run. */
interface Measured {
  readonly w1: readonly (readonly number[])[];
  readonly w2: readonly (readonly number[])[] | null;
  readonly between: readonly (readonly number[])[];
}

async function measure(count: number, runs: number, job: Job): Promise<Measured> {
  const { times } = job.settings;
  const w1: number[][] = times.map(() => []);
  const w2: number[][] = times.map(() => []);
  const between: number[][] = times.map(() => []);
  let before: Float64Array[] | null = null;
  for (let run = 0; run < runs; run++) {
    const angles = await flown(count, job.settings.seed + run, job);
    angles.forEach((values, t) => {
      const law = { values: thinned(job.reference.angles[t], pointsFor(count)) };
      w1[t].push(wassersteinOnCircle({ values }, law));
      if (count <= MOST_FOR_W2) w2[t].push(wassersteinOnCircle({ values }, law, 2));
      if (before) between[t].push(wassersteinOnCircle({ values }, { values: before[t] }));
    });
    before = angles;
  }
  return { w1, w2: count <= MOST_FOR_W2 ? w2 : null, between };
}

/** So many of points in the order of their quantiles, evenly. */
const thinned = (angles: Float64Array, count: number) =>
  Float64Array.from(
    { length: count },
    (_, i) => angles[Math.floor(((i + 0.5) * angles.length) / count)],
  );

/** The angles of one run at every time. */
function flown(count: number, seed: number, { start, settings, context }: Job) {
  const points =
    settings.draw === 'quantiles' ? quantilePoints(start, count) : drawn(start, count, seed);
  const beta = settings.particleBeta ?? settings.beta;
  const run = { ...settings, ...meanFieldOf(settings), beta, seed };
  return moveAngles(points, run, simulationContext(context));
}

function drawn(law: CircleLaw, count: number, seed: number): Float64Array {
  const quantile = quantileFunction(law);
  const { uniform } = random(seed, STREAM, count);
  return Float64Array.from({ length: count }, () => quantile(uniform()));
}

function summary(measured: readonly Measured[], n: readonly number[], times: readonly number[]) {
  const table = <T>(pick: (one: Measured, t: number) => T) =>
    times.map((_, t) => measured.map((one) => pick(one, t)));
  const w1 = table((one, t) => mean(one.w1[t]));
  return {
    errors: {
      w1,
      w1Low: table((one, t) => Math.min(...one.w1[t])),
      w1High: table((one, t) => Math.max(...one.w1[t])),
      w2: table((one, t) => (one.w2 ? mean(one.w2[t]) : null)),
      betweenRuns: table((one, t) => (one.between[t].length > 0 ? median(one.between[t]) : null)),
    },
    orders: w1.map((errors) => fitOrder(n, errors, Number.EPSILON)),
    dobrushin: dobrushin(measured, times),
  };
}

function dobrushin(measured: readonly Measured[], times: readonly number[]): number | null {
  if (times[0] !== 0 || times.length < 2) return null;
  const growth = measured.flatMap(({ w1 }) =>
    w1
      .slice(1)
      .flatMap((errors, t) => errors.map((error, run) => log(error / w1[0][run]) / times[t + 1])),
  );
  return largestOf(growth);
}
