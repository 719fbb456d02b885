/** What is said of real models' states: sinks, centring, clusters against chance. */
import { describe, expect, it } from 'vitest';
import { singleLinkage } from '../../src/diagnostics/clusters.ts';
import { centred, meanOf } from '../../src/diagnostics/survey/directions.ts';
import { receivedAttention, sinksOf } from '../../src/diagnostics/survey/sinks.ts';
import {
  hubOf,
  plainHeights,
  productOf,
  surrogateHeights,
  surrogateOf,
} from '../../src/diagnostics/survey/surrogates.ts';
import { BINS, survey } from '../../src/diagnostics/survey/survey.ts';
import { fromRows, type Matrix, matrix, product, transposed } from '../../src/numerics/matrix.ts';
import { type Random, random } from '../../src/numerics/random.ts';
import { symmetricEigenvalues } from '../../src/numerics/tridiagonal.ts';

function normal(seed: number, n: number, d: number, shift = 0): Matrix {
  const draws = random(seed);
  return matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, () => draws.gaussian() + shift),
  );
}

describe('sinks', () => {
  const settings = { sinkNorm: 10, sinkAttention: 5 };

  it('by norm: over so many times the median', () => {
    expect(sinksOf([1, 2, 3, 20, 2], null, settings)).toEqual([]);
    expect(sinksOf([1, 2, 3, 21, 2], null, settings)).toEqual([
      { token: 3, norm: 10.5, attention: null, rules: ['norm'] },
    ]);
  });

  it('by attention of later rows, in units of 1/n', () => {
    const n = 10;
    const causal = matrix(n, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) causal.data[i * n + j] = j === 0 ? 0.9 : 0.1 / i;
    const received = receivedAttention([causal, causal]);
    expect(received[0]).toBeCloseTo(9, 12);
    expect(received[8]).toBeCloseTo((0.1 / 9) * n, 12);
    expect(sinksOf(new Float64Array(n).fill(1), [causal], settings)).toEqual([
      { token: 0, norm: 1, attention: expect.closeTo(9, 12), rules: ['attention'] },
    ]);
  });
});

describe('centred', () => {
  it('takes the mean and comes back to the sphere, by its own or another', () => {
    const rows = fromRows([
      [1, 0],
      [0, 1],
      [-1, 0],
    ]);
    const own = centred(rows);
    for (let i = 0; i < 3; i++)
      expect(Math.hypot(own.data[2 * i], own.data[2 * i + 1])).toBeCloseTo(1, 14);
    expect(meanOf(rows)).toBeAllClose([0, 1 / 3], { absolute: 1e-15 });
    expect(centred(rows, Float64Array.of(0, -1)).data.slice(2, 4)).toBeAllClose([0, 1], {
      absolute: 1e-15,
    });
    expect(() =>
      centred(
        fromRows([
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toThrow(/2 tokens cannot be centred.*3 at least/);
  });
});

describe('surrogates', () => {
  it('keep mean and spectrum, and nothing else', () => {
    for (const [seed, n, d] of [
      [1, 9, 4],
      [2, 16, 40],
      [3, 33, 12],
    ]) {
      const x = normal(seed, n, d, 0.4);
      const gram = product(x, transposed(x));
      const drawn = drawnFrom(gram, random(seed, 7));
      const sum = ({ data }: Matrix) => data.reduce((all, value) => all + value, 0);
      expect(sum(drawn)).toBeCloseTo(sum(gram), 8);
      const [own, other] = [gram, drawn].map((one) => symmetricEigenvalues(inCentre(one)));
      expect(other).toBeAllClose(own, { absolute: 1e-10 * own[0] });
      expect(drawn.data).not.toBeAllClose(gram.data, { absolute: 0.1 });
    }
  });

  it('are linked as their points are, to the bits of the plain loop', () => {
    for (const n of [3, 4, 9, 32]) {
      const x = normal(n, n, 12, 0.3);
      const draws = random(n, 2);
      const drawn = surrogateOf(hubOf(product(x, transposed(x)), draws), draws, matrix(n, n));
      const heights = surrogateHeights(drawn);
      const squares = Array.from({ length: n }, (_, i) => productOf(drawn, i, i));
      const scales = Float64Array.from(squares, (squared) => 1 / Math.sqrt(squared));
      expect(heights).toEqual(plainHeights(drawn, scales));
      const { merges } = singleLinkage(n, (one, others, out) => {
        for (const [k, other] of others.entries())
          out[k] = -productOf(drawn, one, other) / Math.sqrt(squares[one] * squares[other]);
      });
      expect(heights).toBeAllClose(
        merges.map(({ height }) => height),
        { absolute: 1e-14 },
      );
    }
  });

  it('are spread evenly: a first axis goes to all of them', () => {
    // one point far from n − 1 at the origin: its share of the centred spectrum spreads over all
    const n = 32;
    const x = matrix(n, 1);
    x.data[0] = 1;
    const gram = product(x, transposed(x));
    const squares = new Float64Array(n);
    for (let seed = 0; seed < 400; seed++) {
      const drawn = drawnFrom(gram, random(seed));
      for (let i = 0; i < n; i++) squares[i] += drawn.data[i * n + i] / 400;
    }
    // E⟨x'_i, x'_i⟩ = 1/n for every point
    for (const value of squares) expect(Math.abs(value * n - 1)).toBeLessThan(0.35);
  });
});

/** The products of one surrogate of points with products `gram`. */
function drawnFrom(gram: Matrix, draws: Random): Matrix {
  const n = gram.rows;
  const drawn = surrogateOf(hubOf(gram, draws), draws, matrix(n, n));
  return matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, at) => productOf(drawn, Math.floor(at / n), at % n)),
  );
}

/** H G H, H = I − 11ᵀ/n. */
function inCentre({ rows: n, data }: Matrix): Matrix {
  const out = matrix(n, n);
  const means = Array.from(
    { length: n },
    (_, i) => data.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0) / n,
  );
  const all = means.reduce((a, b) => a + b, 0) / n;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out.data[i * n + j] = data[i * n + j] - means[i] - means[j] + all;
  return out;
}

describe('survey', () => {
  it('finds groups that are there, and none in noise', () => {
    const groups = normal(4, 20, 30);
    const middle = normal(5, 4, 30);
    for (let i = 0; i < 20; i++)
      for (let k = 0; k < 30; k++)
        groups.data[i * 30 + k] = 0.1 * groups.data[i * 30 + k] + middle.data[(i % 4) * 30 + k];
    const [found, noise] = survey([
      { states: groups, heads: null },
      { states: normal(6, 20, 30), heads: null },
    ]).frames;
    expect(found.plain.all.clusters).toMatchObject({ count: 4, unusual: 1 / 21 });
    expect(noise.plain.all.clusters?.unusual).toBeGreaterThan(0.05);
    expect(found.tree.merges).toHaveLength(19);
  });

  it('tells each number with the sinks and without', () => {
    const states = normal(8, 12, 6);
    for (let k = 0; k < 6; k++) states.data[k] = 300;
    const [frame] = survey([{ states, heads: null }], { surrogates: 0 }).frames;
    expect(frame.sinks.map(({ token }) => token)).toEqual([0]);
    const rest = survey([{ states: matrix(11, 6, states.data.slice(6)), heads: null }], {
      surrogates: 0,
    });
    const { effectiveRank, ...numbers } = rest.frames[0].plain.all;
    expect(frame.plain.withoutSinks).toEqual({
      ...numbers,
      effectiveRank: expect.closeTo(effectiveRank as number, 12),
    });
    expect(frame.plain.withoutSinks.cosineMean).not.toBe(frame.plain.all.cosineMean);
    expect(frame.histograms.plain).toHaveLength(BINS);
    expect(frame.histograms.plain.reduce((a, b) => a + b)).toBe(66);
    // directions that are all one axis have rank 1 both ways
    const line = survey([
      {
        states: fromRows([
          [1, 0],
          [2, 0],
          [3, 0],
        ]),
        heads: null,
      },
    ]).frames[0];
    expect(line.plain.all).toMatchObject({
      cosineMean: 1,
      effectiveRank: expect.closeTo(1, 9),
      participationRatio: expect.closeTo(1, 12),
    });
  });

  it('refuses one token, a state of 0, and another width of the reference', () => {
    const states = normal(9, 4, 3);
    expect(() => survey([{ states: normal(9, 1, 3), heads: null }])).toThrow(
      /1 token has no pairs/,
    );
    expect(() => survey([{ states: matrix(3, 3), heads: null }])).toThrow(
      /token 0 of frame 0 is 0/,
    );
    expect(() => survey([{ states, heads: null, reference: normal(1, 3, 5) }])).toThrow(
      /states of 5 numbers, the text of 3/,
    );
    expect(survey([{ states: normal(9, 2, 3), heads: null }]).frames[0].centred).toBeNull();
    expect(survey([{ states, heads: null }])).toEqual(survey([{ states, heads: null }]));
  });
});
