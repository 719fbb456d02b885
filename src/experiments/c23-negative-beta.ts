/** Tokens on the circle that attend to what is far (β < 0): until which β all come together (claim C23). */
import { z } from 'zod';
import type { Dynamics } from '../dynamics/dynamics.ts';
import { selfAttention } from '../dynamics/self-attention.ts';
import { unnormalisedAttention } from '../dynamics/unnormalised.ts';
import type { Figure, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { asin, cos, exp, log, sin } from '../numerics/elementary.ts';
import { matrix } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { eigenvalues } from '../numerics/spectrum.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  seeds: wholeNumber(4, 5000).default(60).describe('Uniform starts of every census'),
  time: numberBetween(50, 1e4).default(400),
  nearer: numberBetween(0.5, 0.99)
    .default(0.93)
    .describe('β of the census above a bound, over the bound'),
  beyond: numberBetween(1.01, 4).default(2.2).describe('β of the census below it, over the bound'),
  largest: wholeNumber(4, 32).default(32).describe('n up to which bounds are measured'),
  keys: numberBetween(-2, 2).default(1).describe('QᵀK is this times the identity'),
});
type Settings = z.output<typeof schema>;

const TRIANGLE = 'β below which the triangle of three tokens is stable';
const USA = 'largest difference of the other bounds from the Jacobian of usa';
const SA = 'the same for sa';
const PROVED = 'share of starts that synchronise at β = −0.16, n = 32';
const ABOVE = 'least share that synchronises just above the bound, n = 3, 4, 5, 8';
const BELOW = 'largest share that synchronises well below it';

/** Tokens at φ, −φ and 0, whose groups are stable up to the largest β of all groups of n. */
const GROUPS: Readonly<Record<number, readonly [number, number, number]>> = {
  4: [1, 1, 2],
  5: [2, 2, 1],
  8: [3, 3, 2],
  32: [11, 11, 10],
};
const CENSUS = [3, 4, 5, 8];
const BOUND_OF_ALL = -0.16;

export const negativeBetaExperiment = experiment({
  id: 'c23-negative-beta',
  title:
    'With β < 0 tokens on the circle still come together from almost every start down to a β that depends on n: −2/3 for three tokens, further down for four, five and eight, where three unequal groups become stable.',
  citation: 'arXiv 2507.22857',
  schema,
  seconds: 10,
  quick: { seeds: 24 },
  tiny: { seeds: 24, largest: 5 },
  broken: { keys: -1, seeds: 4 },
  predict() {
    const bounds = Object.keys(GROUPS).map((n) => `${boundOf(Number(n)).toFixed(4)} (n = ${n})`);
    return [
      {
        quantity: TRIANGLE,
        expected: { value: -2 / 3, tolerance: 1e-6 },
        why: 'with g(θ) = e^{β cos θ}(cos θ − β sin²θ), the slope of the pull, equal tokens at 0 and ±2π/3 are stable while g(2π/3) ∝ −½ − ¾β is positive',
      },
      {
        quantity: USA,
        expected: { value: 0, tolerance: 1e-6 },
        why: `groups of masses p, p, q at φ, −φ, 0 with c = cos φ rest where β = ln(−q/2pc)/((2c+1)(c−1)); they are stable while g(φ), 2p g(2φ) + q g(φ) and, inside groups of several, p g(0) + p g(2φ) + q g(φ) and q g(0) + 2p g(φ) are positive: up to β = ${bounds.join(', ')}`,
      },
      {
        quantity: SA,
        expected: { value: 0, tolerance: 1e-6 },
        why: 'at rest sa’s Jacobian is usa’s with rows divided by positive numbers, and usa’s is symmetric up to masses: the signs of all rates are the same',
      },
      {
        quantity: PROVED,
        expected: { low: 0.98, high: 1 },
        why: 'published for every n and almost every start',
      },
      {
        quantity: ABOVE,
        expected: { low: 0.98, high: 1 },
        why: 'no other stable state is known there: that there is none is what the census looks for',
      },
      {
        quantity: BELOW,
        expected: { low: 0, high: 0.98 },
        why: 'some starts end in the stable groups',
      },
    ];
  },
  async measure(settings, context) {
    const { seeds, nearer, beyond, largest } = settings;
    const runs = [
      ...CENSUS.map((n) => ({ n, beta: nearer * boundOf(n) })),
      ...CENSUS.map((n) => ({ n, beta: beyond * boundOf(n) })),
      { n: 32, beta: BOUND_OF_ALL },
    ];
    const ends = await measureCells(
      async (own: Settings, index) =>
        synchronises(own, runs[Math.floor(index / seeds)], (index % seeds) + 1),
      settings,
      runs.length * seeds,
      context,
    );
    const share = (k: number) => bootstrap(ends.slice(k * seeds, (k + 1) * seeds), mean);
    const shares = runs.map((_, k) => share(k));
    const least = (all: typeof shares) => all.reduce((a, b) => (b.value < a.value ? b : a));
    const most = (all: typeof shares) => all.reduce((a, b) => (b.value > a.value ? b : a));
    const sizes = Object.keys(GROUPS)
      .map(Number)
      .filter((n) => n <= largest);
    const apart = (entry: Dynamics) =>
      Math.max(...sizes.map((n) => Math.abs(measuredBound(settings, entry, n) - boundOf(n))));
    const samples = seeds;
    return {
      values: {
        [TRIANGLE]: exactly(measuredTriangle(settings), 1e-8),
        [USA]: exactly(apart(unnormalisedAttention), 1e-8),
        [SA]: exactly(apart(selfAttention), 1e-8),
        [PROVED]: { ...shares[runs.length - 1], samples },
        [ABOVE]: { ...least(shares.slice(0, CENSUS.length)), samples },
        [BELOW]: { ...most(shares.slice(CENSUS.length, 2 * CENSUS.length)), samples },
      },
      columns: [
        { name: 'n', heading: 'n', values: runs.map(({ n }) => n) },
        { name: 'beta', heading: 'β', values: runs.map(({ beta }) => beta) },
        { name: 'bound', heading: 'last stable β', values: runs.map(({ n }) => boundOf(n)) },
        {
          name: 'synchronised',
          heading: 'share synchronised',
          values: shares.map(({ value }) => value),
        },
      ],
      figure: figureOf(),
      notes: [
        `three groups of a third each would be stable up to −2/3: as n grows the bound goes there (n = 32: ${boundOf(32).toFixed(4)}), so the published −0.16 is far from it`,
        'a square is never stable: its mode 1 grows at (β + e^{−β})/2 or its pairs join',
      ],
    };
  },
});

const acos = (c: number): number => Math.PI / 2 - asin(c);

/** g(θ) of usa's pull e^{β cos θ} sin θ. */
const slope = (beta: number, angle: number): number =>
  exp(beta * cos(angle)) * (cos(angle) - beta * sin(angle) ** 2);

/** Groups at φ, −φ and 0, c = cos φ: the β at which they rest. */
const restingBeta = (p: number, q: number, c: number): number =>
  log(-q / (2 * p * c)) / ((2 * c + 1) * (c - 1));

/** The least of what must be positive. */
function stability([a, , b]: readonly number[], c: number): number {
  const n = 2 * a + b;
  const [p, q] = [a / n, b / n];
  const beta = restingBeta(p, q, c);
  if (!(beta < 0)) return -1;
  const near = slope(beta, acos(c));
  const across = slope(beta, 2 * acos(c));
  const own = slope(beta, 0);
  return Math.min(
    near,
    2 * p * across + q * near,
    a > 1 ? p * own + p * across + q * near : 1,
    b > 1 ? q * own + 2 * p * near : 1,
  );
}

/** Where such a number changes its sign along the curve of resting states: the largest β of these. */
function lastStable(
  groups: readonly [number, number, number],
  number: (c: number) => number,
  points: number,
): number {
  const n = groups[0] * 2 + groups[2];
  const beta = (c: number) => restingBeta(groups[0] / n, groups[2] / n, c);
  let last = Number.NEGATIVE_INFINITY;
  // c = −½ is the triangle's, where all β rest if the groups are equal; so no grid point is there
  const grid = Array.from({ length: points }, (_, k) => -0.999 + (0.998 * (k + 0.37)) / points);
  const signs = grid.map((c) => number(c) > 0);
  for (let k = 1; k < points; k++) {
    if (signs[k] === signs[k - 1]) continue;
    let [inside, outside] = signs[k] ? [grid[k], grid[k - 1]] : [grid[k - 1], grid[k]];
    for (let halving = 0; halving < 40; halving++) {
      const middle = (inside + outside) / 2;
      if (number(middle) > 0) inside = middle;
      else outside = middle;
    }
    last = Math.max(last, beta(inside));
  }
  return last;
}

/** Points of c at which stability is looked at. */
const SCAN = 400;

const known = new Map<number, number>();

/** The last β at which groups of n are stable, as derived. */
function boundOf(n: number): number {
  if (n === 3) return -2 / 3;
  const found = known.get(n) ?? lastStable(GROUPS[n], (c) => stability(GROUPS[n], c), SCAN);
  known.set(n, found);
  return found;
}

/** The same by the sign of the field's own rates, searched about the derived place. */
function measuredBound(settings: Settings, entry: Dynamics, n: number): number {
  const [a, , b] = GROUPS[n];
  const [p, q] = [a / n, b / n];
  return lastStable(
    GROUPS[n],
    (c) => {
      const beta = restingBeta(p, q, c);
      // only what may be stable has its Jacobian made
      if (!(beta < 0) || beta < 1.2 * boundOf(n)) return -1;
      const angle = acos(c);
      const angles = Array.from({ length: n }, (_, i) => (i < a ? angle : i < 2 * a ? -angle : 0));
      return -leadingRate(settings, entry, beta, angles);
    },
    SCAN / 8,
  );
}

function measuredTriangle(settings: Settings): number {
  const angles = [0, (2 * Math.PI) / 3, (-2 * Math.PI) / 3];
  let [stable, unstable] = [-2, -0.01];
  for (let k = 0; k < 40; k++) {
    const middle = (stable + unstable) / 2;
    if (leadingRate(settings, unnormalisedAttention, middle, angles) < 0) stable = middle;
    else unstable = middle;
  }
  return stable;
}

/** The largest growth rate but that of turning all together, by differences of the field. */
function leadingRate(
  { keys }: Settings,
  entry: Dynamics,
  beta: number,
  angles: readonly number[],
): number {
  const n = angles.length;
  const field = attentionField(entry, { beta, key: { scalar: keys } }, n, 2);
  const speeds = (of: readonly number[]): number[] => {
    const positions = Float64Array.from(of.flatMap((angle) => [cos(angle), sin(angle)]));
    const out = new Float64Array(2 * n);
    field.tangent(positions, equalMasses(n), out);
    return of.map((angle, i) => cos(angle) * out[2 * i + 1] - sin(angle) * out[2 * i]);
  };
  const columns = angles.map((_, j) => {
    const moved = (by: number) => speeds(angles.map((angle, i) => (i === j ? angle + by : angle)));
    const [after, before] = [moved(NUDGE), moved(-NUDGE)];
    return after.map((value, i) => (value - before[i]) / (2 * NUDGE));
  });
  // angles to the last token: turning all together is not among them
  const jacobian = matrix(n - 1, n - 1);
  for (let i = 0; i < n - 1; i++)
    for (let j = 0; j < n - 1; j++)
      jacobian.data[i * (n - 1) + j] = columns[j][i] - columns[j][n - 1];
  return Math.max(...eigenvalues(jacobian).map(({ re }) => re));
}

const NUDGE = 1e-5;

interface Census {
  readonly n: number;
  readonly beta: number;
}

/** 1 where all tokens are at one point in the end. */
async function synchronises(
  { time, keys }: Settings,
  { n, beta }: Census,
  seed: number,
): Promise<number> {
  const { frames } = await simulate({
    dynamics: 'usa',
    parameters: { beta, key: { scalar: keys } },
    n,
    d: 2,
    seed,
    time,
    saveAt: [time],
    stopBelow: 1e-5,
    scheme: 'dopri5',
    tolerance: 1e-6,
    diagnostics: ['cosine_min'],
  });
  return (frames[frames.length - 1].diagnostics.cosine_min as number) > 0.99 ? 1 : 0;
}

function figureOf(): Figure {
  const curve = (groups: readonly [number, number, number], isStable: boolean): Point[] => {
    const n = 2 * groups[0] + groups[2];
    return Array.from({ length: SCAN }, (_, k): Point => {
      const c = -0.999 + (0.998 * (k + 0.37)) / SCAN;
      const beta = restingBeta(groups[0] / n, groups[2] / n, c);
      const shown = beta < 0 && beta > -4 && stability(groups, c) > 0 === isStable;
      return [shown ? beta : Number.NaN, (acos(c) * 180) / Math.PI];
    });
  };
  return {
    title: 'Groups that rest with β < 0',
    caption:
      'Tokens at 0 and ±φ: where they rest, for every β. Lines are stable states, dots are not; a line’s right end is the last β at which not all come together.',
    panels: [
      {
        x: { label: 'β', domain: [-4, 0] },
        y: { label: 'φ', unit: '°' },
        series: Object.entries(GROUPS).flatMap(([n, groups], colour) => [
          { kind: 'line' as const, name: `n = ${n}, stable`, colour, points: curve(groups, true) },
          {
            kind: 'scatter' as const,
            colour: 6,
            points: curve(groups, false).filter((_, k) => k % 8 === 0),
          },
        ]),
      },
    ],
  };
}
