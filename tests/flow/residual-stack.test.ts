/** `normalised` in layers against the residual stacks of transformers, written out on the residual stream x. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';
import { type Matrix, toRows } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

type Vector = readonly number[];

const dot = (a: Vector, b: Vector) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const scaled = (a: Vector, factor: number) => a.map((value) => factor * value);
const plus = (a: Vector, b: Vector) => a.map((value, k) => value + b[k]);
const length = (a: Vector) => Math.sqrt(dot(a, a));
const unit = (a: Vector) => scaled(a, 1 / length(a));
const times = (rows: readonly Vector[], a: Vector) => rows.map((each) => dot(each, a));

interface Weights {
  readonly beta: number;
  readonly query: readonly Vector[];
  readonly value: readonly Vector[];
}

/** Softmax attention of tokens y, arXiv 2312.10794, eq. (SA), with K = I. */
const attention = (y: readonly Vector[], { beta, query, value }: Weights): Vector[] =>
  y.map((own) => {
    const weights = y.map((other) => Math.exp(beta * dot(times(query, own), other)));
    const total = weights.reduce((sum, weight) => sum + weight);
    return y
      .map((other, j) => scaled(times(value, other), weights[j] / total))
      .reduce((sum, part) => plus(sum, part));
  });

const ALPHA = 0.7;

/** One layer of step h on the residual stream. */
const LAYERS: Record<string, (x: Vector, v: Vector, h: number) => Vector> = {
  pre: (x, v, h) => plus(x, scaled(v, h)),
  peri: (x, v, h) => plus(x, scaled(unit(v), h)),
  // These stay on the sphere of the radius that they begin with.
  post: (x, v, h) => scaled(unit(plus(unit(x), scaled(v, h))), length(x)),
  ngpt: (x, v, h) => scaled(unit(plus(unit(x), scaled(unit(v), ALPHA * h))), length(x)),
};

function stack(start: readonly Vector[], names: readonly string[], h: number, weights: Weights) {
  let x = start;
  for (const name of names) {
    const v = attention(x.map(unit), weights);
    x = x.map((own, i) => LAYERS[name](own, v[i], h));
  }
  return x;
}

const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** A 3 × 3 matrix and its rows, as the simulator takes it. */
function drawn(seed: number): Vector[] {
  const { gaussian } = random(seed);
  return identity.map((each) => each.map(() => gaussian()));
}

const CASES: [string, number, number, number, Weights][] = [
  ['n = 16, d = 3, seed 1, h = 1', 1, 1, 1, { beta: 1, query: identity, value: identity }],
  ['large radii, h = 0.3', 0.3, 2.5, 8, { beta: 3, query: drawn(4), value: drawn(5) }],
  ['small radii, h = 2, V pulls back', 2, 0.3, 9, { beta: 2, query: drawn(6), value: drawn(7) }],
];

async function simulated(
  normalisation: string,
  [h, radius, seed]: readonly [number, number, number],
  { beta, query, value }: Weights,
) {
  const found = await simulate({
    dynamics: 'normalised',
    parameters: {
      normalisation,
      beta,
      initial_radius: radius,
      alpha: ALPHA,
      switch_time: 4 * h,
      query: { rows: query },
      value: { rows: value },
    },
    n: 16,
    d: 3,
    seed,
    scheme: 'layer',
    step: h,
    time: 10 * h,
    saveAt: [0, 10 * h],
    diagnostics: [],
  });
  const [first, last] = found.frames;
  const streamOf = (positions: Matrix, radii: Float64Array | null) =>
    toRows(positions).map((row, i) => scaled(row, radii?.[i] ?? Number.NaN));
  return [streamOf(first.positions, first.radii), streamOf(last.positions, last.radii)];
}

describe.each(CASES)('ten layers: %s', (_, h, radius, seed, weights) => {
  const ten = (first: string, then: string) => [
    ...new Array<string>(4).fill(first),
    ...new Array<string>(6).fill(then),
  ];

  it.each([
    ['pre', ten('pre', 'pre')],
    ['peri', ten('peri', 'peri')],
    ['post', ten('post', 'post')],
    ['ngpt', ten('ngpt', 'ngpt')],
    ['mixed', ten('post', 'pre')],
  ])('%s is the residual stack', async (name, names) => {
    const [start, end] = await simulated(name, [h, radius, seed], weights);
    const right = stack(start, names, h, weights);
    end.forEach((own, i) => {
      const size = Math.max(1, length(right[i]));
      expect(own).toBeAllClose([...right[i]], { absolute: 1e-12 * size });
    });
  });
});
