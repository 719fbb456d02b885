/**
 * β → ∞: softmax attention against hardmax from the same start, with the rate that the gap between scores
 * predicts; whom the tokens listen to; and the number of clusters on the circle against √β.
 */
import { z } from 'zod';
import { clustersAt, dendrogram } from '../../diagnostics/clusters.ts';
import { distance } from '../../diagnostics/distance.ts';
import { timePlateau } from '../../diagnostics/plateau.ts';
import type { MatrixValue } from '../../dynamics/dynamics.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../flow/simulation-settings.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, product, row, transposed } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { fitLine } from '../../numerics/regression.ts';
import { mean } from '../../numerics/statistics.ts';

const betas = (most: number) =>
  z.array(numberBetween(1e-3, most), { error: 'expected a list such as [1, 4, 16]' }).min(1);

export const temperatureLimitSchema = z.strictObject({
  betas: betas(1e6)
    .default([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    .describe('β of the softmax that is held against hardmax'),
  query: z
    .enum(['ginibre', 'wigner', 'identity'], { error: 'expected ginibre, wigner or identity' })
    .default('ginibre')
    .describe('Q; K = V = I'),
  querySeed: wholeNumber(0, 2 ** 31).default(1),
  n: wholeNumber(2, 500).default(12).describe('Tokens, uniform on the sphere'),
  d: wholeNumber(2, 64).default(3),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the start'),
  time: numberBetween(1e-3, 1e3).default(1),
  step: numberBetween(1e-4, 1)
    .default(0.01)
    .describe('Of the layers: hardmax jumps, so both take the same'),
  clusterBetas: betas(400)
    .default([4, 9, 16, 25, 36, 49, 64])
    .describe('β for the number of clusters on the circle'),
  clusterTokens: wholeNumber(2, 2000).default(100),
  clusterTime: numberBetween(10, 1e6).default(300).describe('Until then clusters are counted'),
  clusterSeeds: wholeNumber(2, 1000).default(10).describe('Uniform starts on the circle'),
});

export type TemperatureLimitOptions = z.input<typeof temperatureLimitSchema>;
type Parsed = z.output<typeof temperatureLimitSchema>;

/** y ≈ constant · e^{−rate x} or constant · x^{−rate}, with the 95 % interval of the rate. */
export interface RateFit {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Share of the variance of log y that the line explains. */
  readonly explained: number;
}

/** As long as no token turns to another one the error falls like e^{−βΔ}, Δ the least gap of scores until then. */
export interface BetweenTies {
  readonly time: number;
  readonly gap: number;
  readonly betas: readonly number[];
  readonly error: readonly number[];
  readonly exponential: RateFit | null;
}

export interface HardmaxLimit {
  readonly betas: readonly number[];
  /** Largest distance of a token to its place under hardmax, at the end. */
  readonly error: readonly number[];
  /** Share of the tokens that at the end listen most to the token that they listen to under hardmax. */
  readonly same_leader: readonly number[];
  /** The least gap between the largest and the second score of a token along the hardmax run. */
  readonly gap: number;
  /** Tokens that somebody listens to at the end of the hardmax run. */
  readonly leaders: readonly number[];
  /** log error against β (predicted rate: the gap) and against log β (predicted where scores cross); null with the reason. */
  readonly exponential: RateFit | null;
  readonly algebraic: RateFit | null;
  readonly problem: string | null;
  /** Until half of the time at which the first token turns to another. */
  readonly between_ties: BetweenTies;
}

export interface ClusterCounts {
  readonly betas: readonly number[];
  readonly mean: readonly number[];
  /** 95 % bootstrap interval of the mean. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Of count ~ β^rate; the prediction is ½. */
  readonly power: RateFit | null;
}

export interface TemperatureLimit {
  readonly settings: Parsed;
  readonly hardmax: HardmaxLimit;
  readonly clusters: ClusterCounts;
}

export interface TemperatureContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  readonly onProgress?: (done: number, total: number) => void;
}

/** Throws InputError for options that do not fit, and where hardmax does not move; and the signal's reason. */
export async function temperatureLimit(
  options: TemperatureLimitOptions = {},
  context: TemperatureContext = {},
): Promise<TemperatureLimit> {
  const settings = parseOptions(temperatureLimitSchema, options);
  const total = settings.betas.length + settings.clusterBetas.length;
  let done = 0;
  const advance = () => context.onProgress?.(++done, total);
  const hardmax = await againstHardmax(settings, context, advance);
  return { settings, hardmax, clusters: await clusterCounts(settings, context, advance) };
}

const queryOf = ({ query, querySeed }: Parsed): MatrixValue =>
  query === 'identity' ? 'identity' : { ensemble: query, seed: querySeed };

/** arXiv 2305.05465: A tends to the uniform law over the largest scores, at the rate e^{−βΔ} between ties. */
async function againstHardmax(
  settings: Parsed,
  { engines, signal }: TemperatureContext,
  advance: () => void,
): Promise<HardmaxLimit> {
  const { n, d, seed, time, step, query: queryName } = settings;
  const query = queryOf(settings);
  const layers = Math.max(1, Math.round(time / step));
  const run = (dynamics: SimulationOptions, count = layers) =>
    simulate(
      { ...dynamics, n, d, seed, step, time: count * step, scheme: 'layer', diagnostics: [] },
      { engines, signal },
    );
  const hard = { dynamics: 'hardmax', parameters: { query } };
  const saveAt = Array.from({ length: layers + 1 }, (_, k) => k * step);
  const positions = (await run({ ...hard, saveAt })).frames.map((frame) => frame.positions);
  const scoring = scoreMatrix(hard, { n, d });
  const scoresOf = (x: Matrix) => product(product(x, scoring), transposed(x));
  const scores = positions.map(scoresOf);
  if (farthest(positions[0], positions[layers]) < 1e-9)
    throw new InputError(
      'query',
      `under hardmax with query ${queryName} every token listens to itself and nothing moves: expected one where QᵀK is not a multiple of the identity, choose ginibre`,
    );
  const softEnd = async (beta: number, count: number) => {
    const { frames } = await run({ dynamics: 'sa', parameters: { beta, query } }, count);
    return frames[frames.length - 1].positions;
  };
  const leading = leadersOf(scores[layers]);
  const betas = [...new Set(settings.betas)].sort((a, b) => a - b);
  const error: number[] = [];
  const same: number[] = [];
  for (const beta of betas) {
    const end = await softEnd(beta, layers);
    error.push(farthest(end, positions[layers]));
    const own = leadersOf(scoresOf(end));
    same.push(own.filter((leader, i) => leader === leading[i]).length / n);
    advance();
  }
  return {
    ...{ betas, error, same_leader: same },
    gap: Math.min(...scores.map(leastGap)),
    leaders: [...new Set(leading)].sort((a, b) => a - b),
    ...rates(betas, error),
    between_ties: await betweenTies({ positions, scores, step, softEnd }),
  };
}

/** Gaps in units of 1/β at which errors before the first turn are looked at. */
const GAPS = [6, 8, 10, 12, 14, 16, 18];

interface HardRun {
  /** After 0, 1, … layers. */
  readonly positions: readonly Matrix[];
  readonly scores: readonly Matrix[];
  readonly step: number;
  readonly softEnd: (beta: number, layers: number) => Promise<Matrix>;
}

async function betweenTies({ positions, scores, step, softEnd }: HardRun): Promise<BetweenTies> {
  const first = leadersOf(scores[0]);
  const turn = scores.findIndex((each) => leadersOf(each).some((leader, i) => leader !== first[i]));
  const until = turn < 0 ? positions.length - 1 : Math.max(1, Math.floor(turn / 2));
  const gap = Math.min(...scores.slice(0, until).map(leastGap));
  const betas = GAPS.map((count) => count / gap);
  const error: number[] = [];
  for (const beta of betas) error.push(farthest(await softEnd(beta, until), positions[until]));
  return { time: until * step, gap, betas, error, exponential: rates(betas, error).exponential };
}

/** M with scores x_i M x_jᵀ, as the entry has it. */
function scoreMatrix(hard: SimulationOptions, { n, d }: { n: number; d: number }): Matrix {
  const { entry, parameters } = simulationSettings({ ...hard, n, d });
  const weights = entry.interaction?.(parameters, d, 0).weights;
  if (weights) return product(weights.query, transposed(weights.key));
  const identity = matrix(d, d);
  for (let c = 0; c < d; c++) identity.data[c * (d + 1)] = 1;
  return identity;
}

function farthest(a: Matrix, b: Matrix): number {
  let largest = 0;
  for (let i = 0; i < a.rows; i++) largest = Math.max(largest, distance(row(a, i), row(b, i)));
  return largest;
}

const leadersOf = (scores: Matrix): number[] =>
  Array.from({ length: scores.rows }, (_, i) => {
    const own = row(scores, i);
    return own.indexOf(Math.max(...own));
  });

function leastGap(scores: Matrix): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < scores.rows; i++) {
    const [second, first] = row(scores, i).slice().sort().slice(-2);
    least = Math.min(least, first - second);
  }
  return least;
}

/** Errors below it are round-off. */
const FLOOR = 1e-12;
const FEWEST_POINTS = 3;

function rates(betas: readonly number[], errors: readonly number[]) {
  const used = betas
    .map((beta, i) => ({ beta, error: errors[i] }))
    .filter(({ error }) => error > FLOOR);
  if (used.length < FEWEST_POINTS)
    return {
      exponential: null,
      algebraic: null,
      problem: `${used.length} of ${betas.length} errors lie above round-off (${FLOOR}): a fit needs ${FEWEST_POINTS}, take other β`,
    };
  const logs = used.map(({ error }) => Math.log(error));
  return {
    exponential: fitRate(
      used.map(({ beta }) => beta),
      logs,
    ),
    algebraic: fitRate(
      used.map(({ beta }) => Math.log(beta)),
      logs,
    ),
    problem: null,
  };
}

function fitRate(x: readonly number[], y: readonly number[]): RateFit {
  const { slope, intercept, low, high } = fitLine(x, y);
  const centre = mean(y);
  const all = y.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const rest = y.reduce((sum, value, i) => sum + (value - intercept - slope * x[i]) ** 2, 0);
  return { rate: -slope, low: -high, high: -low, explained: 1 - rest / all };
}

/** Tokens within this angle are one cluster. */
const TOGETHER = 0.1;
/** Earlier there are no clusters yet, only tokens that lie beside each other by chance. */
const FIRST_COUNT = 1;
const COUNTS = 60;

/** arXiv 2410.06833: the count of the plateau that lasts longest in log t, over uniform starts on the circle. */
async function clusterCounts(
  { clusterBetas, clusterTokens, clusterTime, clusterSeeds, seed }: Parsed,
  { engines, signal }: TemperatureContext,
  advance: () => void,
): Promise<ClusterCounts> {
  const betas = [...new Set(clusterBetas)].sort((a, b) => a - b);
  const counts: number[][] = [];
  for (const beta of betas) {
    const own: number[] = [];
    for (let s = 0; s < clusterSeeds; s++) {
      const flow = { dynamics: 'sa', parameters: { beta }, n: clusterTokens, d: 2, seed: seed + s };
      const saveAt = `log:${FIRST_COUNT}:${clusterTime}:${COUNTS}`;
      const { frames } = await simulate(
        { ...flow, time: clusterTime, saveAt, scheme: 'dopri5', tolerance: 1e-7, diagnostics: [] },
        { engines, signal },
      );
      const found = frames.map(
        ({ positions }) => clustersAt(dendrogram(positions), TOGETHER).length,
      );
      own.push(
        timePlateau(
          frames.map(({ time }) => time),
          found,
        ).count,
      );
    }
    counts.push(own);
    advance();
  }
  const intervals = counts.map((own, i) => bootstrap(own, seed + i));
  const means = counts.map(mean);
  return {
    betas,
    mean: means,
    low: intervals.map(([low]) => low),
    high: intervals.map(([, high]) => high),
    power: betas.length < FEWEST_POINTS ? null : powerOf(betas, means),
  };
}

function powerOf(betas: readonly number[], counts: readonly number[]): RateFit {
  const fit = fitRate(betas.map(Math.log), counts.map(Math.log));
  return { ...fit, rate: 0 - fit.rate, low: -fit.high, high: -fit.low };
}

const RESAMPLES = 2000;
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x626f;

/** 95 % percentile interval of the mean (Efron & Tibshirani 1993, chapter 13). */
function bootstrap(values: readonly number[], seed: number): [number, number] {
  const { integer } = random(seed, STREAM);
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[integer(values.length)])),
  ).sort();
  return [means[Math.floor(0.025 * RESAMPLES)], means[Math.ceil(0.975 * RESAMPLES) - 1]];
}
