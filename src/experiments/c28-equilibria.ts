/** Which equilibria of attention with a symmetric V are stable, and where a census of starts finds them (claim C28). */
import { z } from 'zod';
import { selfAttention } from '../dynamics/self-attention.ts';
import type { Figure, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { exp, log } from '../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { eigenvalues } from '../numerics/spectrum.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const diagonal = z.array(numberBetween(-10, 10)).min(2).max(16);

const schema = z.strictObject({
  value: diagonal.default([1, 0.3, -1.5]).describe('Diagonal of V, falling: its eigenvalues'),
  keys: diagonal.default([1, 0.5, -1]).describe('Diagonal of QᵀK'),
  betas: z
    .array(numberBetween(0.01, 20))
    .min(3)
    .default([0.4, 0.6, 0.72, 0.9, 1.2, 2, 3])
    .describe('A census at each; the last but one is looked at most closely'),
  n: wholeNumber(4, 200).default(16).describe('Tokens, uniform on the sphere'),
  time: numberBetween(10, 1e4).default(60),
  seeds: wholeNumber(2, 2000).default(60).describe('Starts at every β'),
});
type Settings = z.output<typeof schema>;

const STABLE = 'share of starts that end in a state of negative growth rates';
const KINDS = 'least share of the three kinds that are stable at once';
const BELOW = 'largest share that ends at the lowest eigenvector below its β';
const RATES = 'largest difference of a growth rate from that of the Jacobian';
const CRITICAL = 'β from which an even bipartite state at the lowest eigenvector is stable';

/** A token is on an axis when its cosine with it is this close to 1. */
const ON = 1e-6;
/** β this share below the critical one counts as below: nearer to it things take long. */
const CLEARLY = 0.95;

export const equilibriaExperiment = experiment({
  id: 'c28-equilibria',
  title:
    'A consensus is stable at the leading eigenvector of V alone; a bipartite state there too, and at the lowest one where QᵀK is negative there, from a β on: several equilibria are stable at once.',
  citation: 'arXiv 2511.11553',
  schema,
  seconds: 20,
  quick: { seeds: 15 },
  tiny: { betas: [0.6, 2, 3], seeds: 16, n: 12 },
  broken: { keys: [1, 0.5, 1] },
  predict({ value, keys, n }) {
    const critical = predictedBeta({ value, keys });
    return [
      {
        quantity: STABLE,
        expected: { low: 0.95, high: 1 },
        why: 'with V and QᵀK diagonal in one basis, equal tokens ±v of an eigenvector v rest; all other states move, or are saddles of which random starts keep clear, but for a few that are on their way still',
      },
      {
        quantity: KINDS,
        expected: { low: 0.01, high: 1 },
        why: 'linearised about n₊ tokens at v and n₋ at −v, with b = βvᵀQᵀKv, p₊ = n₊e^b/(n₊e^b + n₋e^{−b}), r = 2p − 1 and another eigenvalue μ: differences in a group grow at −λr, the means of the groups by [[μp₊ − λr₊, μ(1 − p₊)], [μ(1 − p₋), μp₋ − λr₋]]. All are negative for the consensus at the leading λ > 0 (−λ and μ − λ), for the bipartite state there while μ < λ tanh b, and at the lowest λ < 0 with b < 0 while μ < |λ| tanh|b|: three kinds at this β',
      },
      {
        quantity: BELOW,
        expected: { low: 0, high: 0.02 },
        why: 'there the common motion of both groups towards the leading eigenvector grows, so nobody stays at the lowest one',
      },
      {
        quantity: RATES,
        expected: { value: 0, tolerance: 1e-9 },
        why: 'the formula is the exact linearisation; the Jacobian is that of the field, its eigenvalues those of a matrix of n(d − 1) rows',
      },
      {
        quantity: CRITICAL,
        expected: { value: critical, tolerance: 1e-6 },
        why: `μ = |λ| tanh(β|κ|) for the leading eigenvalue μ and the two of the lowest, λ and κ, ${n % 2 === 0 ? 'groups of n/2' : 'groups as even as they can be'}; found by the sign of the Jacobian's leading eigenvalue`,
      },
    ];
  },
  async measure(settings, context) {
    const { betas, seeds, n } = settings;
    const ends = await measureCells(
      async (own: Settings, index) =>
        endOf(own, betas[Math.floor(index / seeds)], (index % seeds) + 1),
      settings,
      betas.length * seeds,
      context,
    );
    const census = betas.map((_, b) => ends.slice(b * seeds, (b + 1) * seeds));
    const close = betas.length - 2;
    const stable = census[close].map((end) =>
      end !== null && growthRate(settings, betas[close], end) < 0 ? 1 : 0,
    );
    const last = settings.value.length - 1;
    const critical = predictedBeta(settings);
    const share = (b: number, kind: Kind) =>
      mean(census[b].map((end) => (end !== null && kindOf(end, last) === kind ? 1 : 0)));
    const below = betas.flatMap((beta, b) =>
      beta < CLEARLY * critical ? [share(b, 'lowest')] : [],
    );
    const found = new Map(
      census[close].flatMap((end) => (end ? [[JSON.stringify(end), end] as const] : [])),
    );
    const differences = [...found.values()].map((end) =>
      Math.abs(growthRate(settings, betas[close], end) - jacobianRate(settings, betas[close], end)),
    );
    return {
      values: {
        [STABLE]: { ...bootstrap(stable, mean), samples: seeds },
        [KINDS]: {
          ...exactly(Math.min(...KINDS_OF.map((kind) => share(close, kind)))),
          samples: seeds,
        },
        [BELOW]: { ...exactly(Math.max(0, ...below)), samples: seeds },
        [RATES]: { ...exactly(Math.max(...differences)), samples: found.size },
        [CRITICAL]: exactly(criticalBeta(settings, n), 1e-8),
      },
      columns: [
        { name: 'beta', heading: 'β', values: betas },
        ...KINDS_OF.map((kind) => ({
          name: kind,
          heading: HEADINGS[kind],
          values: betas.map((_, b) => share(b, kind)),
        })),
        {
          name: 'other',
          heading: 'other',
          values: betas.map((_, b) => 1 - KINDS_OF.reduce((sum, kind) => sum + share(b, kind), 0)),
        },
      ],
      figure: figureOf(settings, share, critical),
    };
  },
});

/** artanh(μ/|λ|) / |κ|: Infinity where the lowest eigenvalue is too small. */
function predictedBeta({ value, keys }: Pick<Settings, 'value' | 'keys'>): number {
  const [lowest, key] = [value[value.length - 1], keys[keys.length - 1]];
  const ratio = value[0] / Math.abs(lowest);
  if (ratio >= 1) return Number.POSITIVE_INFINITY;
  return (0.5 * log((1 + ratio) / (1 - ratio))) / Math.abs(key);
}

/** Tokens at ±v of the eigenvector with this index. */
interface End {
  readonly axis: number;
  /** The smaller and the larger of the two groups. */
  readonly groups: readonly [number, number];
}

const KINDS_OF = ['consensus', 'bipartite', 'lowest'] as const;
type Kind = (typeof KINDS_OF)[number];

const HEADINGS: Readonly<Record<Kind, string>> = {
  consensus: 'consensus, leading',
  bipartite: 'bipartite, leading',
  lowest: 'bipartite, lowest',
};

/** null for states at other eigenvectors. */
function kindOf({ axis, groups }: End, last: number): Kind | null {
  if (axis === 0) return groups[0] === 0 ? 'consensus' : 'bipartite';
  return axis === last && groups[0] > 0 ? 'lowest' : null;
}

const parametersOf = ({ value, keys }: Settings, beta: number) => ({
  beta,
  query: { diagonal: keys },
  value: { diagonal: value },
});

/** Where a start ends; null where that is at no eigenvector. */
async function endOf(settings: Settings, beta: number, seed: number): Promise<End | null> {
  const { n, time, value } = settings;
  const { frames } = await simulate({
    dynamics: 'sa',
    parameters: parametersOf(settings, beta),
    n,
    d: value.length,
    seed,
    time,
    saveAt: [time],
    scheme: 'dopri5',
    tolerance: 1e-7,
    diagnostics: [],
  });
  const { positions } = frames[frames.length - 1];
  const cosines = value.map((_, axis) =>
    Array.from({ length: n }, (_, i) => row(positions, i)[axis]),
  );
  const axis = cosines.findIndex((own) => own.every((cosine) => 1 - Math.abs(cosine) < ON));
  if (axis < 0) return null;
  const positive = cosines[axis].filter((cosine) => cosine > 0).length;
  return { axis, groups: [Math.min(positive, n - positive), Math.max(positive, n - positive)] };
}

/** The largest growth rate about tokens at ±v, as derived: what `predict` says in words. */
function growthRate({ value, keys }: Settings, beta: number, { axis, groups }: End): number {
  const [few, many] = groups;
  const lambda = value[axis];
  const b = beta * keys[axis];
  const others = value.filter((_, k) => k !== axis);
  if (few === 0) return Math.max(-lambda, ...others.map((mu) => mu - lambda));
  /** How much of its attention a group gives to itself. */
  const inside = (own: number, other: number) => 1 / (1 + (other / own) * exp(-2 * b));
  const [p, q] = [inside(few, many), inside(many, few)];
  const apart = [few > 1 ? [-lambda * (2 * p - 1)] : [], many > 1 ? [-lambda * (2 * q - 1)] : []];
  const common = others.map((mu) =>
    leading(
      mu * p - lambda * (2 * p - 1),
      mu * (1 - p),
      mu * (1 - q),
      mu * q - lambda * (2 * q - 1),
    ),
  );
  return Math.max(...apart.flat(), ...common);
}

/** The larger real part of the eigenvalues of [[a, b], [c, d]]. */
function leading(a: number, b: number, c: number, d: number): number {
  const half = (a + d) / 2;
  const square = ((a - d) / 2) ** 2 + b * c;
  return square > 0 ? half + Math.sqrt(square) : half;
}

/** The same from the derivative of the field, in the directions along the sphere. */
function jacobianRate(settings: Settings, beta: number, { axis, groups }: End): number {
  const d = settings.value.length;
  const [few, many] = groups;
  const n = few + many;
  const field = attentionField(selfAttention, parametersOf(settings, beta), n, d);
  const positions = new Float64Array(n * d);
  for (let i = 0; i < n; i++) positions[i * d + axis] = i < few ? -1 : 1;
  const along = Array.from({ length: n * d }, (_, at) => at).filter((at) => at % d !== axis);
  const directions = new Float64Array(along.length * n * d);
  for (const [a, at] of along.entries()) directions[a * n * d + at] = 1;
  const changes = new Float64Array(directions.length);
  if (!field.derivatives) throw new RangeError('the reference engine has derivatives of softmax');
  field.derivatives(positions, equalMasses(n), directions, changes);
  const jacobian = matrix(along.length, along.length);
  for (let a = 0; a < along.length; a++)
    for (const [b, at] of along.entries())
      jacobian.data[b * along.length + a] = changes[a * n * d + at];
  return leadingOf(jacobian);
}

const leadingOf = (jacobian: Matrix) => Math.max(...eigenvalues(jacobian).map(({ re }) => re));

/** By bisection of the Jacobian's leading eigenvalue; Infinity where the state stays unstable. */
function criticalBeta(settings: Settings, n: number): number {
  const groups = [Math.floor(n / 2), Math.ceil(n / 2)] as const;
  const end = { axis: settings.value.length - 1, groups };
  const isStable = (beta: number) => jacobianRate(settings, beta, end) < 0;
  let [low, high] = [0, 20];
  if (!isStable(high)) return Number.POSITIVE_INFINITY;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (isStable(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function figureOf(
  { betas, n, seeds }: Settings,
  share: (b: number, kind: Kind) => number,
  critical: number,
): Figure {
  return {
    title: 'Where attention comes to rest',
    caption: `${n} tokens, ${seeds} uniform starts at every β: all at one pole of an eigenvector of V, or at both. The line is the β from which the lowest eigenvector holds them.`,
    panels: [
      {
        title: 'Census of starts',
        x: { label: 'β' },
        y: { label: 'share', domain: [0, 1] },
        series: [
          ...KINDS_OF.map((kind, colour) => ({
            kind: 'line' as const,
            name: HEADINGS[kind],
            colour,
            points: betas.map((beta, b): Point => [beta, share(b, kind)]),
          })),
          ...(Number.isFinite(critical)
            ? [
                {
                  kind: 'line' as const,
                  name: 'predicted β',
                  colour: 3,
                  points: [
                    [critical, 0],
                    [critical, 1],
                  ] as Point[],
                },
              ]
            : []),
        ],
      },
    ],
  };
}
