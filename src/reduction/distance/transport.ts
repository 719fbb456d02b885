/** How far two measures are apart by optimal transport of several kinds, and which mass goes where. Not the transports. */
import { z } from 'zod';
import { exp, pow } from '../../numerics/elementary.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { momentsOf } from '../../numerics/moments.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { mean } from '../../numerics/statistics.ts';
import { sumOf } from '../../numerics/vectors.ts';
import { assign, MOST_ASSIGNED } from '../../transport/assignment.ts';
import { buresWasserstein } from '../../transport/gaussian.ts';
import { hellingerKantorovich } from '../../transport/hellinger-kantorovich.ts';
import { planOnLine, wassersteinOnLine } from '../../transport/line.ts';
import {
  checkFinite,
  checkSameSpace,
  type Measure,
  squaredDistances,
  unitMasses,
} from '../../transport/measure.ts';
import { entropicTransport, sinkhornDivergence } from '../../transport/sinkhorn.ts';
import { slicedWasserstein } from '../../transport/sliced.ts';

export const METRICS = ['w1', 'w2', 'sinkhorn', 'sliced', 'gaussian', 'hk'] as const;
export type TransportMetric = (typeof METRICS)[number];

const DIRECTIONS = 100;
const SEED = 1;

export const transportSchema = z.strictObject({
  metric: z
    .enum(METRICS, { error: `expected one of ${METRICS.join(', ')}` })
    .default('w2')
    .describe(
      'w1 and w2: Wasserstein, exact; sinkhorn: the root of the Sinkhorn divergence, which tends to w2; sliced: w2 of shadows on lines; gaussian: w2 of the Gaussians of means and covariances; hk: Hellinger–Kantorovich, of any total masses',
    ),
  epsilon: numberBetween(1e-12, 1e12)
    .optional()
    .describe(
      'Entropy of the plan in units of the squared distance; for sinkhorn a hundredth of its mean by default, for hk 1e-6',
    ),
  directions: wholeNumber(1, 1_000_000)
    .optional()
    .describe(`For sliced: lines that are drawn, by default ${DIRECTIONS}`),
  seed: wholeNumber(0, 2 ** 31)
    .optional()
    .describe(`For sliced: of the lines, by default ${SEED}`),
});

/** Which distance, and how it is computed. */
export type TransportOptions = z.input<typeof transportSchema>;
type Settings = z.output<typeof transportSchema>;

/** What goes from point `from` of the first measure to point `to` of the second, counted from 0. */
export interface Transported {
  readonly from: number;
  readonly to: number;
  /** That leaves, and that arrives: the same but for hk, where mass grows and fades on the way. */
  readonly mass: number;
  readonly arriving: number;
}

/** A distance of two measures, how good it is, and its plan. */
export interface MeasuredTransport {
  readonly settings: Settings;
  readonly distance: number;
  /** How it was found, and how good it is. */
  readonly quality: string;
  /** Of `distance`; null where nothing is drawn. */
  readonly standardError: number | null;
  /** Null for sliced and gaussian, which have none between the points. Parts of an entropic plan below 1e-9 are left out. */
  readonly plan: readonly Transported[] | null;
}

type Found = Omit<MeasuredTransport, 'settings'>;

/** Parts of an entropic plan below this are left out. */
const LEAST_PART = 1e-9;

/** The options that only some metrics read. */
const READ: Readonly<Record<TransportMetric, readonly string[]>> = {
  w1: [],
  w2: [],
  sinkhorn: ['epsilon'],
  sliced: ['directions', 'seed'],
  gaussian: [],
  hk: ['epsilon'],
};

const FINDERS: Readonly<
  Record<TransportMetric, (x: Measure, y: Measure, settings: Settings) => Found>
> = {
  w1: (x, y) => wasserstein(x, y, 1),
  w2: (x, y) => wasserstein(x, y, 2),
  sinkhorn,
  sliced(x, y, { directions = DIRECTIONS, seed = SEED }) {
    const { value, standardError } = slicedWasserstein(x, y, { directions, seed });
    const quality = `estimated from ${directions} lines`;
    return { distance: value, quality, standardError, plan: null };
  },
  gaussian(x, y) {
    const [first, second] = [x, y].map(({ points, masses }) =>
      momentsOf(points, unitMasses(points.rows, masses)),
    );
    return exactly(buresWasserstein(first, second), null);
  },
  hk(x, y, { epsilon }) {
    const { distance, gap, pairs, unmatched } = hellingerKantorovich(x, y, { epsilon });
    const [fading, growing] = [unmatched.first, unmatched.second].map(sumOf);
    return {
      distance,
      quality: `the true HK² is at most ${gap.toExponential(1)} smaller; mass ${fading.toPrecision(3)} fades and ${growing.toPrecision(3)} grows in place`,
      standardError: null,
      plan: pairs.map(({ i, j, p, q }) => ({ from: i, to: j, mass: p, arriving: q })),
    };
  },
};

/**
 * The distance of two measures; masses are brought to the sum 1, but for hk. Throws InputError for measures of
 * different dimension and for options that the metric does not read, LimitError and InputError as `assign`, where
 * masses in R^d are unequal, and the errors of the transports.
 */
export function measureTransport(
  x: Measure,
  y: Measure,
  options: TransportOptions = {},
): MeasuredTransport {
  const settings = parseOptions(transportSchema, options);
  const { metric } = settings;
  const stray = Object.keys(settings).find(
    (name) => name !== 'metric' && !READ[metric].includes(name),
  );
  if (stray !== undefined)
    throw new InputError(
      stray,
      `option ${stray} is given, which ${metric} does not read: expected ${['metric', ...READ[metric]].join(', ')}, leave it out or choose another metric`,
    );
  checkSameSpace(x.points, y.points);
  for (const { points } of [x, y]) checkFinite(points);
  return { settings, ...FINDERS[metric](x, y, settings) };
}

const balanced = (from: number, to: number, mass: number): Transported => ({
  from,
  to,
  mass,
  arriving: mass,
});

const exactly = (distance: number, plan: Found['plan']): Found => ({
  distance,
  plan,
  quality: 'exact',
  standardError: null,
});

/** Exact: on the line whatever the masses, else of equal masses. */
function wasserstein(x: Measure, y: Measure, p: 1 | 2): Found {
  if (x.points.columns > 1) return assigned(x, y, p);
  const [a, b] = [x, y].map(({ points, masses }) => ({ values: points.data, masses }));
  const plan = planOnLine(a, b).map(({ i, j, mass }) => balanced(i, j, mass));
  return exactly(wassersteinOnLine(a, b, p), plan);
}

/** n and m points of equal masses: each is so many copies that there are as many of both. */
function assigned(x: Measure, y: Measure, p: 1 | 2): Found {
  for (const { masses = [] } of [x, y])
    if (Array.from(masses).some((mass) => mass !== masses[0]))
      throw new InputError(
        'masses',
        'the masses are unequal, and exact transport in R^d is of equal ones: expected equal masses, or take the metric sinkhorn, sliced or gaussian',
      );
  const [n, m] = [x.points.rows, y.points.rows];
  const copies = (n * m) / greatestDivisor(n, m);
  if (copies > MOST_ASSIGNED)
    throw new LimitError(
      'files',
      `${n} and ${m} points of equal masses are ${copies} parts to be assigned, expected at most ${MOST_ASSIGNED}: take as many points of both, fewer, or the metric sinkhorn`,
    );
  const squares = squaredDistances(x.points, y.points);
  const cost = (i: number, j: number) =>
    p === 2 ? squares[i * m + j] : Math.sqrt(squares[i * m + j]);
  const own = (k: number) => Math.floor((k * n) / copies);
  const other = (k: number) => Math.floor((k * m) / copies);
  const costs = Float64Array.from({ length: copies ** 2 }, (_, at) =>
    cost(own(Math.floor(at / copies)), other(at % copies)),
  );
  const { columns, cost: total } = assign(costs);
  const counts = new Map<number, number>();
  columns.forEach((column, k) => {
    const at = own(k) * m + other(column);
    counts.set(at, (counts.get(at) ?? 0) + 1);
  });
  const plan = [...counts].map(([at, count]) =>
    balanced(Math.floor(at / m), at % m, count / copies),
  );
  return exactly(pow(Math.max(0, total) / copies, 1 / p), plan);
}

const greatestDivisor = (n: number, m: number): number => (m === 0 ? n : greatestDivisor(m, n % m));

function sinkhorn(x: Measure, y: Measure, { epsilon: given }: Settings): Found {
  const [a, b] = [x, y].map(({ points, masses }) => unitMasses(points.rows, masses));
  const costs = squaredDistances(x.points, y.points);
  const epsilon = given ?? (mean(costs) / 100 || 1);
  const { f, g } = entropicTransport(costs, a, b, { epsilon });
  const m = b.length;
  const plan = Array.from(costs, (cost, at): Transported => {
    const [i, j] = [Math.floor(at / m), at % m];
    return balanced(i, j, a[i] * b[j] * exp((f[i] + g[j] - cost) / epsilon));
  }).filter(({ mass }) => mass >= LEAST_PART);
  return {
    distance: Math.sqrt(Math.max(0, sinkhornDivergence(x, y, { epsilon }).value)),
    quality: `entropic at ε = ${epsilon.toPrecision(3)}`,
    standardError: null,
    plan,
  };
}
