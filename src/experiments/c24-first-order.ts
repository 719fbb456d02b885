/** Whether noisy attention on the sphere orders continuously or at once, by dimension and β (claim C24). */
import { z } from 'zod';
import type { Figure, Point } from '../figures/figure.ts';
import { type AxisLaw, type AxisProblem, axisLaw, axisProblem } from '../limits/mean-field/axis.ts';
import { solveOnCircle } from '../limits/mean-field/circle.ts';
import { resultant, vonMisesLaw } from '../limits/mean-field/circle-law.ts';
import { meanDirection, solveOnSphere, sphereLaw } from '../limits/mean-field/sphere.ts';
import { exp, hypot } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  dimensions: z.array(wholeNumber(2, 64)).min(2).default([2, 3, 4, 8]).describe('d; 2 and 3 first'),
  beyond: numberBetween(1.1, 3)
    .default(1.6)
    .describe('β over β* where the transition is of first order'),
  below: numberBetween(0.1, 0.95).default(0.7).describe('and where it is continuous'),
  amplitude: numberBetween(0.01, 0.1)
    .default(0.02)
    .describe('Length of the mean near the uniform law'),
  time: numberBetween(1, 100).default(12).describe('Of the solvers, in units of κ_c'),
  shift: numberBetween(-1, 1).default(0).describe('Taken off l of I_{d/2+l}: another criterion'),
});
type Settings = z.output<typeof schema>;

const starOf = (d: number) => `β* from the law about an axis, d = ${d}`;
const FOLD = 'largest κ of a fold beyond β*, over κ_c';
const EQUAL = 'largest κ of equal free energy beyond β*, over κ_c';
const ORDER = 'least distance of the three: fold, equal free energy, κ_c';
const CONTINUOUS = 'least κ of an ordered law below β*, over κ_c';
const STAYS = 'largest difference of the mean, the solvers of circle and sphere against that law';
const LEAVES = 'largest mean that the solvers keep at 0.97 κ_c below β*';

const AMPLITUDES = Array.from({ length: 46 }, (_, k) => 0.02 * (k + 1));

export const firstOrderExperiment = experiment({
  id: 'c24-first-order',
  title:
    'Noisy USA on S^{d−1} orders continuously exactly for β ≤ β*, I_{d/2+1}(β*)/I_{d/2}(β*) = 1/d; beyond, ordered laws live below κ_c from a fold on, and have the lower free energy before κ_c.',
  citation: 'arXiv 2606.05140',
  schema,
  seconds: 25,
  quick: { dimensions: [2, 3, 8] },
  tiny: { dimensions: [2, 3, 4] },
  broken: { shift: 1 },
  predict({ dimensions, shift }) {
    return [
      ...dimensions.map((d) => {
        const value = predictedStar(d, shift);
        return {
          quantity: starOf(d),
          expected: { value, tolerance: 0.01 * value },
          why: 'expanded about the uniform law κ/κ_c is 1 + c|m|² with a c that vanishes where the second harmonic’s gain is what the first one needs; the solver has |m| = 0.02, which moves β* by some 10^{−4} of it',
        };
      }),
      {
        quantity: FOLD,
        expected: { low: 0, high: 0.99 },
        why: 'the branch leaves κ_c to smaller κ and turns',
      },
      {
        quantity: EQUAL,
        expected: { low: 0, high: 0.995 },
        why: 'ordered laws are the better ones before the uniform law loses its stability',
      },
      {
        quantity: ORDER,
        expected: { low: 1e-3, high: 1 },
        why: 'at the fold the ordered law has the higher free energy, at κ_c the lower one',
      },
      {
        quantity: CONTINUOUS,
        expected: { low: 1, high: 1.01 },
        why: 'there is no ordered law below κ_c',
      },
      {
        quantity: STAYS,
        expected: { low: 0, high: 0.01 },
        why: 'between fold and κ_c a clustered start goes to the ordered law, in d = 2 and 3 by the solvers of moving laws',
      },
      {
        quantity: LEAVES,
        expected: { low: 0, high: 0.5 },
        why: 'there is nothing but the uniform law to go to; near κ_c that is slow, so that some of it is left at the end',
      },
    ];
  },
  async measure(settings, context) {
    const { dimensions } = settings;
    const cells = await measureCells(cell, settings, dimensions.length, context);
    return {
      values: {
        ...Object.fromEntries(cells.map(({ d, star }) => [starOf(d), exactly(star, 1e-6)])),
        [FOLD]: exactly(Math.max(...cells.map(({ fold }) => fold))),
        [EQUAL]: exactly(Math.max(...cells.map(({ equal }) => equal))),
        [ORDER]: exactly(
          Math.min(...cells.flatMap(({ fold, equal }) => [equal - fold, 1 - equal])),
        ),
        [CONTINUOUS]: exactly(Math.min(...cells.map(({ continuous }) => continuous))),
        [STAYS]: exactly(Math.max(...cells.slice(0, 2).map(({ stays }) => stays))),
        [LEAVES]: exactly(Math.max(...cells.slice(0, 2).map(({ leaves }) => leaves))),
      },
      columns: [
        { name: 'd', heading: 'd', values: dimensions },
        { name: 'star', heading: 'β*', values: cells.map(({ star }) => star) },
        { name: 'fold', heading: 'fold over κ_c', values: cells.map(({ fold }) => fold) },
        {
          name: 'equal',
          heading: 'equal free energy over κ_c',
          values: cells.map(({ equal }) => equal),
        },
      ],
      figure: figureOf(settings, cells),
    };
  },
});

interface Cell {
  readonly d: number;
  readonly star: number;
  readonly fold: number;
  readonly equal: number;
  readonly continuous: number;
  readonly stays: number;
  readonly leaves: number;
  /** κ/κ_c and |m| beyond and below β*. */
  readonly branches: readonly (readonly Point[])[];
}

async function cell(settings: Settings, index: number): Promise<Cell> {
  const { dimensions, beyond, below, amplitude } = settings;
  const d = dimensions[index];
  const expected = predictedStar(d, 0);
  const star = halved(0.5 * expected, 2 * expected, (beta) => {
    const problem = axisProblem(d, beta);
    return axisLaw(problem, amplitude).kappa < problem.critical;
  });
  const [first, second] = [beyond, below].map((share) => axisProblem(d, share * expected));
  const [ordered, smooth] = [first, second].map(branchOf);
  const over = ({ critical }: AxisProblem, { kappa }: AxisLaw) => kappa / critical;
  const turn = ordered.reduce((a, b) => (b.kappa < a.kappa ? b : a));
  const after = ordered.filter(({ moments }) => moments[1] >= turn.moments[1]);
  const better = after.findIndex(({ freeEnergy }) => freeEnergy < 0);
  const [worse, best] = [after[better - 1], after[better]];
  const share = worse.freeEnergy / (worse.freeEnergy - best.freeEnergy);
  const middle = (turn.kappa + 3 * first.critical) / 4;
  const upper = after.findIndex(({ kappa }) => kappa > middle);
  const law = refined(first, after[upper - 1], after[upper], middle);
  return {
    d,
    star,
    fold: over(first, turn),
    equal: (worse.kappa + share * (best.kappa - worse.kappa)) / first.critical,
    continuous: Math.min(...smooth.map((one) => over(second, one))),
    stays: d > 3 ? 0 : Math.abs(solved(settings, first, middle) - law.moments[1]),
    leaves: d > 3 ? 0 : solved(settings, second, 0.97 * second.critical),
    branches: [
      ordered.map((one): Point => [over(first, one), one.moments[1]]),
      smooth.map((one): Point => [over(second, one), one.moments[1]]),
    ],
  };
}

/** I_{d/2+1−s}(β)/I_{d/2−s}(β) = 1/d; s = 0 is the claim’s. */
function predictedStar(d: number, shift: number): number {
  return halved(1e-3, 20, (beta) => besselRatio(d / 2 - shift, beta) > 1 / d);
}

/** I_{ν+1}(x)/I_ν(x) by its continued fraction x/(2(ν+1) + x²/(2(ν+2) + …)). */
function besselRatio(nu: number, x: number): number {
  let rest = 0;
  for (let k = 60; k >= 1; k--) rest = x / (2 * (nu + k) + x * rest);
  return rest;
}

/** Where what is false at `low` becomes true. */
function halved(from: number, to: number, isBeyond: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let k = 0; k < 30; k++) {
    const middle = (low + high) / 2;
    if (isBeyond(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function branchOf(problem: AxisProblem): AxisLaw[] {
  const laws: AxisLaw[] = [];
  for (const amplitude of AMPLITUDES) laws.push(axisLaw(problem, amplitude, laws[laws.length - 1]));
  return laws;
}

/** The law of that κ between two of a branch that rises. */
function refined(problem: AxisProblem, low: AxisLaw, high: AxisLaw, kappa: number): AxisLaw {
  const amplitude = halved(
    low.moments[1],
    high.moments[1],
    (m) => axisLaw(problem, m, low).kappa > kappa,
  );
  return axisLaw(problem, amplitude, low);
}

/** The length of the mean in the end, from a clustered start, by the solvers of moving laws. */
function solved({ time }: Settings, { d, beta, critical }: AxisProblem, kappa: number): number {
  // the means that are compared have two digits
  const accuracy = { tolerance: 1e-7, tail: 1e-5 };
  const times = [time * critical];
  const field = { beta, coupling: 'exponential', kappa, times, ...accuracy } as const;
  if (d === 2) return resultant(solveOnCircle(vonMisesLaw(4, 0, 16), field)[0].law);
  const start = sphereLaw(([, , z]) => exp(4 * z), { degree: 12, orders: 0 });
  return hypot(meanDirection(solveOnSphere(start, field)[0].law));
}

function figureOf({ beyond, below }: Settings, cells: readonly Cell[]): Figure {
  return {
    title: 'Ordered laws of noisy attention',
    caption: `Length of the mean of stationary laws about an axis, over κ/κ_c: at ${beyond} β* they exist below κ_c, from a fold on; at ${below} β* above it alone.`,
    panels: [beyond, below].map((share, which) => ({
      title: `β = ${share} β*`,
      x: { label: 'κ / κ_c' },
      y: { label: '|m|', domain: [0, 1] as const },
      series: cells.map(({ d, branches }, colour) => ({
        kind: 'line' as const,
        name: `d = ${d}`,
        colour,
        points: branches[which].filter(([kappa]) => kappa < 1.5),
      })),
    })),
  };
}
