/** Whether tokens still come together where Q, K and V are random matrices (claim C14). */
import { z } from 'zod';
import { DELTA } from '../diagnostics/diagnostic.ts';
import type { Panel } from '../figures/figure.ts';
import { drawStart } from '../geometry/catalogue.ts';
import { uniform } from '../geometry/uniform.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { exp } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { closingTime } from './equiangular.ts';
import { experiment, type Prediction } from './experiment.ts';
import { around, fromZero, pairsTogether, timeOf } from './pairs.ts';

const schema = z.strictObject({
  n: wholeNumber(3, 256).default(32),
  d: wholeNumber(3, 512).default(128).describe('At least n, so that tokens begin in a hemisphere'),
  largestBeta: numberBetween(2, 12)
    .default(9)
    .describe('For matrices with entries of variance 1: ours have 1/d, and √d times this β'),
  betas: wholeNumber(3, 200).default(19).describe('How many, from 0 to the largest'),
  time: numberBetween(10, 1000).default(30),
  times: wholeNumber(20, 2000).default(151).describe('How many, from 0 to the end'),
  draws: wholeNumber(2, 1000).default(16).describe('Of matrices and start'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the first draw'),
  value: numberBetween(-10, 10).default(1).describe('V is this multiple of what is said'),
});
type Settings = z.output<typeof schema>;

interface Ensemble {
  readonly name: string;
  readonly title: string;
  readonly random: boolean;
  /** Whether V is the identity, times the value of the settings. */
  readonly plain: boolean;
  readonly parameters: (seed: number, value: number) => Readonly<Record<string, unknown>>;
}

const ginibre = (seed: number, scale = 1) => ({ ensemble: 'ginibre', seed, scale });
const wigner = (seed: number, scale = 1) => ({ ensemble: 'wigner', seed, scale });

/** K stays the identity where Q is said alone: the product is of the same ensemble. */
const ENSEMBLES: readonly Ensemble[] = [
  {
    name: 'identity',
    title: 'Q = K = V = I',
    random: false,
    plain: true,
    parameters: (_, value) => ({ value }),
  },
  {
    name: 'ginibre',
    title: 'QᵀK Ginibre, V = I',
    random: true,
    plain: true,
    parameters: (seed, value) => ({ query: ginibre(seed), value }),
  },
  {
    name: 'wigner',
    title: 'QᵀK Wigner, V = I',
    random: true,
    plain: true,
    parameters: (seed, value) => ({ query: wigner(seed), value }),
  },
  {
    name: 'value_wigner',
    title: 'QᵀK Ginibre, V Wigner',
    random: true,
    plain: false,
    parameters: (seed, value) => ({ query: ginibre(seed), value: wigner(seed, value) }),
  },
  {
    name: 'all_ginibre',
    title: 'QᵀK and V Ginibre',
    random: true,
    plain: false,
    parameters: (seed, value) => ({ query: ginibre(seed), value: ginibre(seed, value) }),
  },
];

/** Of fewer tokens some draws leave one cluster and some many: nothing is said of large β. */
const FEWEST = 24;
/** Up to here attention is nearly uniform. */
const SMALL_BETA = 1;

/** From 10 to 90 % of the pairs within this share of the time to half. */
const AT_ONCE = 0.3;

const boundaryOf = (title: string) =>
  `time to half of the pairs over that of β = 0, β ≤ 1 (median): ${title}`;
const sharpnessOf = (title: string) =>
  `time from 10 to 90 % of pairs over that to half, β ≤ 1 (median): ${title}`;
const smallOf = (title: string) => `share of pairs together at the end, β ≤ 1: ${title}`;
const largeOf = (title: string) => `share of pairs together at the end, largest β: ${title}`;

export const randomEnsemblesExperiment = experiment({
  id: 'c14-random-ensembles',
  title:
    'With random Q and K, Ginibre or Wigner, and V = I the tokens of most draws come together at small β, all at once and when uniform attention would bring them together, and stay in several clusters at large β; random V brings them together too where attention is nearly uniform.',
  citation: 'arXiv 2312.10794, figure 5',
  schema,
  seconds: 260,
  quick: { n: 24, d: 96, betas: 10, draws: 16 },
  tiny: { n: 16, d: 64, largestBeta: 6, betas: 7, time: 12, times: 61, draws: 2 },
  broken: { value: -1 },
  predict: (settings) => ENSEMBLES.flatMap((one) => predictionsOf(one, settings)),
  async measure(settings, context) {
    const { n, d, betas, draws, time } = settings;
    const cells = await measureCells(ensembleCell, settings, ENSEMBLES.length * betas, context);
    const diagrams = ENSEMBLES.map((ensemble, k) => ({
      ensemble,
      cells: cells.slice(k * betas, (k + 1) * betas),
    }));
    const closed = closingTime(1 - DELTA, n, 0);
    return {
      values: Object.fromEntries(
        diagrams.flatMap((diagram) => valuesOf(diagram, settings, closed)),
      ),
      columns: [
        { name: 'beta', heading: 'β', values: fromZero(settings.largestBeta, betas) },
        ...diagrams.flatMap(({ ensemble: { name, title }, cells: own }) => [
          { name: `half_${name}`, values: own.map(({ halves }) => finite(mean(halves))) },
          { name: `end_${name}`, heading: title, values: own.map(({ ends }) => mean(ends)) },
        ]),
      ],
      figure: {
        title: 'Pairs of tokens that are together, random matrices',
        caption: `Share of pairs of cosine 1 − ${DELTA} or more, n = ${n}, d = ${d}, mean of ${draws} draws of matrices and uniform start; β for entries of variance 1, up to t = ${time}.`,
        columns: 2,
        panels: diagrams.map((diagram) => panelOf(settings, diagram)),
      },
      notes: notesOf(diagrams, settings),
    };
  },
});

function predictionsOf(
  { title, random, plain }: Ensemble,
  { n, largestBeta }: Settings,
): Prediction[] {
  if (!random)
    return [
      {
        quantity: largeOf(title),
        expected: { low: 0, high: 0.05 },
        why: `for comparison: a token listens to itself e^β = ${exp(largestBeta).toPrecision(2)} times as much as to another one, and hardly moves until the end`,
      },
    ];
  if (!plain)
    return [
      {
        quantity: smallOf(title),
        expected: { low: 0.9, high: 1 },
        why: 'all tokens are moved along V times nearly the same mean, which grows along the leading eigenvectors of V; differences shrink like e^{−λt}, λ about 2 (Wigner) or 1 (Ginibre)',
      },
    ];
  return [
    {
      quantity: boundaryOf(title),
      expected: { value: 1, tolerance: 0.1 + 1 / n },
      why: 'rows of the attention matrix sum to 1 whatever the scores, so that the mean cosine begins to rise alike; own scores, of another variance for Wigner, take 1/n of it',
    },
    {
      quantity: sharpnessOf(title),
      expected: { low: 0, high: AT_ONCE },
      why: 'once together 1 − cosine falls like e^{−2t} for all pairs: cosines of the start, which scatter by d^{−1/2}, move the time by their logarithm',
    },
    ...(n < FEWEST
      ? []
      : [
          {
            quantity: largeOf(title),
            expected: { low: 0.05, high: 0.9 },
            why: 'no token prefers itself, so that nearly all move, but a cluster whose tokens listen to each other most lives for e^{β gap}: several at the end, neither all tokens together nor none; how many is not predicted',
          },
        ]),
  ];
}

/** What one ensemble and one β gave: shares by time, and for every draw the rest. */
interface Cell {
  /** Mean over the draws. */
  readonly shares: readonly number[];
  /** Time to half of the pairs; ∞ where that is beyond the end. */
  readonly halves: readonly number[];
  /** Time from 10 to 90 % of the pairs over that to half; ∞ where they do not get there. */
  readonly widths: readonly number[];
  /** Share at the end. */
  readonly ends: readonly number[];
}

interface Diagram {
  readonly ensemble: Ensemble;
  /** By β. */
  readonly cells: readonly Cell[];
}

/** One ensemble and one β, ensemble after ensemble. */
async function ensembleCell(settings: Settings, index: number): Promise<Cell> {
  const { n, d, largestBeta, betas, time, draws, value } = settings;
  const ensemble = ENSEMBLES[Math.floor(index / betas)];
  const scale = ensemble.random ? Math.sqrt(d) : 1;
  const beta = scale * fromZero(largestBeta, betas)[index % betas];
  const times = fromZero(time, settings.times);
  const runs: number[][] = [];
  for (let seed = settings.seed; seed < settings.seed + draws; seed++) {
    const { positions } = drawStart(uniform, {}, { n, d, seed });
    const parameters = { ...ensemble.parameters(seed, value), beta };
    // random V may part what has met
    runs.push(await pairsTogether({ parameters, init: positions, times, merge: ensemble.plain }));
  }
  return {
    shares: times.map((_, k) => mean(runs.map((shares) => shares[k]))),
    halves: runs.map((shares) => timeOf(0.5, times, shares)),
    widths: runs.map((shares) => widthOf(times, shares)),
    ends: runs.map((shares) => shares[shares.length - 1]),
  };
}

function widthOf(times: readonly number[], shares: readonly number[]): number {
  const [low, half, high] = [0.1, 0.5, 0.9].map((level) => timeOf(level, times, shares));
  return Number.isFinite(high) ? (high - low) / half : Number.POSITIVE_INFINITY;
}

/** Those of small β. */
const early = (cells: readonly Cell[], { largestBeta, betas }: Settings) =>
  cells.filter((_, k) => fromZero(largestBeta, betas)[k] <= SMALL_BETA);

/** Whatever may be predicted of an ensemble, over its draws. */
function valuesOf({ ensemble: { title }, cells }: Diagram, settings: Settings, closed: number) {
  const { draws } = settings;
  const every = Array.from({ length: draws }, (_, draw) => draw);
  const over = (value: (draw: number) => number, statistic = mean) => ({
    ...bootstrap(every.map(value), statistic),
    samples: draws,
  });
  const small = (value: (cell: Cell) => number) => mean(early(cells, settings).map(value));
  const last = cells[cells.length - 1];
  return [
    [boundaryOf(title), over((draw) => small(({ halves }) => halves[draw]) / closed, median)],
    [sharpnessOf(title), over((draw) => small(({ widths }) => widths[draw]), median)],
    [smallOf(title), over((draw) => small(({ ends }) => ends[draw]))],
    [largeOf(title), over((draw) => last.ends[draw])],
  ] as const;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** β to the right, time upwards. */
function panelOf(
  { largestBeta, betas, time, times }: Settings,
  { ensemble: { title }, cells }: Diagram,
): Panel {
  const area = { x: around(largestBeta, betas), y: around(time, times) };
  const values = Array.from({ length: times }, (_, k) => cells.map(({ shares }) => shares[k]));
  return {
    title,
    x: { label: 'β', domain: area.x },
    y: { label: 'time', domain: area.y },
    series: [{ kind: 'heat', name: 'pairs together', values, area, range: [0, 1] }],
  };
}

function notesOf(diagrams: readonly Diagram[], settings: Settings): string[] {
  const { draws } = settings;
  const late = diagrams
    .filter(({ ensemble }) => ensemble.random && ensemble.plain)
    .map(({ ensemble: { title }, cells }) => {
      const slow = (draw: number) =>
        early(cells, settings).some(({ widths }) => widths[draw] > AT_ONCE);
      return `${Array.from({ length: draws }, (_, draw) => slow(draw)).filter(Boolean).length} with ${title}`;
    });
  const ends = diagrams
    .filter(({ ensemble }) => !ensemble.plain)
    .map(({ ensemble: { title }, cells }) => {
      const last = cells[cells.length - 1];
      return `${mean(last.ends).toFixed(2)} with ${title}`;
    });
  return [
    `of ${draws} draws some leave two clusters or tokens behind already at a β ≤ ${SMALL_BETA}, so that medians are taken: ${late.join(', ')}`,
    `of random V at the largest β nothing is predicted: the share of pairs together at the end is ${ends.join(', ')}`,
  ];
}
