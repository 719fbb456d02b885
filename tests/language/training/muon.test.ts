/** The step of Muon against singular values that are known. */
import { describe, expect, it } from 'vitest';
import { muonStep, orthogonalised } from '../../../src/language/training/muon.ts';
import type { ParameterPart } from '../../../src/language/training/parts.ts';
import { matrix, product, transposed } from '../../../src/numerics/matrix.ts';
import { random } from '../../../src/numerics/random.ts';
import { singularValues } from '../../../src/numerics/spectrum.ts';

const gaussian = (rows: number, columns: number) => {
  const draw = random(1);
  return matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => draw.gaussian()),
  );
};

describe('the nearest orthogonal matrix', () => {
  it('has singular values about 1, whatever they were', () => {
    for (const value of singularValues(orthogonalised(gaussian(6, 40)))) {
      expect(value).toBeGreaterThan(0.6);
      expect(value).toBeLessThan(1.25);
    }
  });

  it('keeps the singular vectors: X Yᵀ stays symmetric', () => {
    const x = gaussian(5, 12);
    const mixed = product(x, transposed(orthogonalised(x)));
    expect(mixed.data).toBeAllClose([...transposed(mixed).data], { absolute: 1e-10 });
  });

  it('does not see the scale of the matrix, and leaves zero alone', () => {
    const x = gaussian(3, 8);
    const large = matrix(
      3,
      8,
      x.data.map((entry) => 1e6 * entry),
    );
    expect(orthogonalised(large).data).toBeAllClose([...orthogonalised(x).data], {
      absolute: 1e-9,
    });
    const zero = matrix(3, 8);
    expect(orthogonalised(zero)).toEqual(zero);
  });

  it('turns a number into its sign, up to the iteration’s own band', () => {
    const [sign] = orthogonalised(matrix(1, 1, Float64Array.of(-7))).data;
    expect(Math.abs(sign + 1)).toBeLessThan(0.35);
  });
});

describe('a step', () => {
  const part = (changes: Partial<ParameterPart> = {}): ParameterPart => ({
    name: 'part',
    shape: [4, 4],
    offset: 0,
    size: 16,
    standardDeviation: 0,
    pace: 1,
    decays: false,
    ...changes,
  });
  const settings = { learningRate: 0.1, weightDecay: 0, momentum: 0.9, scale: 1 };
  const gradient = Float32Array.from(gaussian(4, 4).data);
  const stepped = (axis: 'rows' | 'columns', changes = {}, start = 0) => {
    const values = new Float32Array(16).fill(start);
    const mean = new Float32Array(16);
    const own = { ...settings, ...changes };
    muonStep(part({ decays: true }), { count: 2, axis }, values, gradient, mean, own);
    return { values, mean };
  };

  it('moves each head on its own: another head’s gradient changes nothing', () => {
    for (const axis of ['rows', 'columns'] as const) {
      const ofFirst = (i: number) => (axis === 'rows' ? i < 8 : i % 4 < 2);
      const other = gradient.map((g, i) => (ofFirst(i) ? g : 5 - g));
      const values = new Float32Array(16);
      muonStep(part(), { count: 2, axis }, values, other, new Float32Array(16), settings);
      const before = stepped(axis).values;
      values.forEach((value, i) => {
        if (ofFirst(i)) expect(value).toBe(before[i]);
        else expect(value).not.toBe(before[i]);
      });
    }
  });

  it('has rows and columns of heads as each other’s transposes', () => {
    const turned = (m: Float32Array) =>
      Float32Array.from(transposed(matrix(4, 4, Float64Array.from(m))).data);
    const values = new Float32Array(16);
    const columns = { count: 2, axis: 'columns' } as const;
    muonStep(part(), columns, values, turned(gradient), new Float32Array(16), settings);
    expect(turned(values)).toBeAllClose([...stepped('rows').values], { absolute: 1e-7 });
  });

  it('has the size of a fifth of the learning rate, against the gradient, and keeps a running mean', () => {
    const { values, mean } = stepped('rows');
    const size = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / 16);
    expect(size).toBeGreaterThan(0.7 * 0.2 * 0.1);
    expect(size).toBeLessThan(1.2 * 0.2 * 0.1);
    expect(values.reduce((sum, v, i) => sum + v * gradient[i], 0)).toBeLessThan(0);
    expect(mean).toBeAllClose([...gradient.map((g) => 0.1 * g)], { absolute: 1e-7 });
  });

  it('shrinks what it decays', () => {
    const plain = stepped('rows', {}, 1).values;
    const decayed = stepped('rows', { weightDecay: 0.5 }, 1).values;
    decayed.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i] - 0.05, 6);
    });
  });
});
