/** Gaussian gradient flows of the relative entropy against their closed forms in one dimension, and each other. */
import { describe, expect, it } from 'vitest';
import { gaussianDescent } from '../../src/limits/moments/gaussian-descent.ts';
import { linearSvgdMoments } from '../../src/limits/moments/svgd.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { momentsOf } from '../../src/numerics/moments.ts';

const line = (mean: number, variance: number) => ({
  mean: Float64Array.of(mean),
  covariance: matrix(1, 1, Float64Array.of(variance)),
});
const TIMES = [0.1, 0.5, 2];

describe('the descent of KL among Gaussians on the line', () => {
  const [m, s, b, q] = [3, 0.4, 1, 2];

  it('by transport: s = q + (s_0 − q) e^{−2t/q}, m = b + (m_0 − b) e^{−t/q}', () => {
    gaussianDescent(line(m, s), line(b, q), 'transport', TIMES).forEach((found, i) => {
      expect(found.mean[0]).toBeCloseTo(b + (m - b) * Math.exp(-TIMES[i] / q), 10);
      expect(found.covariance.data[0]).toBeCloseTo(q + (s - q) * Math.exp((-2 * TIMES[i]) / q), 10);
    });
  });

  it('by reaction: 1/s = 1/q + (1/s_0 − 1/q) e^{−4t}, and (m − b)/s falls like e^{−4t}', () => {
    gaussianDescent(line(m, s), line(b, q), 'reaction', TIMES).forEach((found, i) => {
      const fall = Math.exp(-4 * TIMES[i]);
      const variance = 1 / (1 / q + (1 / s - 1 / q) * fall);
      expect(found.covariance.data[0]).toBeCloseTo(variance, 10);
      expect(found.mean[0]).toBeCloseTo(b + (variance * (m - b) * fall) / s, 10);
    });
  });

  it('by both: faster than by either, to the target', () => {
    const [both] = gaussianDescent(line(m, s), line(b, q), 'both', [1]);
    for (const part of ['transport', 'reaction'] as const) {
      const [alone] = gaussianDescent(line(m, s), line(b, q), part, [1]);
      expect(Math.abs(both.mean[0] - b)).toBeLessThan(Math.abs(alone.mean[0] - b));
    }
    const [late] = gaussianDescent(line(m, s), line(b, q), 'both', [20]);
    expect([late.mean[0], late.covariance.data[0]]).toBeAllClose([b, q], { absolute: 1e-8 });
  });
});

it('in the plane, with covariances that do not commute, ends at the target and stays symmetric', () => {
  const start = {
    mean: Float64Array.of(2, -1),
    covariance: matrix(2, 2, Float64Array.of(1, 0.5, 0.5, 2)),
  };
  const target = {
    mean: Float64Array.of(0, 1),
    covariance: matrix(2, 2, Float64Array.of(3, -1, -1, 1)),
  };
  const [early, late] = gaussianDescent(start, target, 'both', [0.3, 40]);
  expect(early.covariance.data[1]).toBeCloseTo(early.covariance.data[2], 12);
  expect(late.mean).toBeAllClose(target.mean, { absolute: 1e-8 });
  expect(late.covariance.data).toBeAllClose(target.covariance.data, { absolute: 1e-8 });
});

it('moments of points are weighted', () => {
  const points = matrix(2, 1, Float64Array.of(0, 4));
  const { mean, covariance } = momentsOf(points, Float64Array.of(0.25, 0.75));
  expect([mean[0], covariance.data[0]]).toEqual([3, 3]);
});

describe('refuses', () => {
  const plane = (rows: number[]) => ({
    mean: Float64Array.of(0, 0),
    covariance: matrix(2, 2, Float64Array.from(rows)),
  });
  const broken = { mean: Float64Array.of(0, 0), covariance: line(0, 1).covariance };
  it.each([
    ['a covariance of another shape than the mean', broken, plane([1, 0, 0, 1]), /is 1 × 1/],
    [
      'a target of another dimension',
      line(0, 1),
      plane([1, 0, 0, 1]),
      /dimension 2 and the start 1/,
    ],
    ['a target that is flat', plane([1, 0, 0, 1]), plane([1, 1, 1, 1]), /positive definite/],
    ['a target that is not symmetric', plane([1, 0, 0, 1]), plane([1, 2, 0, 1]), /symmetric/],
  ])('%s', (_, start, target, message) => {
    expect(() => gaussianDescent(start, target, 'both', [1])).toThrow(message);
    expect(() => linearSvgdMoments(start, target, [1])).toThrow(message);
  });
});
