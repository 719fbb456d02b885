/** Which pairs of tokens are together, over β and time: in high dimension the boundary is one curve (claim C4). */
import { z } from 'zod';
import { DELTA } from '../diagnostics/diagnostic.ts';
import type { Panel, Point } from '../figures/figure.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { exp } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { closingTime } from './equiangular.ts';
import { experiment } from './experiment.ts';
import { around, fromZero, pairsTogether, timeOf } from './pairs.ts';
import { uniformInSpan } from './starts.ts';

const schema = z.strictObject({
  n: wholeNumber(3, 256).default(32),
  dimensions: z
    .array(wholeNumber(2, 4096))
    .min(2)
    .default([2, 8, 32, 128, 512, 1024])
    .describe('Rising'),
  largestBeta: numberBetween(1, 12).default(9),
  betas: wholeNumber(2, 500).default(90).describe('How many, from 0 to the largest'),
  time: numberBetween(1, 1000).default(30),
  times: wholeNumber(2, 2000).default(200).describe('How many, from 0 to the end'),
  starts: wholeNumber(2, 1000).default(64).describe('Uniform; the same for every β'),
  value: numberBetween(-10, 10).default(1).describe('V is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const BOUNDARY = 'time to half of the pairs over that of the curve, largest d (mean of β)';
const STUCK = 'share of pairs together at the end, smallest d, largest β';
const BEFORE = 'share of pairs together at the end, largest d, largest β';

/** β whose curve is reached after this share of the run are left out, for starts differ. */
const WITHIN = 0.8;

export const phaseDiagramExperiment = experiment({
  id: 'c04-phase-diagram',
  title:
    'In high dimension the pairs of a random start come together along one curve in β and time, that of orthonormal tokens; on the circle several clusters stay instead.',
  citation: 'arXiv 2312.10794, figure 3 and section 6',
  schema,
  seconds: 700,
  quick: { dimensions: [2, 1024], betas: 19, times: 101, starts: 6 },
  tiny: { n: 12, dimensions: [2, 512], betas: 5, times: 61, starts: 6 },
  broken: { value: -1 },
  predict(settings) {
    const { dimensions, largestBeta } = settings;
    const d = dimensions[dimensions.length - 1];
    const sooner = mean(followed(settings).map((beta) => 1 - exp((-beta * beta) / (2 * d))));
    return [
      {
        quantity: BOUNDARY,
        expected: { value: 1, tolerance: 0.02 + sooner },
        why: 'cosines of the start scatter by d^{−1/2}, which makes the mean weight e^{β cosine} larger by e^{β²/2d} and the time shorter by at most about as much; 2 % for means of few starts',
      },
      {
        quantity: STUCK,
        expected: { low: 0.1, high: 0.8 },
        why: `about √β = ${Math.sqrt(largestBeta).toPrecision(2)} clusters on the circle hold that many times fewer of the pairs, more where masses differ`,
      },
      {
        quantity: BEFORE,
        expected: { low: 0, high: 0.05 },
        why: 'the curve is far beyond the end there: it has a time of the order of e^β/n',
      },
    ];
  },
  async measure(settings, context) {
    const { dimensions, betas, starts, times, largestBeta, time, n } = settings;
    const found = await measureCells(phaseCell, settings, dimensions.length * betas, context);
    const cells = found.map((numbers) => ({
      shares: numbers.slice(0, times),
      halves: numbers.slice(times, times + starts),
      ends: numbers.slice(times + starts),
    }));
    const diagrams = dimensions.map((d, k) => ({
      d,
      cells: cells.slice(k * betas, (k + 1) * betas),
    }));
    const [circle, highest] = [diagrams[0], diagrams[diagrams.length - 1]];
    const curve = betasOf(settings).map((beta) => closingTime(1 - DELTA, n, beta));
    const inside = followed(settings).length;
    const ratios = Array.from({ length: starts }, (_, start) =>
      mean(curve.slice(0, inside).map((t, k) => highest.cells[k].halves[start] / t)),
    );
    const over = (values: readonly number[]) => ({ ...bootstrap(values, mean), samples: starts });
    return {
      values: {
        [BOUNDARY]: over(ratios),
        [STUCK]: over(circle.cells[betas - 1].ends),
        [BEFORE]: over(highest.cells[betas - 1].ends),
      },
      columns: [
        { name: 'beta', heading: 'β', values: betasOf(settings) },
        { name: 'curve', heading: 'curve', values: curve },
        ...diagrams.map((diagram) => ({
          name: `half_d${diagram.d}`,
          heading: `d = ${diagram.d}`,
          values: diagram.cells.map(({ halves }) => finite(mean(halves))),
        })),
      ],
      figure: {
        title: 'Pairs of tokens that are together',
        caption: `Share of pairs of cosine 1 − ${DELTA} or more, n = ${n}, mean of ${starts} uniform starts, ${betas} β × ${times} times up to β = ${largestBeta}, t = ${time}. Line: the closed form of orthonormal tokens.`,
        columns: Math.min(2, dimensions.length),
        panels: diagrams.map((diagram) => panelOf(settings, diagram)),
      },
      notes: [
        'the table has the time at which half of the pairs are together, mean of the starts; empty where a start does not get there',
      ],
    };
  },
});

const betasOf = ({ largestBeta, betas }: Settings) => fromZero(largestBeta, betas);

/** Those whose curve lies well within the run: the first of them all, for the curve rises. */
const followed = (settings: Settings) =>
  betasOf(settings).filter(
    (beta) => closingTime(1 - DELTA, settings.n, beta) <= WITHIN * settings.time,
  );

/**
 * One d and one β, d after d: the share of pairs that are together at every time, mean of the starts; then for
 * every start the time at which half of them are, ∞ where that is beyond the end; then for every start the share at
 * the end.
 */
export async function phaseCell(settings: Settings, index: number): Promise<number[]> {
  const { n, dimensions, betas, starts, value } = settings;
  const times = fromZero(settings.time, settings.times);
  const d = dimensions[Math.floor(index / betas)];
  const beta = betasOf(settings)[index % betas];
  const shares = new Array<number>(times.length).fill(0);
  const halves: number[] = [];
  const ends: number[] = [];
  for (let seed = 1; seed <= starts; seed++) {
    const init = uniformInSpan(n, d, seed);
    const own = await pairsTogether({ parameters: { beta, value }, init, times, merge: true });
    own.forEach((share, k) => {
      shares[k] += share / starts;
    });
    halves.push(timeOf(0.5, times, own));
    ends.push(own[times.length - 1]);
  }
  return [...shares, ...halves, ...ends];
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

interface Diagram {
  readonly d: number;
  readonly cells: readonly { readonly shares: readonly number[] }[];
}

/** β to the right, time upwards. */
function panelOf(settings: Settings, { d, cells }: Diagram): Panel {
  const { largestBeta, betas, time, times } = settings;
  const area = { x: around(largestBeta, betas), y: around(time, times) };
  const values = Array.from({ length: times }, (_, k) => cells.map(({ shares }) => shares[k]));
  return {
    title: `d = ${d}`,
    x: { label: 'β', domain: area.x },
    y: { label: 'time', domain: area.y },
    series: [
      { kind: 'heat', name: 'pairs together', values, area, range: [0, 1] },
      { kind: 'line', name: 'closed form', colour: 1, points: curveOf(settings) },
    ],
  };
}

/** As far as the run goes. */
function curveOf({ n, largestBeta, time }: Settings): Point[] {
  const fine = Array.from({ length: 501 }, (_, k) => (largestBeta * k) / 500);
  return fine
    .map((beta): Point => [beta, closingTime(1 - DELTA, n, beta)])
    .filter(([, t]) => t <= time);
}
