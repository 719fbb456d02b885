import { describe, expect, it } from 'vitest';
import { completeStart, drawStart, startNamed, starts } from '../../src/geometry/catalogue.ts';
import type { Start } from '../../src/geometry/start.ts';
import { exponentialMap } from '../../src/geometry/wrapped-gaussian.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';
import { gram } from '../../src/numerics/spectrum.ts';

const draw = (name: string, given: Record<string, unknown>, n: number, d: number, seed = 1) =>
  drawStart(startNamed(name), given, { n, d, seed }).positions;

/** Σ x_k², with the rounding errors of products and sums carried along (Dekker, Neumaier). */
function exactSquare(x: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of x) {
    const high = Math.fround(value);
    const low = value - high;
    for (const term of [high * high, 2 * high * low, low * low]) {
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
    }
  }
  return sum + lost;
}

/** |x|² is within 2e-15 of 1, so |x| is within 1e-15. */
function expectOnSphere(positions: Matrix): void {
  for (let i = 0; i < positions.rows; i++)
    expect(Math.abs(exactSquare(row(positions, i)) - 1)).toBeLessThan(2e-15);
}

/** I_{d/2}(κ) / I_{d/2−1}(κ) by its continued fraction 1/(d/κ + 1/((d+2)/κ + …)). */
function meanResultant(d: number, kappa: number): number {
  const terms = Math.ceil(2 * kappa) + 50;
  let value = 0;
  for (let k = terms; k >= 0; k--) value = 1 / ((d + 2 * k) / kappa + value);
  return value;
}

function mean(positions: Matrix): Float64Array {
  const out = new Float64Array(positions.columns);
  positions.data.forEach((value, at) => {
    out[at % positions.columns] += value / positions.rows;
  });
  return out;
}

const onSpheres = starts.filter(({ space }) => space === 'sphere');

describe.each(onSpheres.map((start) => [start.name, start] as const))('start %s', (_, start) => {
  const sizes = start.dimension
    ? [[9, start.dimension]]
    : [
        [2, 2],
        [3, 3],
        [7, 64],
        [5, 1000],
      ];

  it.each(sizes)('n = %d, d = %d lies on the sphere', (n, d) => {
    for (const seed of [1, 2, 3]) expectOnSphere(drawStart(start, {}, { n, d, seed }).positions);
  });

  it('is the same for the same seed, and another for another where it is seeded', () => {
    const d = start.dimension ?? 5;
    const take = (seed: number) => drawStart(start, {}, { n: 4, d, seed }).positions.data;
    expect(take(7)).toEqual(take(7));
    if (start.seeded) expect(take(7)).not.toEqual(take(8));
    else expect(take(7)).toEqual(take(8));
  });
});

describe('moments', () => {
  const n = 20_000;

  it('uniform: mean 0 and covariance I/d, within four standard errors', () => {
    for (const d of [2, 3, 10]) {
      const x = draw('uniform', {}, n, d);
      mean(x).forEach((value) => {
        expect(Math.abs(value)).toBeLessThan(4 / Math.sqrt(n * d));
      });
      let square = 0;
      for (let i = 0; i < n; i++) square += row(x, i)[0] ** 2 / n;
      const variance = (2 * (d - 1)) / (d * d * (d + 2));
      expect(Math.abs(square - 1 / d)).toBeLessThan(4 * Math.sqrt(variance / n));
    }
  });

  it('hemisphere: ⟨x, e_1⟩ ≥ 0 with mean ½ in d = 3', () => {
    const x = draw('hemisphere', {}, n, 3);
    for (let i = 0; i < n; i++) expect(row(x, i)[0]).toBeGreaterThanOrEqual(0);
    expect(Math.abs(mean(x)[0] - 0.5)).toBeLessThan(4 / Math.sqrt(12 * n));
  });

  it.each([
    [2, 0.5],
    [2, 50],
    [3, 1e-3],
    [3, 4],
    [3, 1e4],
    [3, 1e8],
    [10, 1],
    [10, 200],
    [50, 30],
  ])('von Mises–Fisher, d = %d, κ = %d: mean resultant I_{d/2}/I_{d/2−1}', (d, kappa) => {
    const x = draw('von_mises_fisher', { concentration: kappa }, n, d);
    const exact = kappa > 1e6 ? 1 - (d - 1) / (2 * kappa) : meanResultant(d, kappa);
    const variance =
      kappa > 1e6 ? (d - 1) / (2 * kappa ** 2) : 1 - ((d - 1) / kappa) * exact - exact ** 2;
    const centre = mean(x);
    expect(Math.abs(centre[0] - exact)).toBeLessThan(4 * Math.sqrt(variance / n) + 1e-15);
    const aside = 4 * Math.sqrt((1 - exact ** 2) / ((d - 1) * n)) + 1e-15;
    // The last coordinate is across the mean direction.
    expect(Math.abs(centre[d - 1])).toBeLessThan(aside);
  });

  it('von Mises–Fisher with κ = 10^12 keeps the spread across the axis', () => {
    const x = draw('von_mises_fisher', { concentration: 1e12 }, n, 3);
    let square = 0;
    for (let i = 0; i < n; i++) square += (row(x, i)[1] ** 2 + row(x, i)[2] ** 2) / n;
    expect(Math.abs(square * 1e12 - 2)).toBeLessThan(4 * (2 / Math.sqrt(n)));
  });

  it('von Mises–Fisher with κ = 0 is uniform', () => {
    const x = draw('von_mises_fisher', { concentration: 0 }, n, 3);
    expect(Math.abs(mean(x)[0])).toBeLessThan(4 / Math.sqrt(3 * n));
  });

  it('wrapped Gaussian: distances to the one centre have the mean square (d − 1) σ²', () => {
    const x = draw('wrapped_gaussian_mixture', { components: 1, spread: 0.1 }, n, 4);
    const centre = mean(x);
    const length = Math.hypot(...centre);
    let square = 0;
    for (let i = 0; i < n; i++) {
      const cosine = row(x, i).reduce((sum, value, k) => sum + (value * centre[k]) / length, 0);
      square += Math.acos(Math.min(1, cosine)) ** 2 / n;
    }
    expect(Math.abs(square / 0.03 - 1)).toBeLessThan(4 * Math.sqrt(2 / 3 / n) + 1e-3);
  });

  it('box and Gaussian have mean 0 and their variances', () => {
    const inBox = draw('box', { half_width: 5 }, n, 2);
    expect(Math.max(...inBox.data)).toBeLessThan(5);
    const squares = (x: Matrix) => x.data.reduce((sum, value) => sum + value * value, 0) / (2 * n);
    expect(Math.abs(squares(inBox) - 25 / 3)).toBeLessThan(4 * Math.sqrt(500 / 9 / (2 * n)));
    const round = draw('gaussian', { deviation: 3 }, n, 2);
    expect(Math.abs(squares(round) - 9)).toBeLessThan(4 * Math.sqrt(162 / (2 * n)));
    expect(Math.abs(mean(round)[0])).toBeLessThan((4 * 3) / Math.sqrt(n));
  });
});

describe('exact configurations', () => {
  it('orthonormal: the Gram matrix is the identity, bit for bit', () => {
    const { data } = gram(draw('orthonormal', {}, 5, 8));
    expect(Array.from(data)).toEqual(Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0)));
  });

  it.each([
    [5, 5, 0],
    [5, 5, 0.3],
    [5, 7, -0.2],
    [5, 4, -0.25],
    [2, 2, -1],
    [6, 2, 1],
    [40, 40, 0.999999],
    [33, 32, -1 / 32],
    [1, 2, -0.7],
    [3, 2, -0.5],
    [2, 2, 1 - 1e-12],
  ])('equiangular n = %d, d = %d, ρ = %d', (n, d, cosine) => {
    const all = gram(draw('equiangular', { cosine }, n, d)).data;
    all.forEach((value, at) => {
      expect(value).toBeCloseTo(at % (n + 1) === 0 ? 1 : cosine, 14);
    });
  });

  it('the polygon has the angles 2πi/n', () => {
    const x = draw('regular_polygon', {}, 8, 2);
    expect(row(x, 1)).toBeAllClose([Math.SQRT1_2, Math.SQRT1_2], { absolute: 1e-15 });
    mean(x).forEach((value) => {
      expect(Math.abs(value)).toBeLessThan(1e-15);
    });
  });

  it('the perturbed circle has Fourier modes of equal amplitude up to m, and none beyond', () => {
    const [n, modes, amplitude] = [4096, 6, 0.01];
    const x = draw('perturbed_circle', { amplitude, modes }, n, 2);
    for (let k = 1; k <= 12; k++) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < n; i++) {
        const theta = Math.atan2(row(x, i)[1], row(x, i)[0]);
        real += Math.cos(k * theta) / n;
        imaginary += Math.sin(k * theta) / n;
      }
      expect(Math.hypot(real, imaginary)).toBeCloseTo(k <= modes ? amplitude / 2 : 0, 6);
    }
  });

  it('amplitude 0 of the perturbed circle is the uniform one', () => {
    const x = draw('perturbed_circle', { amplitude: 0 }, 4, 2);
    expect(row(x, 0)).toBeAllClose([Math.SQRT1_2, Math.SQRT1_2], { absolute: 1e-15 });
  });

  it('the exponential map walks |u| along a great circle', () => {
    const x = exponentialMap(Float64Array.of(1, 0, 0), Float64Array.of(0, Math.PI / 2, 0));
    expect(x).toBeAllClose([0, 1, 0], { absolute: 1e-15 });
    expect(exponentialMap(Float64Array.of(0, 1), new Float64Array(2))).toBeAllClose([0, 1]);
  });

  it('masses are equal and sum to 1', () => {
    const { masses } = drawStart(startNamed('uniform'), {}, { n: 8, d: 3, seed: 1 });
    expect(Array.from(masses)).toEqual(new Array(8).fill(1 / 8));
  });
});

describe('refusals', () => {
  it.each([
    ['orthonormal', {}, 5, 4, 'n', 'n is 5 with d = 4'],
    ['equiangular', { cosine: -0.5 }, 4, 4, 'cosine', 'at least −1/(n−1) = -0.333'],
    ['equiangular', { cosine: 0.5 }, 4, 3, 'd', 'expected at least 4'],
    [
      'equiangular',
      { cosine: 1.5 },
      4,
      4,
      'cosine',
      'cosine is 1.5: expected a number from -1 to 1',
    ],
    ['equiangular', { cosin: 0.5 }, 4, 4, 'cosin', 'did you mean "cosine"?'],
    ['uniform', { cosine: 0.5 }, 4, 4, 'cosine', 'it has none'],
    ['regular_polygon', {}, 4, 3, 'd', 'd is 3: expected 2'],
    ['perturbed_circle', { amplitude: 0.5 }, 4, 2, 'amplitude', 'below 1'],
    ['von_mises_fisher', { concentration: Number.NaN }, 4, 3, 'concentration', 'is NaN'],
    ['uniform', {}, 0, 3, 'n', 'n is 0: expected a whole number from 1'],
    ['uniform', {}, 2.5, 3, 'n', 'n is 2.5'],
    ['uniform', {}, 4, 1, 'd', 'd is 1: expected a whole number from 2'],
  ])('%s %o n = %d d = %d', (name, given, n, d, field, message) => {
    expect(() => draw(name, given, n, d)).toThrow(
      expect.objectContaining({ field, message: expect.stringContaining(message) }),
    );
  });

  it('an unknown start has a nearest one', () => {
    expect(() => startNamed('unifrom')).toThrow('did you mean "uniform"?');
  });

  it('every default is valid and every entry describes itself', () => {
    const names = starts.map(({ name }: Start) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const start of starts) {
      expect(start.help).not.toBe('');
      completeStart(start, {});
    }
  });
});
