/** Gaussians: closed forms in one dimension and for commuting covariances, and the fixed point of all others. */
import { describe, expect, it } from 'vitest';
import { ConvergenceError } from '../../src/numerics/errors.ts';
import { matrix, product, transposed } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import {
  buresWasserstein,
  type Gaussian,
  gaussianBarycentre,
  gaussianGeodesic,
} from '../../src/transport/gaussian.ts';

const line = (mean: number, deviation: number): Gaussian => ({
  mean: [mean],
  covariance: matrix(1, 1, Float64Array.of(deviation ** 2)),
});

const covariance = (d: number, ...entries: number[]) => matrix(d, d, Float64Array.from(entries));

/** N(m, GGᵀ), G with normal entries, `rank` columns of them. */
function drawn(d: number, seed: number, rank = d): Gaussian {
  const { gaussian } = random(seed);
  const factor = matrix(d, rank, Float64Array.from({ length: d * rank }, gaussian));
  return {
    mean: Float64Array.from({ length: d }, gaussian),
    covariance: product(factor, transposed(factor)),
  };
}

/** N(m, R diag(v) Rᵀ) with one rotation R of the plane for all. */
function rotated(values: readonly [number, number], mean = [0, 0]): Gaussian {
  const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
  const turn = covariance(2, c, -s, s, c);
  return {
    mean,
    covariance: product(product(turn, covariance(2, values[0], 0, 0, values[1])), transposed(turn)),
  };
}

describe('Gaussians', () => {
  it('on the line: W₂² = (m − m′)² + (σ − σ′)², mean and deviation are averaged', () => {
    expect(buresWasserstein(line(1, 2), line(4, 6))).toBeCloseTo(5, 13);
    const mean = gaussianBarycentre([line(1, 2), line(4, 6), line(-1, 0)], {
      weights: [0.5, 0.25, 0.25],
    });
    expect(mean.mean).toBeAllClose([1.25]);
    expect(mean.covariance.data).toBeAllClose([6.25]);
    expect(gaussianGeodesic(line(1, 2), line(4, 6), 0.25).covariance.data).toBeAllClose([9]);
  });

  it('with commuting covariances: roots are averaged', () => {
    const all = [rotated([1, 4], [1, 0]), rotated([9, 0.25]), rotated([4, 1], [0, 2])];
    const weights = [0.2, 0.3, 0.5];
    const found = gaussianBarycentre(all, { weights });
    const roots = [0.2 * 1 + 0.3 * 3 + 0.5 * 2, 0.2 * 2 + 0.3 * 0.5 + 0.5 * 1];
    expect(found.covariance.data).toBeAllClose(
      rotated([roots[0] ** 2, roots[1] ** 2]).covariance.data,
    );
    expect(found.mean).toBeAllClose([0.2, 1]);
    expect(buresWasserstein(all[0], all[1])).toBeCloseTo(Math.sqrt(1 + 4 + 2.25), 12);
  });

  it('in the plane, against the determinant: tr (S^½ S′ S^½)^½ = √(tr SS′ + 2 √(det S det S′))', () => {
    for (let seed = 1; seed < 10; seed++) {
      const [a, b] = [drawn(2, seed), drawn(2, seed + 100)];
      const determinant = ([p, q, r, s]: Float64Array) => p * s - q * r;
      const trace = ([p, , , s]: Float64Array) => p + s;
      const [s, t] = [a.covariance, b.covariance];
      const overlap = Math.sqrt(
        trace(product(s, t).data) + 2 * Math.sqrt(determinant(s.data) * determinant(t.data)),
      );
      const shift = (a.mean[0] - b.mean[0]) ** 2 + (a.mean[1] - b.mean[1]) ** 2;
      expect(buresWasserstein(a, b) ** 2).toBeCloseTo(
        shift + trace(s.data) + trace(t.data) - 2 * overlap,
        11,
      );
    }
  });

  it('the geodesic has constant speed, is the barycentre of its ends, and may be singular', () => {
    for (const [a, b] of [
      [drawn(4, 1), drawn(4, 2)],
      [drawn(4, 3, 2), drawn(4, 4, 3)],
    ]) {
      const whole = buresWasserstein(a, b);
      const [early, late] = [gaussianGeodesic(a, b, 0.2), gaussianGeodesic(a, b, 0.9)];
      expect(buresWasserstein(early, late)).toBeCloseTo(0.7 * whole, 6);
      expect(buresWasserstein(a, early)).toBeCloseTo(0.2 * whole, 6);
      expect(gaussianGeodesic(a, b, 1).covariance.data).toBeAllClose(b.covariance.data, {
        absolute: 1e-10,
      });
    }
    const [a, b] = [drawn(4, 1), drawn(4, 2)];
    const mean = gaussianBarycentre([a, b], { weights: [0.8, 0.2] });
    expect(mean.covariance.data).toBeAllClose(gaussianGeodesic(a, b, 0.2).covariance.data, {
      absolute: 1e-10,
    });
  });

  it('is least, and the distance is a metric', () => {
    const all = [1, 2, 3, 4].map((seed) => drawn(5, seed));
    const cost = (one: Gaussian) =>
      all.reduce((sum, other) => sum + buresWasserstein(one, other) ** 2, 0);
    const best = gaussianBarycentre(all);
    for (const other of all)
      expect(cost(gaussianGeodesic(best, other, 0.01))).toBeGreaterThan(cost(best));
    const [ab, bc, ac] = [
      [0, 1],
      [1, 2],
      [0, 2],
    ].map(([i, j]) => buresWasserstein(all[i], all[j]));
    expect(buresWasserstein(all[1], all[0])).toBeCloseTo(ab, 12);
    expect(ac).toBeLessThan(ab + bc);
    expect(buresWasserstein(best, best)).toBeLessThan(1e-12);
  });

  it('refuses what is none, and says when it is not there yet', () => {
    const plane = (...entries: number[]): Gaussian => ({
      mean: [0, 0],
      covariance: covariance(2, ...entries),
    });
    const round = plane(1, 0, 0, 1);
    expect(() => buresWasserstein(round, plane(1, 0.5, 0, 1))).toThrow(
      /covariance 1 has 0.5 at \(0, 1\) and 0 across/,
    );
    expect(() => buresWasserstein(round, plane(1, 2, 2, 1))).toThrow(
      /covariance 1 has the eigenvalue -1/,
    );
    expect(() => buresWasserstein(round, line(0, 1))).toThrow(/Gaussian 1 has a mean of 1/);
    expect(() => gaussianBarycentre([round, plane(1, 0, 0, Number.NaN)])).toThrow(
      /Gaussian 1 holds NaN/,
    );
    expect(() => gaussianBarycentre([round, round], { weights: [0.5, 0.6] })).toThrow(
      /sum 1.1: expected 1/,
    );
    expect(() => gaussianGeodesic(round, round, 2)).toThrow(
      /s is 2: expected a number from 0 to 1/,
    );
    const hard = { maximumSteps: 1, tolerance: 1e-15 };
    expect(() => gaussianBarycentre([drawn(5, 1), drawn(5, 2)], hard)).toThrow(ConvergenceError);
    expect(() => gaussianBarycentre([drawn(5, 1), drawn(5, 2)], hard)).toThrow(
      /changes by 0\.\d+ of itself after 1 steps/,
    );
  });
});
