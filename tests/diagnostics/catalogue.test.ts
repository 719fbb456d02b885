import { describe, expect, it } from 'vitest';
import { diagnostics, runDiagnostics } from '../../src/diagnostics/catalogue.ts';
import { prepareFrame } from '../../src/diagnostics/diagnostic.ts';
import { energyAt } from '../../src/diagnostics/energy.ts';
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { equiangular, fromRows, onCircle, permuted, rotated, scattered } from './configurations.ts';

/** The values of one frame by name. */
function valuesOf(positions: Matrix, rest: { couplings?: Matrix[]; previous?: Matrix } = {}) {
  const record = runDiagnostics([{ positions, ...rest }]);
  return Object.fromEntries(Object.entries(record).map(([name, [value]]) => [name, value]));
}

/** All numbers of a frame in one list, null as NaN-free absence. */
function flat(values: Record<string, number | number[] | null>): number[] {
  return Object.values(values).flatMap((value) => value ?? []);
}

function equiangularRank(n: number, cosine: number): number {
  const values = [Math.sqrt(1 + (n - 1) * cosine), ...Array(n - 1).fill(Math.sqrt(1 - cosine))];
  const sum = values.reduce((a, b) => a + b);
  return Math.exp(-values.reduce((h, s) => h + (s / sum) * Math.log(s / sum), 0));
}

describe('the catalogue', () => {
  it('gives each diagnostic a unique name, a title, help and a citation', () => {
    const names = diagnostics.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, title, help, citation } of diagnostics) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(Math.min(title.length, help.length, citation.length)).toBeGreaterThan(0);
    }
  });

  it('gives one entry a frame, null where the start defines none', () => {
    const coupling = matrix(3, 3, new Float64Array(9).fill(1 / 3));
    const record = runDiagnostics([
      { positions: onCircle([0, 1, 2]) },
      { positions: onCircle([0.1, 1.1, 2.1]), couplings: [coupling] },
    ]);
    for (const values of Object.values(record)) expect(values).toHaveLength(2);
    expect(record.displacement[0]).toBeNull();
    expect(record.displacement[1]).toBeCloseTo(0.1, 14);
    expect(record.attention_entropy).toEqual([null, expect.closeTo(Math.log(3), 14)]);
  });

  it('defines no pair of a single particle', () => {
    const values = valuesOf(fromRows([[0, 1]]));
    expect(values.cosine_mean).toBeNull();
    expect(values.cosine_min).toBeNull();
    expect(values.effective_rank).toBeCloseTo(1, 14);
  });
});

describe('exact answers', () => {
  it.each([
    [2, 0.5],
    [8, 0],
    [17, 0.3],
    [5, 0.999],
  ])('%i equiangular tokens of cosine %d', (n, cosine) => {
    const values = valuesOf(equiangular(n, cosine));
    const energy = (Math.expm1(1) + (n - 1) * Math.expm1(cosine)) / (2 * n);
    expect([values.cosine_mean, values.cosine_min, values.energy]).toBeAllClose(
      [cosine, cosine, energy],
      { absolute: 1e-14 },
    );
    expect(values.effective_rank).toBeCloseTo(equiangularRank(n, cosine), 11);
  });

  it('orthonormal tokens use all directions', () => {
    expect(valuesOf(equiangular(9, 0)).effective_rank).toBeCloseTo(9, 12);
  });

  it('equal tokens use one direction and have the largest energy', () => {
    const values = valuesOf(fromRows(Array(20).fill([0.6, 0.8, 0])));
    expect(values.effective_rank).toBeCloseTo(1, 12);
    expect(values.energy).toBeCloseTo((Math.E - 1) / 2, 14);
    expect(values.cosine_min).toBeCloseTo(1, 14);
  });

  it('the effective rank is the same from either Gram matrix', () => {
    const wide = scattered(7, 9, 1);
    const transposed = matrix(9, 7);
    for (let i = 0; i < 7; i++)
      for (let k = 0; k < 9; k++) transposed.data[k * 7 + i] = wide.data[i * 9 + k];
    const rank = diagnostics.find(({ name }) => name === 'effective_rank');
    const [a, b] = [wide, transposed].map((positions) =>
      rank?.compute(prepareFrame({ positions })),
    );
    expect(a).toBeCloseTo(Number(b), 11);
  });

  it('the energy exists at β = 0 and tends to it', () => {
    const frame = prepareFrame({ positions: scattered(6, 3, 2) });
    expect(energyAt(frame, 0)).toBeCloseTo(energyAt(frame, 1e-9), 8);
    const pair = prepareFrame({ positions: onCircle([0, Math.PI / 2]) });
    expect(energyAt(pair, 0)).toBeCloseTo(1 / 4, 15);
    expect(energyAt(pair, 2)).toBeCloseTo(Math.expm1(2) / 8, 14);
  });

  it('counts every pair once in the histogram, the end 1 in the last bin', () => {
    const counts = valuesOf(onCircle([0, 0, Math.PI / 2, Math.PI])).cosine_histogram as number[];
    expect(counts).toHaveLength(40);
    expect([counts[0], counts[39], counts[19] + counts[20]]).toEqual([2, 1, 3]);
  });

  it('attention entropy is the mean over heads and rows', () => {
    const own = fromRows([
      [1, 0],
      [0, 1],
    ]);
    const all = fromRows([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    const values = valuesOf(onCircle([0, 1]), { couplings: [own, all] });
    expect(values.attention_entropy).toBeCloseTo(Math.log(2) / 2, 15);
  });

  it('displacement keeps its digits for tiny steps', () => {
    const values = valuesOf(onCircle([1e-9, 3]), { previous: onCircle([0, 3]) });
    expect(values.displacement).toBeCloseTo(5e-10, 22);
  });
});

describe('symmetry', () => {
  const positions = scattered(12, 5, 3);
  const previous = scattered(12, 5, 4);
  const order = [5, 0, 11, 3, 1, 2, 10, 9, 8, 4, 7, 6];

  it('a rotation of all frames changes nothing', () => {
    const turned = { previous: rotated(previous, 9) };
    expect(flat(valuesOf(rotated(positions, 9), turned))).toBeAllClose(
      flat(valuesOf(positions, { previous })),
      { absolute: 1e-12 },
    );
  });

  it('nor does a permutation of the tokens', () => {
    const shuffled = { previous: permuted(previous, order) };
    expect(flat(valuesOf(permuted(positions, order), shuffled))).toBeAllClose(
      flat(valuesOf(positions, { previous })),
      { absolute: 1e-12 },
    );
  });
});
