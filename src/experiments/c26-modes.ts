/** Modes of a Gaussian kernel estimate: what attention sees of a cloud before anything moves (claim C26). */
import { z } from 'zod';
import type { Panel, Point } from '../figures/figure.ts';
import { drawStart } from '../geometry/catalogue.ts';
import { uniform } from '../geometry/uniform.ts';
import { lastingClusters } from '../limits/temperature/clusters.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { atan2, cos, exp, log, pow, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { type ExperimentContext, experiment, type Measured } from './experiment.ts';

const schema = z.strictObject({
  counts: z
    .array(wholeNumber(100, 1e6))
    .min(2)
    .default([1_000, 3_000, 10_000, 30_000])
    .describe('Normal samples n'),
  alpha: numberBetween(0.7, 1.6).default(1).describe('β = n^α'),
  cut: numberBetween(0.5, 100).default(100).describe('Samples beyond ±cut are drawn again'),
  circle: wholeNumber(1_000, 1e6).default(10_000).describe('Uniform points on the circle'),
  circleBetas: z
    .array(numberBetween(4, 10_000))
    .min(2)
    .default([100, 225, 400])
    .describe('Of the estimate of these'),
  betas: z
    .array(numberBetween(4, 1_000))
    .min(2)
    .default([16, 36, 81])
    .describe('Of attention, whose clusters are counted'),
  tokens: wholeNumber(10, 1_000).default(100).describe('Points whose clusters claim C05 counts'),
  time: numberBetween(10, 1e4).default(300).describe('Until then clusters are counted'),
  seeds: wholeNumber(4, 1_000).default(20),
});
type Settings = z.output<typeof schema>;

const INTEGRAL = 'modes of normal samples over the Kac–Rice integral, all n';
const POWER = 'power of ln n in modes over √β';
const CIRCLE = 'modes of uniform points on the circle over √β';
const CLUSTERS = 'modes at the start over lasting clusters of the same points';

export const modesExperiment = experiment({
  id: 'c26-modes',
  title:
    'A Gaussian kernel estimate of n normal samples with β = n^α has modes like √(β ln n); of uniform points on the circle like √β, more than clusters that last.',
  citation: 'arXiv 2412.09080; 2312.10794, section 6',
  schema,
  seconds: 15,
  quick: { counts: [1_000, 10_000], seeds: 8 },
  tiny: { counts: [500, 4_000], seeds: 8, betas: [16, 36], circle: 4_000, time: 100 },
  broken: { cut: 1 },
  predict: ({ counts, seeds }) => {
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    const spread = 0.3 / Math.sqrt(seeds) / log(log(most) / log(least));
    return [
      {
        quantity: INTEGRAL,
        expected: { value: 1, tolerance: 0.08 },
        why: 'the slope of the estimate at x is Gaussian of mean −xφ(x) and variance φ(x)β^{3/2}/(4n√π), and its noise turns √(3β/2)/(2π) times a unit of length from rising to falling: so many modes where noise is stronger than slope. Where fewer points than that lie, each is a mode. Between these two regimes the integral is 3 to 7 % too large at n from 10³ to 10⁵',
      },
      {
        quantity: POWER,
        expected: { value: 0.5, tolerance: 0.12 + spread },
        why: 'noise wins where φ(x) < n^{3α/2−1}, points are alone where φ(x) < n^{α/2−1}: modes fill the length between √((2 − 3α)₊ ln n) and √((2 − α) ln n) on both sides, (1/π)√(3/2)(√(2 − α) − √((2 − 3α)₊))√(β ln n) in all, with corrections of 1/ln n',
      },
      {
        quantity: CIRCLE,
        expected: { value: Math.sqrt(1.5), tolerance: 0.05 + 0.15 / Math.sqrt(seeds) },
        why: 'a flat density has no slope and no tails: √(3β/2)/(2π) times 2π',
      },
      {
        quantity: CLUSTERS,
        expected: { low: 1, high: 4 },
        why: 'modes closer than a few β^{−½} merge before the plateau that counts as lasting (claim C05), and nothing splits',
      },
    ];
  },
  async measure(settings, context) {
    const { counts, alpha, circleBetas, betas, seeds } = settings;
    const rows = counts.length + circleBetas.length + betas.length;
    const found = await measureCells(
      (own: Settings, index) =>
        numberOf(own, Math.floor(index / seeds), (index % seeds) + 1, context),
      settings,
      rows * seeds,
      context,
    );
    const of = (at: number) => found.slice(at * seeds, (at + 1) * seeds);
    const normal = counts.map((_, k) => of(k));
    const onCircle = circleBetas.map((_, k) => of(counts.length + k));
    const overClusters = betas.map((_, k) => of(counts.length + circleBetas.length + k));
    const seedsOf = Array.from({ length: seeds }, (_, s) => s);
    const over = (statistic: (chosen: readonly number[]) => number): Measured => ({
      ...bootstrap(seedsOf, statistic),
      samples: seeds,
    });
    const meanOf = (values: readonly number[], chosen: readonly number[]) =>
      mean(chosen.map((s) => values[s]));
    const integrals = counts.map((n) => kacRice(n, pow(n, alpha)));
    return {
      values: {
        [INTEGRAL]: over((chosen) =>
          mean(normal.map((values, k) => meanOf(values, chosen) / integrals[k])),
        ),
        [POWER]: over(
          (chosen) =>
            fitLine(
              counts.map((n) => log(log(n))),
              normal.map((values, k) =>
                log(meanOf(values, chosen) / Math.sqrt(pow(counts[k], alpha))),
              ),
            ).slope,
        ),
        [CIRCLE]: over((chosen) =>
          mean(onCircle.map((values, k) => meanOf(values, chosen) / Math.sqrt(circleBetas[k]))),
        ),
        [CLUSTERS]: over((chosen) => mean(overClusters.map((values) => meanOf(values, chosen)))),
      },
      columns: [
        { name: 'n', heading: 'n', values: counts },
        { name: 'beta', heading: 'β', values: counts.map((n) => pow(n, alpha)) },
        { name: 'modes', heading: 'modes', values: normal.map((values) => mean(values)) },
        { name: 'integral', heading: 'Kac–Rice', values: integrals },
      ],
      figure: {
        title: 'Modes of a kernel estimate',
        caption: `${seeds} samples each. Left: normal, β = n^${alpha}. Right: ${settings.circle} uniform points on the circle.`,
        panels: [
          panel(
            'Normal samples',
            'ln n',
            counts.map((n, k): Point => [log(n), mean(normal[k])]),
            counts.map((n, k): Point => [log(n), integrals[k]]),
          ),
          panel(
            'Uniform on the circle',
            '√β',
            betas.map((beta, k): Point => [Math.sqrt(beta), mean(onCircle[k])]),
            circleBetas.map((beta): Point => [Math.sqrt(beta), Math.sqrt(1.5 * beta)]),
          ),
        ],
      },
    };
  },
});

/** Modes of normal samples, then of points on the circle, then over clusters: the rows of a seed. */
async function numberOf(
  settings: Settings,
  at: number,
  seed: number,
  context: ExperimentContext,
): Promise<number> {
  const { counts, circle, circleBetas, betas, tokens: n, time } = settings;
  if (at < counts.length) return modesOfNormal(counts[at], settings, seed);
  const place = at - counts.length;
  if (place < circleBetas.length) return modesOnCircle(anglesOf(circle, seed), circleBetas[place]);
  const beta = betas[place - circleBetas.length];
  const clusters = await lastingClusters({ n, time, beta, seed }, context);
  return modesOnCircle(anglesOf(n, seed), beta) / clusters;
}

function panel(title: string, label: string, measured: Point[], predicted: Point[]): Panel {
  return {
    title,
    x: { label },
    y: { label: 'modes' },
    series: [
      { kind: 'scatter', name: 'measured', points: measured },
      { kind: 'line', name: 'predicted', points: predicted },
    ],
  };
}

/** The estimate is looked at so often in a width β^{−½} of the kernel; zeros of its slope are 30 times farther apart. */
const FINENESS = 12;
/** Kernels are cut at so many widths. */
const REACH = 7;

function modesOfNormal(n: number, { alpha, cut }: Settings, seed: number): number {
  const stream = random(seed);
  const draw = (): number => {
    const value = stream.gaussian();
    return Math.abs(value) <= cut ? value : draw();
  };
  const points = Float64Array.from({ length: n }, draw).sort();
  const beta = pow(n, alpha);
  return modesOf(points, beta, points[0], points[n - 1], (u) => u * exp((-beta * u * u) / 2));
}

const anglesOf = (n: number, seed: number): Float64Array => {
  const { data } = drawStart(uniform, {}, { n, d: 2, seed }).positions;
  return Float64Array.from({ length: n }, (_, i) => {
    const angle = atan2(data[2 * i + 1], data[2 * i]);
    return angle < 0 ? angle + 2 * Math.PI : angle;
  });
};

/** Of Σ e^{β cos(θ − θ_i)}; points beyond both ends close the circle. */
function modesOnCircle(angles: Float64Array, beta: number): number {
  const turn = 2 * Math.PI;
  const margin = REACH / Math.sqrt(beta);
  const beyond = [...angles].flatMap((angle) => [
    ...(angle < margin ? [angle + turn] : []),
    ...(angle > turn - margin ? [angle - turn] : []),
  ]);
  const points = Float64Array.from([...angles, ...beyond]).sort();
  return modesOf(points, beta, 0, turn, (u) => sin(u) * exp(beta * (cos(u) - 1)));
}

/** How often the slope Σ_i k(x_i − x) of an estimate of rising points turns from rising to falling in [from, to]. */
function modesOf(
  points: Float64Array,
  beta: number,
  from: number,
  to: number,
  slope: (u: number) => number,
): number {
  const reach = REACH / Math.sqrt(beta);
  const step = 1 / (FINENESS * Math.sqrt(beta));
  let [first, behind, before, count] = [0, 0, 0, 0];
  for (let x = from - step; x <= to + step; x += step) {
    while (first < points.length && points[first] < x - reach) first++;
    while (behind < points.length && points[behind] <= x + reach) behind++;
    let sum = 0;
    for (let i = first; i < behind; i++) sum += slope(points[i] - x);
    if (sum === 0) continue;
    if (before > 0 && sum < 0) count++;
    before = sum;
  }
  return count;
}

/** Modes that are expected of n normal samples: at every place those of the noise, or of points that are alone. */
function kacRice(n: number, beta: number): number {
  const [step, end] = [1e-3, 9];
  const variance = 1 + 1 / beta;
  let sum = 0;
  for (let x = step / 2; x < end; x += step) {
    const density = exp((-x * x) / 2 / variance) / Math.sqrt(2 * Math.PI * variance);
    const mean = (x / variance) * density;
    const noise = (density * pow(beta, 1.5)) / (4 * n * Math.sqrt(Math.PI));
    const turns = (Math.sqrt(1.5 * beta) / (2 * Math.PI)) * exp((-mean * mean) / 2 / noise);
    sum += 2 * step * Math.min(turns, n * density);
  }
  return sum;
}
