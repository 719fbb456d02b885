/** Where noise keeps attention on the circle uniform, and where clusters live beside it (claim C17). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import {
  criticalKappa,
  type MeanField,
  solveOnCircle,
  stationaryLaw,
} from '../limits/mean-field/circle.ts';
import { cosineLaw, resultant, vonMisesLaw } from '../limits/mean-field/circle-law.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { log } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { scaledBesselI } from '../numerics/special.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells, measureSeeds, partOf } from './cells.ts';
import { exactly, experiment, type Measured } from './experiment.ts';

const schema = z.strictObject({
  beta: numberBetween(2.6, 8).default(5).describe('Where clusters live beside the uniform law'),
  small: numberBetween(0.1, 2.4).default(1).describe('β where they do not'),
  shares: z
    .array(numberBetween(0.5, 0.99))
    .min(1)
    .default([0.95, 0.9, 0.8])
    .describe('κ over κ_c; particles take the first'),
  time: numberBetween(1, 50).default(8).describe('Of the law'),
  n: wholeNumber(50, 1e5).default(2000),
  seeds: wholeNumber(2, 1000).default(20),
  step: numberBetween(1e-5, 0.01).default(1e-3).describe('Of heun, for particles'),
  nearness: numberBetween(1e-3, 0.01)
    .default(0.0025)
    .describe('1 − κ/κ_c at which β is sought from which on clusters exist'),
  attention: z.enum(['usa', 'sa']).default('usa').describe('What moves; the claim is about usa'),
});
type Settings = z.output<typeof schema>;

const THRESHOLD = 'κ at which a small perturbation of the uniform law neither grows nor falls';
const UNIFORM = 'mean resultant of particles from a uniform start, the same κ';
const CONTINUOUS = 'largest mean resultant of a stationary law below κ_c, small β';
const FIRST_ORDER = 'β from which on clustered laws exist below κ_c';
const lawAt = (share: number) => `mean resultant of the law at ${share} κ_c, clustered start`;
const particlesAt = (share: number) => `the same of particles at ${share} κ_c`;

/** Of the clustered start; its mean resultant is 0.81. */
const CONCENTRATION = 3;
/** Particles run so long, and the second half counts. */
const PARTICLE_TIME = 2;
/** Shares of κ_c on the branches that the figure shows. */
const BRANCH = [0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 1.02, 1.05, 1.1, 1.15, 1.2];

export const noiseThresholdExperiment = experiment({
  id: 'c17-noise-threshold',
  title:
    'κ_c = β/I_1(β) is where the uniform law on the circle loses its linear stability; for small β it is alone up to there, but where I_2(β)/I_1(β) > ½ clustered laws live beside it below κ_c.',
  citation: 'arXiv 2512.01868, corrected: arXiv 2604.16288, 2606.05140',
  schema,
  seconds: 50,
  quick: { shares: [0.95, 0.8], time: 5, n: 1000, seeds: 3, nearness: 0.005 },
  tiny: { shares: [0.95], time: 2, n: 500, seeds: 2, step: 2e-3, nearness: 0.005 },
  broken: { attention: 'sa' },
  predict({ beta, shares, n, nearness }) {
    const critical = kappaAt(beta);
    const clustered = (share: number) => branch(beta, share);
    return [
      {
        quantity: THRESHOLD,
        expected: { value: critical, tolerance: 1e-4 * critical },
        why: 'mode 1, the first to grow, has the rate I_1(β)/β − 1/κ',
      },
      ...shares.map((share) => ({
        quantity: lawAt(share),
        expected: { value: clustered(share), tolerance: 0.01 },
        why: 'a stationary law is μ ∝ e^{κh[μ]/β}, iterated from a concentrated one until it rests; near its fold the flow comes to rest slowly',
      })),
      {
        quantity: particlesAt(shares[0]),
        expected: { value: clustered(shares[0]), tolerance: 0.03 + 1 / Math.sqrt(n) },
        why: 'the law up to fluctuations of n^{−½} and the step, weak order 1 with drift up to e^β',
      },
      {
        quantity: UNIFORM,
        expected: { low: 0, high: 0.25 },
        why: 'the uniform law is stable too; fluctuations of mode 1 are (n(1 − κ/κ_c))^{−½}, 0.1 or 0.2 here',
      },
      {
        quantity: CONTINUOUS,
        expected: { low: 0, high: 1e-6 },
        why: 'where I_2/I_1 < ½ the uniform law is the only stationary one up to κ_c: what is left is the iteration’s rest',
      },
      {
        quantity: FIRST_ORDER,
        expected: { value: firstOrderBeta(), tolerance: 0.1 },
        why: `I_2(β)/I_1(β) = ½; sought at 1 − κ/κ_c = ${nearness}, four and nine times that, where folds lie like the square of β − β_*, and extrapolated`,
      },
    ];
  },
  async measure(settings, context) {
    const { beta, small, shares, seeds } = settings;
    const total = shares.length + 2 * seeds + 2;
    let done = 0;
    /** The context of so many steps of all. */
    const steps = (count: number) => {
      done += count;
      return partOf(context, (done - count) / total, done / total);
    };
    const laws = await measureCells(
      async (own: Settings, index) => relaxation(own, shares[index]),
      settings,
      shares.length,
      steps(shares.length),
    );
    const particles = async (start: string) => {
      const late = (own: Settings, seed: number) => lateResultant(own, start, seed);
      const found = await measureSeeds(late, settings, steps(seeds));
      return { ...bootstrap(found, mean), samples: seeds };
    };
    const clustered = await particles('von_mises_fisher');
    const uniform = await particles('uniform');
    const measureBoundary = async () => firstOrderMeasured(settings);
    const [boundary] = await measureCells(measureBoundary, settings, 1, steps(1));
    const branches = await measureCells(
      async (_: Settings, index) => BRANCH.map((share) => branch([small, beta][index], share)),
      settings,
      2,
      steps(1),
    );
    const alone = Math.max(...branches[0].filter((_, i) => BRANCH[i] < 1));
    return {
      values: {
        [THRESHOLD]: exactly(neutralKappa(settings)),
        ...Object.fromEntries(
          shares.map((share, i) => [lawAt(share), exactly(laws[i][laws[i].length - 1][1])]),
        ),
        [particlesAt(shares[0])]: clustered,
        [UNIFORM]: uniform,
        [CONTINUOUS]: exactly(alone),
        [FIRST_ORDER]: boundary,
      },
      columns: [
        { name: 'share', heading: 'κ/κ_c', values: BRANCH },
        { name: 'small', heading: `β = ${small}`, values: branches[0] },
        { name: 'large', heading: `β = ${beta}`, values: branches[1] },
      ],
      figure: {
        title: 'Noise against clusters',
        caption: `Above: mean resultant of the stationary law reached from a clustered one, and of ${settings.n} particles at β = ${beta}, mean over ${seeds} seeds. Below: the law from a clustered start, β = ${beta}.`,
        panels: [
          {
            x: { label: 'κ / κ_c' },
            y: { label: 'mean resultant', domain: [0, 1] },
            series: [
              ...[small, beta].map((one, i) => ({
                kind: 'line' as const,
                name: `β = ${one}`,
                points: BRANCH.map((share, k): Point => [share, branches[i][k]]),
              })),
              {
                kind: 'scatter',
                name: 'particles, clustered start',
                points: [[shares[0], clustered.value]],
              },
              {
                kind: 'scatter',
                name: 'particles, uniform start',
                points: [[shares[0], uniform.value]],
              },
            ],
          },
          {
            x: { label: 'time' },
            y: { label: 'mean resultant', domain: [0, 1] },
            series: laws.map((points, i) => ({
              kind: 'line' as const,
              name: `${shares[i]} κ_c`,
              points,
            })),
          },
        ],
      },
      notes: [
        `as printed, that below κ_c noise leaves the uniform law alone, the claim fails at β = ${beta}: two stable laws at ${shares[0]} κ_c, and the start decides`,
      ],
    };
  },
});

const kappaAt = (beta: number) => criticalKappa({ beta, coupling: 'exponential' });

/** The mean resultant of the stationary law that a concentrated one comes to. */
function branch(beta: number, share: number, degree = 32): number {
  const start = vonMisesLaw(2 * CONCENTRATION);
  return resultant(stationaryLaw(start, { beta, kappa: share * kappaAt(beta) }, degree));
}

const fieldOf = ({ attention, beta }: Settings, kappa: number): MeanField => ({
  beta,
  kappa,
  coupling: attention === 'sa' ? 'softmax' : 'exponential',
});

/** The growth rate of mode 1 falls by 1/κ: a line through two of them, and where it is 0. */
function neutralKappa(settings: Settings): number {
  const [a, b] = [0.9, 1.1].map((share) => {
    const kappa = share * kappaAt(settings.beta);
    const frames = solveOnCircle(cosineLaw(1, 1e-4), {
      ...fieldOf(settings, kappa),
      times: [0.1, 0.2],
    });
    const [before, after] = frames.map(({ law }) => resultant(law));
    return { noise: 1 / kappa, rate: log(after / before) / 0.1 };
  });
  return 1 / (a.noise - (a.rate * (b.noise - a.noise)) / (b.rate - a.rate));
}

/** Time and mean resultant of the law from a clustered start. */
function relaxation(settings: Settings, share: number): Point[] {
  const kappa = share * kappaAt(settings.beta);
  const times = Array.from({ length: 41 }, (_, k) => (settings.time * k) / 40);
  // noise makes high modes stiff: no more of them than 1e-5 asks for
  const frames = solveOnCircle(vonMisesLaw(CONCENTRATION, 0, 16), {
    ...fieldOf(settings, kappa),
    times,
    tolerance: 1e-8,
    tail: 1e-5,
  });
  return frames.map(({ time, law }): Point => [time, resultant(law)]);
}

/** Averaged over the second half of a run. */
async function lateResultant(settings: Settings, start: string, seed: number): Promise<number> {
  const { beta, shares, n, step, attention } = settings;
  const startParameters = start === 'uniform' ? {} : { concentration: CONCENTRATION };
  const kappa = shares[0] * kappaAt(beta);
  const { frames } = await simulate({
    dynamics: 'noisy',
    parameters: { beta, kappa, attention },
    start,
    startParameters,
    n,
    d: 2,
    seed,
    scheme: 'heun',
    step,
    engine: 'spectral',
    accuracy: 1e-6,
    time: PARTICLE_TIME,
    saveAt: `linear:0:${PARTICLE_TIME}:41`,
    diagnostics: ['mean_resultant'],
  });
  const late = frames.slice(frames.length >> 1);
  return mean(late.map(({ diagnostics }) => Number(diagnostics.mean_resultant)));
}

/** I_2(β)/I_1(β) = ½. */
const firstOrderBeta = (): number =>
  bisect([1, 5], (beta) => {
    const [, first, second] = scaledBesselI(beta, 2);
    return second / first > 0.5;
  });

/** The least β with a clustered law at three distances from κ_c: a parabola in the square root of the distance, at 0. */
function firstOrderMeasured({ nearness }: Settings): Measured {
  // clusters are wide there: 16 modes hold them
  const clustered = (distance: number) => (beta: number) => branch(beta, 1 - distance, 16) > 0.05;
  const [near, middle, far] = [1, 2, 3].map((root) =>
    bisect([2, 4], clustered(root ** 2 * nearness), 11),
  );
  return exactly(3 * near - 3 * middle + far);
}

/** Where the answer turns from false to true. */
function bisect([low, high]: [number, number], holds: (x: number) => boolean, rounds = 50): number {
  let [from, to] = [low, high];
  for (let round = 0; round < rounds; round++) {
    const middle = (from + to) / 2;
    if (holds(middle)) to = middle;
    else from = middle;
  }
  return (from + to) / 2;
}
