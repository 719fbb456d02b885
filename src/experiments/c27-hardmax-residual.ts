/** Hardmax attention as a move towards the one token that is heard: who rests, and what contracts (claim C27). */
import { z } from 'zod';
import { hardmax } from '../dynamics/hardmax.ts';
import type { Point } from '../figures/figure.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { cos, exp, expm1, hypot, log, pow, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  n: wholeNumber(10, 2000).default(100).describe('Tokens'),
  key: numberBetween(0.1, 10).default(2).describe('QᵀK is the diagonal of 1 and this'),
  sign: z
    .union([z.literal(1), z.literal(-1)])
    .default(1)
    .describe('Of QᵀK where it is to be positive'),
  time: numberBetween(1, 20).default(5),
  step: numberBetween(1e-4, 0.1).default(0.005).describe('Of the contraction'),
  seeds: wholeNumber(4, 10_000).default(300),
});
type Settings = z.output<typeof schema>;

const STRAIGHT = 'largest distance to the straight way, vertices of equal norm';
const RESTING = 'tokens that rest, of normal ones';
const MOVING = 'share of hull vertices that move';
const DIAMETER = 'largest diameter over e^{−t} times the first one, QᵀK = −I';
const PAIR = 'largest distance of the limit of two tokens to the nearest point of their segment';

/** Starts of both whose contraction is followed, all tokens and the first two. */
const CONTRACTIONS = 12;
/** Vertices of the polygon of equal norm. */
const VERTICES = 7;

export const hardmaxResidualExperiment = experiment({
  id: 'c27-hardmax-residual',
  title:
    'Hardmax with a residual, ẋ_i = x_j − x_i for the j of largest ⟨x_i, QᵀK x_j⟩: with QᵀK ⪰ 0 vertices of equal norm rest and all tokens go straight to one, but of normal tokens a share of the vertices moves; with QᵀK ⪯ 0 the hull shrinks at least like e^{−t}.',
  citation: 'arXiv 2508.09628',
  schema,
  seconds: 15,
  quick: { seeds: 150 },
  tiny: { seeds: 150, n: 40, step: 0.02, time: 2 },
  broken: { sign: -1 },
  predict({ n, step, time }) {
    return [
      {
        quantity: STRAIGHT,
        expected: { low: 0, high: 1e-9 },
        why: 'with equal norms every vertex hears itself (Cauchy–Schwarz), and what a token hears stays largest on the way there: x(t) = v + (x − v)e^{−t}',
      },
      {
        quantity: RESTING,
        expected: { value: expectedResting(n), tolerance: 0.06 * expectedResting(n) },
        why: 'a token of norm r rests where all others have ⟨x, y⟩ ≤ r², which n − 1 normal ones have with probability Φ(r)^{n−1}; r has the law r e^{−r²/2}, so it is n∫Φ(r)^{n−1} r e^{−r²/2} dr',
      },
      {
        quantity: MOVING,
        expected: { value: 1 - expectedResting(n) / expectedVertices(n), tolerance: 0.06 },
        why: 'who rests is a vertex; a normal cloud in the plane has 4√π n(n−1)/2 ∫Φ^{n−2}φ² of these (Rényi–Sulanke)',
      },
      {
        quantity: DIAMETER,
        expected: { low: 0, high: 1 + 2 * step * time },
        why: '⟨x_i − x_k, x_j(i) − x_j(k)⟩ ≤ 0 where each hears the least product, so differences fall at least like e^{−t}, up to half a step of it; two tokens that hear each other at e^{−2t}',
      },
      {
        quantity: PAIR,
        expected: { low: 0, high: 4 * step },
        why: 'two tokens approach each other until one is orthogonal to their difference, which is the segment’s nearest point to the origin: it rests from then on. The limit is the origin only where that lies between them',
      },
    ];
  },
  async measure(settings, context) {
    const { seeds, n } = settings;
    const cells = await measureCells(cell, settings, seeds, context);
    const resting = cells.map((one) => one.resting);
    const shareMoving = (which: readonly number[]) =>
      1 - mean(which.map((k) => cells[k].resting)) / mean(which.map((k) => cells[k].vertices));
    const curves = cells.slice(0, Math.min(seeds, CONTRACTIONS)).map(({ diameters }) => diameters);
    return {
      values: {
        [STRAIGHT]: exactly(Math.max(...cells.map(({ off }) => off))),
        [RESTING]: { ...bootstrap(resting, mean), samples: seeds },
        [MOVING]: {
          ...bootstrap([...cells.keys()], shareMoving),
          samples: seeds,
        },
        [DIAMETER]: exactly(Math.max(...curves.flat().map(([t, size]) => size * exp(t)))),
        [PAIR]: exactly(Math.max(...cells.map(({ pair }) => pair))),
      },
      columns: [
        { name: 'seed', heading: 'seed', values: cells.map((_, k) => k + 1) },
        { name: 'resting', heading: 'resting', values: resting },
        {
          name: 'vertices',
          heading: 'vertices of the hull',
          values: cells.map(({ vertices }) => vertices),
        },
      ],
      figure: {
        title: 'Hulls under hardmax with a residual',
        caption: `Diameters over the first one, ${curves.length} starts of ${n} normal tokens, QᵀK = −I, between e^{−t} and e^{−2t}.`,
        panels: [
          {
            x: { label: 't' },
            y: { label: 'ln diameter' },
            series: [
              ...curves.map((curve) => ({
                kind: 'line' as const,
                colour: 0,
                points: curve.map(([t, size]): Point => [t, log(size)]),
              })),
              ...[1, 2].map((rate) => ({
                kind: 'line' as const,
                name: rate === 1 ? 'e^{−t}' : 'e^{−2t}',
                colour: rate,
                points: [
                  [0, 0],
                  [settings.time, -rate * settings.time],
                ] as Point[],
              })),
            ],
          },
        ],
      },
      notes: [
        'with QᵀK ⪯ 0 more tokens than two end at a point of their hull that is neither the origin nor, as a rule, the nearest one to it',
      ],
    };
  },
});

/** ∫ f(x, Φ(x)) dx over [from, 12] in steps of 1/1000, Φ the normal distribution function. */
function integral(from: number, f: (x: number, below: number) => number): number {
  const fineness = 1000;
  const density = (x: number) => exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let [below, total] = [0, 0];
  for (let k = -12 * fineness; k < 12 * fineness; k++) {
    const x = (k + 0.5) / fineness;
    below += density(x) / fineness;
    if (x > from) total += f(x, below - density(x) / (2 * fineness)) / fineness;
  }
  return total;
}

/** n∫Φ(r)^{n−1} r e^{−r²/2} dr, tokens in the plane. */
const expectedResting = (n: number): number =>
  n * integral(0, (r, below) => pow(below, n - 1) * r * exp((-r * r) / 2));

/** 4√π n(n−1)/2 ∫Φ^{n−2}φ². */
const expectedVertices = (n: number): number =>
  (n * (n - 1) * integral(-12, (x, below) => pow(below, n - 2) * exp(-x * x))) / Math.sqrt(Math.PI);

interface Cell {
  readonly off: number;
  readonly resting: number;
  readonly vertices: number;
  readonly pair: number;
  /** Times and diameters over the first one. */
  readonly diameters: readonly (readonly [number, number])[];
}

async function cell(settings: Settings, index: number): Promise<Cell> {
  const { n } = settings;
  const stream = random(index + 1);
  const tokens = Float64Array.from({ length: 2 * n }, () => stream.gaussian());
  const heard = hearing([settings.sign, settings.sign], n)(tokens);
  const resting = Array.from({ length: n }, (_, i) => at(heard, i)).filter(
    ([x, y], i) => x === tokens[2 * i] && y === tokens[2 * i + 1],
  ).length;
  return {
    off: offStraight(settings, tokens),
    resting,
    vertices: hullSize(tokens),
    pair: index < CONTRACTIONS ? pairLimit(settings, tokens.slice(0, 4)) : 0,
    diameters: index < CONTRACTIONS ? contraction(settings, tokens.slice()) : [],
  };
}

const at = (tokens: Float64Array, i: number) => [tokens[2 * i], tokens[2 * i + 1]] as const;

/** What n tokens hear, QᵀK diagonal: the tokens themselves, a row for each. */
function hearing(diagonal: readonly number[], n: number): (tokens: Float64Array) => Float64Array {
  const field = attentionField(hardmax, { query: { diagonal }, key: 'identity', tie: 0 }, n, 2);
  const masses = equalMasses(n);
  const out = new Float64Array(2 * n);
  return (tokens) => {
    field.ambient(tokens, masses, out);
    return out;
  };
}

/** A step of exact length, what is heard held fixed over it. */
function move(tokens: Float64Array, heard: Float64Array, step: number): void {
  const share = -expm1(-step);
  for (let k = 0; k < tokens.length; k++) tokens[k] += share * (heard[k] - tokens[k]);
}

/** Tokens within a polygon of equal norm, against the straight way to what they hear first. */
function offStraight(settings: Settings, inner: Float64Array): number {
  const { key, sign, time } = settings;
  const diagonal = [sign, sign * key];
  const stretch = [1, 1 / Math.sqrt(key)];
  const vertices = Array.from({ length: 2 * VERTICES }, (_, k) => {
    const angle = (2 * Math.PI * Math.floor(k / 2)) / VERTICES;
    return stretch[k % 2] * (k % 2 === 0 ? cos(angle) : sin(angle));
  });
  // a third of the polygon's size, so that normal tokens lie within but for few
  const within = Array.from(inner.slice(0, 40), (value, k) => 0.2 * stretch[k % 2] * value);
  const tokens = Float64Array.from([...vertices, ...within]);
  const start = tokens.slice();
  const hear = hearing(diagonal, tokens.length / 2);
  const first = hear(tokens).slice();
  const steps = 50;
  let off = 0;
  for (let k = 1; k <= steps; k++) {
    move(tokens, hear(tokens), time / steps);
    const left = exp((-time * k) / steps);
    for (let c = 0; c < tokens.length; c++)
      off = Math.max(off, Math.abs(tokens[c] - first[c] - left * (start[c] - first[c])));
  }
  return off;
}

const MINUS = [-1, -1];

function contraction({ step, time }: Settings, tokens: Float64Array): [number, number][] {
  const first = diameter(tokens);
  const hear = hearing(MINUS, tokens.length / 2);
  const found: [number, number][] = [[0, 1]];
  const steps = Math.round(time / step);
  for (let k = 1; k <= steps; k++) {
    move(tokens, hear(tokens), step);
    if (k % Math.ceil(steps / 100) === 0) found.push([k * step, diameter(tokens) / first]);
  }
  return found;
}

function diameter(tokens: Float64Array): number {
  let most = 0;
  for (let i = 0; i < tokens.length; i += 2)
    for (let j = 0; j < i; j += 2)
      most = Math.max(most, hypot([tokens[i] - tokens[j], tokens[i + 1] - tokens[j + 1]]));
  return most;
}

/** Where two tokens end, from the point of their segment that is nearest to the origin. */
function pairLimit({ step }: Settings, tokens: Float64Array): number {
  const [ax, ay, bx, by] = tokens;
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)));
  const hear = hearing(MINUS, 2);
  for (let t = 0; t < 10; t += step) move(tokens, hear(tokens), step);
  return hypot([tokens[0] - ax - along * dx, tokens[1] - ay - along * dy]);
}

/** Vertices of the hull, by Andrew's monotone chain. */
function hullSize(tokens: Float64Array): number {
  const points = Array.from({ length: tokens.length / 2 }, (_, i) => at(tokens, i));
  points.sort(([a, b], [c, d]) => a - c || b - d);
  const chain = (all: typeof points) => {
    const kept: (typeof points)[number][] = [];
    for (const point of all) {
      while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0)
        kept.pop();
      kept.push(point);
    }
    return kept.length - 1;
  };
  return chain(points) + chain(points.toReversed());
}

type Place = readonly [number, number];
const turn = ([a, b]: Place, [c, d]: Place, [e, f]: Place): number =>
  (c - a) * (f - b) - (d - b) * (e - a);
