/** Every start at the smallest and largest sizes. */
import { describe, expect, it } from 'vitest';
import { completeStart, drawStart, startNamed, starts } from '../../src/geometry/catalogue.ts';
import { LimitError } from '../../src/numerics/errors.ts';
import { row } from '../../src/numerics/matrix.ts';
import { norm } from '../../src/numerics/vectors.ts';

/** Parameters at the ends of their ranges. */
const EXTREMES: Record<string, Record<string, number>[]> = {
  von_mises_fisher: [{ concentration: 0 }, { concentration: 1e12 }],
  wrapped_gaussian_mixture: [{ components: 1, spread: 0 }, { spread: 10 }, { components: 10_000 }],
  equiangular: [{ cosine: -1 }, { cosine: 1 }, { cosine: 0 }],
  perturbed_circle: [
    { amplitude: 0.99, modes: 1 },
    { amplitude: 0.000999, modes: 1000 },
  ],
  box: [{ half_width: 0 }, { half_width: 1e100 }],
  gaussian: [{ deviation: 0 }, { deviation: 1e100 }],
};

describe.each(starts.map((start) => [start.name, start] as const))('start %s', (name, start) => {
  const smallest = start.space === 'sphere' ? 2 : 1;
  const sizes = start.dimension
    ? [
        [1, start.dimension],
        [1000, start.dimension],
      ]
    : [
        [1, smallest],
        [1, 2],
        [1, 3],
        [1, 100_000],
        [2, 100_000],
      ];

  it.each(sizes)('n = %d, d = %d', (n, d) => {
    const parameters = [{}, ...(EXTREMES[name] ?? [])];
    for (const given of parameters) {
      const { positions, masses } = drawStart(start, given, { n, d, seed: 4_294_967_295 });
      expect(positions).toMatchObject({ rows: n, columns: d });
      expect(positions.data.every(Number.isFinite)).toBe(true);
      expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
      if (start.space === 'euclidean') continue;
      for (let i = 0; i < n; i++) expect(norm(row(positions, i))).toBeCloseTo(1, 13);
    }
  });
});

describe('refusals of size', () => {
  it('one coordinate is no sphere, but is a line', () => {
    for (const start of starts) {
      const draw = () => drawStart(start, {}, { n: 1, d: 1, seed: 1 });
      if (start.space === 'euclidean') expect(draw().positions.columns).toBe(1);
      else expect(draw).toThrow(expect.objectContaining({ field: 'd' }));
    }
  });

  it('more numbers than fit into memory are refused before any is drawn', () => {
    const draw = () => drawStart(startNamed('uniform'), {}, { n: 10_000_000, d: 100_000, seed: 1 });
    expect(draw).toThrow(LimitError);
    expect(draw).toThrow('expected n · d up to 134217728, lower n to 1342 or lower d');
  });

  it('undefined is not given', () => {
    const gaussian = startNamed('gaussian');
    expect(completeStart(gaussian, { deviation: undefined })).toEqual({ deviation: 1 });
  });
});
