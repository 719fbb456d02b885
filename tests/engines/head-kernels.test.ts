/** The kernels of heads have the bits of the plain sums, in the order of reference.ts. */
import { describe, expect, test } from 'vitest';
import {
  type HeadShape,
  mixByKernel,
  scoresByKernel,
  softmaxByKernel,
} from '../../src/engines/head-kernels.ts';
import { exp } from '../../src/numerics/elementary.ts';
import { random } from '../../src/numerics/random.ts';

const gaussians = (count: number, seed: number) => {
  const stream = random(seed);
  return Float64Array.from({ length: count }, () => stream.gaussian());
};

/** 0 where hidden; the second query sees nothing. */
function masses({ n, m }: HeadShape): Float64Array {
  const stream = random(9);
  return Float64Array.from({ length: n * m }, (_, at) =>
    Math.floor(at / m) === 1 || stream.uniform() < 0.3 ? 0 : stream.uniform(),
  );
}

const SHAPES: HeadShape[] = [
  { n: 1, m: 1, heads: 1, size: 1 },
  { n: 2, m: 3, heads: 2, size: 3 },
  { n: 7, m: 8, heads: 2, size: 8 },
  { n: 8, m: 19, heads: 8, size: 24 },
  { n: 33, m: 41, heads: 3, size: 21 },
];

describe.each(SHAPES)('$n queries, $m keys, $heads heads of $size', (shape) => {
  const { n, m, heads, size } = shape;
  const width = heads * size;
  const [q, k, v] = [gaussians(n * width, 1), gaussians(m * width, 2), gaussians(m * width, 3)];
  const scores = new Float64Array(heads * n * m);
  const coupling = new Float64Array(heads * n * m);
  const beta = Array.from({ length: heads }, (_, h) => 1 + 7 * h);

  test('scores', () => {
    expect(scoresByKernel(q, k, scores, shape)).toBe(true);
    const expected = scores.map((_, at) => {
      const [h, i, j] = [Math.floor(at / (n * m)), Math.floor(at / m) % n, at % m];
      let sum = 0;
      for (let c = 0; c < size; c++)
        sum += q[i * width + h * size + c] * k[j * width + h * size + c];
      return sum;
    });
    expect(scores).toEqual(expected);
  });

  test.each([['masses', masses(shape)] as const, ['no mask', null] as const])(
    'softmax, %s',
    (_, mask) => {
      expect(softmaxByKernel(scores, beta, mask, coupling, shape)).toBe(true);
      const expected = new Float64Array(coupling.length);
      for (let row = 0; row < heads * n; row++) {
        const own = beta[Math.floor(row / n)];
        const seen = (j: number) => (mask ? mask[(row % n) * m + j] : 1);
        let top = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < m; j++)
          if (seen(j) !== 0) top = Math.max(top, own * scores[row * m + j]);
        let sum = 0;
        for (let j = 0; j < m; j++)
          if (seen(j) !== 0)
            sum += expected[row * m + j] = seen(j) * exp(own * scores[row * m + j] - top);
        if (sum !== 0) for (let j = 0; j < m; j++) expected[row * m + j] /= sum;
      }
      expect(coupling).toEqual(expected);
    },
  );

  test('means; what is hidden adds nothing, not even what is no number', () => {
    softmaxByKernel(scores, beta, masses(shape), coupling, shape);
    const values = v.slice();
    const hidden = Array.from({ length: m }, (_, j) => j).find((j) =>
      coupling.every((weight, at) => at % m !== j || weight === 0),
    );
    if (hidden !== undefined) values.fill(Number.NaN, hidden * width, (hidden + 1) * width);
    const mixed = new Float64Array(n * width).fill(7);
    expect(mixByKernel(coupling, values, mixed, shape)).toBe(true);
    const expected = mixed.map((_, at) => {
      const [i, h, c] = [Math.floor(at / width), Math.floor((at % width) / size), at % size];
      let sum = 0;
      for (let j = 0; j < m; j++) {
        const weight = coupling[(h * n + i) * m + j];
        if (weight !== 0) sum += weight * values[j * width + h * size + c];
      }
      return sum;
    });
    expect(mixed).toEqual(expected);
  });
});
