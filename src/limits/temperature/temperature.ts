/**
 * β → ∞: softmax attention against hardmax from the same start, with the rate that the gap between scores
 * predicts; whom the tokens listen to; and the number of clusters on the circle against √β.
 */
import { z } from 'zod';
import type { MatrixValue } from '../../dynamics/dynamics.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../flow/simulation-settings.ts';
import { bootstrap } from '../../numerics/bootstrap.ts';
import { log } from '../../numerics/elementary.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { identity, type Matrix, product, row, transposed } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { fitLine } from '../../numerics/regression.ts';
import { mean } from '../../numerics/statistics.ts';
import { argmax, distance } from '../../numerics/vectors.ts';
import { lastingClusters } from './clusters.ts';

const betas = (most: number) =>
  z.array(numberBetween(1e-3, most), { error: 'expected a list such as [1, 4, 16]' }).min(1);

/** The largest β that softmax takes. */
const MOST_BETA = 1e6;

export const temperatureLimitSchema = z.strictObject({
  betas: betas(MOST_BETA)
    .default([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    .describe('β of the softmax that is held against hardmax'),
  query: z
    .enum(['ginibre', 'wigner', 'identity'], { error: 'expected ginibre, wigner or identity' })
    .default('ginibre')
    .describe('Q; K = V = I'),
  querySeed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Seed of Q'),
  n: wholeNumber(2, 500).default(12).describe('Tokens, uniform on the sphere'),
  d: wholeNumber(2, 64).default(3).describe('Coordinates of a token'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Seed of the start'),
  time: numberBetween(1e-3, 1e3).default(1).describe('T, the end of the run'),
  step: numberBetween(1e-4, 1)
    .default(0.01)
    .describe(
      'h of the layers: hardmax jumps, so both take the same; rounded so that it divides the time',
    ),
  clusterBetas: betas(400)
    .default([4, 9, 16, 25, 36, 49, 64])
    .describe('β for the number of clusters on the circle'),
  clusterTokens: wholeNumber(2, 2000).default(100).describe('Tokens on the circle'),
  clusterTime: numberBetween(10, 1e6).default(300).describe('Until then clusters are counted'),
  clusterSeeds: wholeNumber(2, 1000).default(10).describe('Uniform starts on the circle'),
});

/** The values of β, start and horizon of the comparison with hardmax, and those of the counts of clusters. */
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
  /** null with the reason. */
  readonly exponential: RateFit | null;
  readonly problem: string | null;
}

export interface HardmaxLimit {
  readonly betas: readonly number[];
  /** Largest distance of a token to its place under hardmax, at the end. */
  readonly error: readonly number[];
  /** Largest distance of the hardmax run to the same in layers half as long: errors near it are the step's. */
  readonly stepError: number;
  /**
   * Largest distance of the hardmax run, at the end, to the sliding solution, which layers of length 0 would be
   * (dopri5); null for more tokens than it is computed for.
   */
  readonly slidingError: number | null;
  /** Share of the tokens that at the end listen most to a token that they listen to under hardmax. */
  readonly sameLeader: readonly number[];
  /**
   * Tokens that hardmax sends to and fro between leaders, layer by layer: they slide where the scores tie
   * (Filippov, Differential Equations with Discontinuous Righthand Sides, 1988), and listen to all of those.
   */
  readonly sliding: readonly number[];
  /** The least gap between the largest and the second score of a token along the hardmax run. */
  readonly gap: number;
  /** Tokens that somebody listens to at the end of the hardmax run. */
  readonly leaders: readonly number[];
  /** log error against β (predicted rate: the gap) and against log β (predicted where scores cross); null with the reason. */
  readonly exponential: RateFit | null;
  readonly algebraic: RateFit | null;
  readonly problem: string | null;
  /** Until half of the time at which the first token turns to another. */
  readonly betweenTies: BetweenTies;
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

/**
 * What becomes of attention as β → ∞: its distance to hardmax, and the number of clusters on the circle by β.
 */
export interface TemperatureLimit {
  readonly settings: Parsed;
  readonly hardmax: HardmaxLimit;
  readonly clusters: ClusterCounts;
}

export interface TemperatureContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Softmax against hardmax from one start at every β, with rates fitted, and mean numbers of clusters on the
 * circle (claim C5: about √β of them). Throws InputError for options that do not fit, and where hardmax does
 * not move; and the signal's reason.
 */
export async function temperatureLimit(
  options: TemperatureLimitOptions = {},
  context: TemperatureContext = {},
): Promise<TemperatureLimit> {
  const settings = wholeLayers(parseOptions(temperatureLimitSchema, options));
  const total = settings.betas.length + settings.clusterBetas.length;
  let done = 0;
  const advance = () => context.onProgress?.(++done, total);
  const hardmax = await againstHardmax(settings, context, advance);
  return { settings, hardmax, clusters: await clusterCounts(settings, context, advance) };
}

const queryOf = ({ query, querySeed }: Parsed): MatrixValue =>
  query === 'identity' ? 'identity' : { ensemble: query, seed: querySeed };

/** Numbers that the hardmax run may keep: 400 MB. */
const MOST_KEPT = 5e7;
const MOST_LAYERS = 100_000;

/** The settings with a step that divides the time. Throws LimitError for more layers than can be kept. */
function wholeLayers(settings: Parsed): Parsed {
  const { time, step, n, d } = settings;
  const layers = Math.max(1, Math.round(time / step));
  const most = Math.min(MOST_LAYERS, Math.floor(MOST_KEPT / (n * d)));
  if (layers > most)
    throw new LimitError(
      'step',
      `time ${time} in steps of ${step} is ${layers} layers: expected at most ${most} for ${n} tokens in d = ${d}, choose a larger step or a shorter time`,
    );
  return { ...settings, step: time / layers };
}

/** Runs so many layers, by default to the end. */
type Run = (flow: SimulationOptions, layers?: number, step?: number) => Promise<Matrix[]>;

/**
 * Softmax attention, arXiv 2312.10794, eq. (SA), against its limit: A tends to the uniform law over the
 * largest scores, arXiv 2305.05465, at the rate e^{−βΔ} between ties.
 */
async function againstHardmax(
  settings: Parsed,
  { engines, signal }: TemperatureContext,
  advance: () => void,
): Promise<HardmaxLimit> {
  const { n, d, seed, time, step } = settings;
  const layers = Math.round(time / step);
  const run: Run = async (flow, count = layers, h = step) => {
    const same = { n, d, seed, scheme: 'layer', step: h, time: count * h, diagnostics: [] };
    const { frames } = await simulate({ ...flow, ...same }, { engines, signal });
    return frames.map(({ positions }) => positions);
  };
  const hard = await hardRun(settings, run);
  const { positions, targets, gaps, scoresOf, flow } = hard;
  const finer = (await run(flow, 2 * layers, step / 2)).slice(-1)[0];
  const slid = n > MOST_SLIDING ? null : await slidingEnd(flow, settings, { engines, signal });
  const softEnd = async (beta: number, count: number) =>
    (await run({ dynamics: 'sa', parameters: { beta, query: queryOf(settings) } }, count)).slice(
      -1,
    )[0];
  const sliding = slidingTokens(targets);
  const listened = listenedTo(targets, sliding);
  const betas = [...new Set(settings.betas)].sort((a, b) => a - b);
  const error: number[] = [];
  const same: number[] = [];
  for (const beta of betas) {
    const end = await softEnd(beta, layers);
    error.push(farthest(end, positions[layers]));
    const own = leadersOf(scoresOf(end));
    same.push(own.filter((leader, i) => listened[i].has(leader)).length / n);
    advance();
  }
  return {
    betas,
    error,
    sameLeader: same,
    sliding,
    stepError: farthest(finer, positions[layers]),
    slidingError: slid && farthest(slid, positions[layers]),
    gap: gaps.reduce((least, gap) => Math.min(least, gap)),
    leaders: [...new Set(listened.flatMap((each) => [...each]))].sort((a, b) => a - b),
    ...rates(betas, error),
    betweenTies: await betweenTies({ ...hard, step, softEnd }),
  };
}

/** Ties of more tokens take too long. */
const MOST_SLIDING = 24;
/** The sliding solution is about 300 times as far off. */
const SLIDING_TOLERANCE = 1e-6;

/** Where hardmax ends as a flow (dynamics/sliding.ts), which is what both kinds of layers are cut from. */
async function slidingEnd(
  flow: SimulationOptions,
  { n, d, seed, time }: Parsed,
  context: Pick<SimulationContext, 'engines' | 'signal'>,
): Promise<Matrix> {
  const how = { scheme: 'dopri5', tolerance: SLIDING_TOLERANCE, saveAt: [time], diagnostics: [] };
  const { frames } = await simulate({ ...flow, n, d, seed, time, ...how }, context);
  return frames[0].positions;
}

/** After 0, 1, … layers. */
interface HardRun {
  readonly flow: SimulationOptions;
  readonly positions: readonly Matrix[];
  /** Whom each token listens to. */
  readonly targets: readonly (readonly number[])[];
  /** The least between the largest and the second score of a token. */
  readonly gaps: readonly number[];
  readonly scoresOf: (positions: Matrix) => Matrix;
}

/** Throws InputError where nothing moves. */
async function hardRun(settings: Parsed, run: Run): Promise<HardRun> {
  const { time, step, query } = settings;
  const flow = { dynamics: 'hardmax', parameters: { query: queryOf(settings) } };
  const saveAt = Array.from({ length: Math.round(time / step) + 1 }, (_, k) => k * step);
  const positions = await run({ ...flow, saveAt });
  if (farthest(positions[0], positions[positions.length - 1]) < 1e-9)
    throw new InputError(
      'query',
      `under hardmax with query ${query} every token listens to itself and nothing moves: expected one where QᵀK is not a multiple of the identity, choose ginibre`,
    );
  const scoring = scoreMatrix(flow, settings);
  const scoresOf = (x: Matrix) => product(product(x, scoring), transposed(x));
  const targets: number[][] = [];
  const gaps: number[] = [];
  for (const frame of positions) {
    // of every layer, so not kept: n² numbers each
    const scores = scoresOf(frame);
    targets.push(leadersOf(scores));
    gaps.push(leastGap(scores));
  }
  return { flow, positions, targets, gaps, scoresOf };
}

/** So many returns to targets it left are no passing of scores. */
const RETURNS = 3;

function slidingTokens(targets: HardRun['targets']): number[] {
  const tokens = targets[0].map((_, i) => i);
  return tokens.filter((i) => {
    const held = new Set([targets[0][i]]);
    let returns = 0;
    targets.slice(1).forEach((now, k) => {
      if (now[i] !== targets[k][i] && held.has(now[i])) returns++;
      held.add(now[i]);
    });
    return returns >= RETURNS;
  });
}

/** The last share of layers, in which a sliding token meets all of the leaders that it slides between. */
const LATELY = 0.1;

function listenedTo(targets: HardRun['targets'], sliding: readonly number[]): Set<number>[] {
  const last = targets[targets.length - 1];
  const lately = targets.slice(-Math.max(1, Math.round(LATELY * targets.length)));
  return last.map((target, i) =>
    sliding.includes(i) ? new Set(lately.map((each) => each[i])) : new Set([target]),
  );
}

/** Gaps in units of 1/β at which errors before the first turn are looked at. */
const GAPS = [6, 8, 10, 12, 14, 16, 18];

interface BetweenTiesRun extends Pick<HardRun, 'positions' | 'targets' | 'gaps'> {
  readonly step: number;
  readonly softEnd: (beta: number, layers: number) => Promise<Matrix>;
}

async function betweenTies(hard: BetweenTiesRun): Promise<BetweenTies> {
  const { positions, targets, gaps, step, softEnd } = hard;
  const turn = targets.findIndex((each) => each.some((leader, i) => leader !== targets[0][i]));
  const until = turn < 0 ? positions.length - 1 : Math.max(1, Math.floor(turn / 2));
  const gap = gaps.slice(0, until).reduce((least, one) => Math.min(least, one));
  // among many tokens two scores may lie so close that no β tells them apart
  const betas = GAPS.map((count) => count / gap).filter((beta) => beta <= MOST_BETA);
  const error: number[] = [];
  for (const beta of betas) error.push(farthest(await softEnd(beta, until), positions[until]));
  const fitted = rates(betas, error);
  const problem =
    betas.length < FEWEST_POINTS
      ? `the gap of scores is ${gap.toPrecision(3)}, and β beyond ${MOST_BETA} would be needed: take fewer tokens`
      : fitted.problem;
  return { time: until * step, gap, betas, error, exponential: fitted.exponential, problem };
}

/** M with scores x_i M x_jᵀ, as the entry has it. */
function scoreMatrix(hard: SimulationOptions, { n, d }: Pick<Parsed, 'n' | 'd'>): Matrix {
  const { entry, parameters } = simulationSettings({ ...hard, n, d });
  const weights = entry.interaction?.(parameters, d, 0).weights;
  return weights ? product(weights.query, transposed(weights.key)) : identity(d);
}

function farthest(a: Matrix, b: Matrix): number {
  let largest = 0;
  for (let i = 0; i < a.rows; i++) largest = Math.max(largest, distance(row(a, i), row(b, i)));
  return largest;
}

const leadersOf = (scores: Matrix): number[] =>
  Array.from({ length: scores.rows }, (_, i) => argmax(row(scores, i)));

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
  const logs = used.map(({ error }) => log(error));
  return {
    exponential: fitRate(
      used.map(({ beta }) => beta),
      logs,
    ),
    algebraic: fitRate(
      used.map(({ beta }) => log(beta)),
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
  // of values that are all the same a flat line leaves nothing to explain
  return { rate: -slope, low: -high, high: -low, explained: all > 0 ? 1 - rest / all : 1 };
}

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
      const run = { beta, n: clusterTokens, time: clusterTime, seed: seed + s };
      own.push(await lastingClusters(run, { engines, signal }));
    }
    counts.push(own);
    advance();
  }
  const means = counts.map(mean);
  const intervals = counts.map((own) => bootstrap(own, mean, seed));
  return {
    betas,
    mean: means,
    low: intervals.map(({ low }) => low),
    high: intervals.map(({ high }) => high),
    power: betas.length < FEWEST_POINTS ? null : powerOf(betas, means),
  };
}

/** count ~ β^rate. */
export function powerOf(betas: readonly number[], counts: readonly number[]): RateFit {
  const fit = fitRate(betas.map(log), counts.map(log));
  return { ...fit, rate: 0 - fit.rate, low: -fit.high, high: -fit.low };
}
