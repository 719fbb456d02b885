/** Matrix parameters: what is read, what is refused, the spectra of ensembles, and the exponential. */
import { EigenvalueDecomposition, Matrix as LibraryMatrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { MatrixValue } from '../../src/dynamics/dynamics.ts';
import { matrixExponential } from '../../src/dynamics/exponential.ts';
import {
  checkSize,
  isIdentity,
  matrixText,
  readMatrixValue,
  resolveMatrix,
} from '../../src/dynamics/matrices.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { LimitError } from '../../src/numerics/errors.ts';
import { type Matrix, matrix, product, toRows, transposed } from '../../src/numerics/matrix.ts';
import { refusal } from './refusal.ts';

const of = (rows: number[][]): Matrix =>
  matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));

const draw = (ensemble: 'ginibre' | 'wigner', d: number, seed = 1, name = 'value', head = 0) =>
  resolveMatrix({ ensemble, seed }, d, name, head);

/** |λ| of all eigenvalues, falling. */
function moduli(m: Matrix): number[] {
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(
    new LibraryMatrix(toRows(m)),
  );
  return realEigenvalues
    .map((real, k) => Math.hypot(real, imaginaryEigenvalues[k]))
    .sort((a, b) => b - a);
}

describe('reading a matrix value', () => {
  it.each<[unknown, MatrixValue]>([
    ['identity', 'identity'],
    [2.5, { scalar: 2.5 }],
    ['-1', { scalar: -1 }],
    ['diagonal:1,-0.5', { diagonal: [1, -0.5] }],
    ['ginibre:7', { ensemble: 'ginibre', seed: 7 }],
    ['wigner', { ensemble: 'wigner', seed: 1 }],
    [
      [
        [1, 2],
        [3, 4],
      ],
      {
        rows: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [{ scalar: 0 }, { scalar: 0 }],
    [{ diagonal: [0, 1] }, { diagonal: [0, 1] }],
    [
      { ensemble: 'wigner', seed: 3, scale: 2 },
      { ensemble: 'wigner', seed: 3, scale: 2 },
    ],
  ])('%j', (given, value) => {
    expect(readMatrixValue('value', given, 2)).toEqual(value);
  });

  it('takes one block a head, stacked, where there are heads', () => {
    const rows = [
      [1, 0],
      [0, 1],
      [2, 0],
      [0, 2],
    ];
    const value = readMatrixValue('value', rows, 2, { heads: 2 });
    expect(toRows(resolveMatrix(value, 2, 'value', 1))).toEqual([
      [2, 0],
      [0, 2],
    ]);
    expect(refusal(() => readMatrixValue('value', rows, 2)).message).toContain(
      'value is 4 × 2: expected a 2 × 2 matrix, change it or d',
    );
  });

  it.each([
    ['identiti', 'did you mean "identity"?'],
    ['ginibr:7', 'did you mean "ginibre"?'],
    ['ginibre:', 'did you mean "ginibre"?'],
    ['ginibre:7:2', 'did you mean "ginibre"?'],
    ['', 'expected "identity", a number'],
    ['Infinity', 'expected "identity", a number'],
    ['wigner:x', 'has the seed NaN: expected a whole number from 0'],
    ['wigner:1.5', 'has the seed 1.5'],
    ['diagonal:1', 'has 1 number on its diagonal: expected d = 2'],
    ['diagonal:1,', 'has an entry NaN'],
    ['diagonal:1,x', 'has an entry NaN'],
    [Number.NaN, 'has an entry NaN'],
    [true, 'query is true: expected "identity"'],
    [null, 'query is null: expected "identity"'],
    [[1, 0], 'query is [1,0]: expected "identity"'],
    [{ diagnal: [1, 1] }, 'expected "identity"'],
    [{ ensemble: 'ginibre', sed: 7 }, 'expected "identity"'],
    [{ ensemble: 'ginibre' }, 'expected "identity"'],
    [{ ensemble: 'ginibre', seed: -1 }, 'has the seed -1'],
    [{ ensemble: 'ginibre', seed: 1, scale: Number.POSITIVE_INFINITY }, 'has an entry Infinity'],
    [[], 'query is 0 × 0: expected a 2 × 2 matrix'],
    [[[1, 0, 0]], 'query is 1 × 3: expected a 2 × 2 matrix'],
    [[[1, 0], [1]], 'has 1 number in row 2: expected 2 as in the first row'],
    [
      [
        [1, 0],
        [0, Number.NaN],
      ],
      'has an entry NaN: expected finite numbers',
    ],
  ])('refuses %j', (given, message) => {
    const found = refusal(() => readMatrixValue('query', given, 2));
    expect(found.field).toBe('query');
    expect(found.message).toContain(message);
    expect(found.message).not.toContain('\n');
  });

  it('shows blocks in the message where there are heads', () => {
    const { message } = refusal(() => readMatrixValue('value', [[1]], 2, { heads: 3 }));
    expect(message).toContain('expected a 2 × 2 matrix, or 6 × 2 with one block a head');
  });
});

describe('as the catalogue shows it', () => {
  it.each<[string, MatrixValue]>([
    ['"identity"', 'identity'],
    ['{"scalar": -1}', { scalar: -1 }],
    ['{"diagonal": [1, -0.5]}', { diagonal: [1, -0.5] }],
    [
      ' [[-1,0],[0,-1]] ',
      {
        rows: [
          [-1, 0],
          [0, -1],
        ],
      },
    ],
    [
      '{"rows": [[1, 0], [0, 1]]}',
      {
        rows: [
          [1, 0],
          [0, 1],
        ],
      },
    ],
    ['"ginibre:7"', { ensemble: 'ginibre', seed: 7 }],
    ['{"ensemble": "wigner", "seed": 1, "scale": 2}', { ensemble: 'wigner', seed: 1, scale: 2 }],
    ['"diagonal:1,2"', { diagonal: [1, 2] }],
  ])('%s is read, and comes back from its text', (text, value) => {
    expect(readMatrixValue('value', text, 2)).toEqual(value);
    expect(readMatrixValue('value', matrixText(value), 2)).toEqual(value);
  });

  it.each([
    'ginibre:run',
    '{"ensemble": "ginibre", "seed": "run"}',
    { ensemble: 'ginibre', seed: 'run' },
  ])('%s is drawn with the seed of the run, and refused where there is none', (given) => {
    const value = { ensemble: 'ginibre', seed: 12 };
    expect(readMatrixValue('value', given, 2, {}, 12)).toEqual(value);
    expect(refusal(() => readMatrixValue('value', given, 2))).toMatchObject({
      field: 'value',
      message: expect.stringContaining('there is no run here: expected a seed, such as ginibre:1'),
    });
  });

  it.each([
    ['[[1,0],[0,1]', 'which is no JSON'],
    ['{"scale": 1}', 'expected "identity"'],
    ['[[1,0],[0,"1"]]', 'expected "identity"'],
    ['[[1,0]]', 'value is 1 × 2: expected a 2 × 2 matrix'],
  ])('%s is refused', (text, message) => {
    expect(refusal(() => readMatrixValue('value', text, 2)).message).toContain(message);
  });
});

describe('queries and keys of few rows', () => {
  const query = [
    [1, 2, 3],
    [0, -1, 2],
  ];
  const key = [
    [0, 1, 0],
    [3, 0, -2],
  ];
  const sa = dynamicsNamed('sa');

  it('score by the inner product in R^k', () => {
    const given = completeParameters(sa, { query, key, beta: 2 }, 3);
    const { weights, beta } = sa.interaction!(given, 3, 0);
    const [x, y] = [
      [0.3, -0.2, 0.9],
      [-1, 0.5, 0.25],
    ];
    const image = (rows: number[][], z: number[]) =>
      rows.map((row) => row.reduce((sum, entry, c) => sum + entry * z[c], 0));
    const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a, (value, c) => value * b[c]).reduce((sum, value) => sum + value, 0);
    const projected = (w: Matrix, z: number[]) =>
      product(matrix(1, 3, Float64Array.from(z)), w).data;
    expect(inner(projected(weights!.query, x), projected(weights!.key, y))).toBeCloseTo(
      inner(image(query, x), image(key, y)),
      14,
    );
    expect(beta).toEqual([2]);
  });

  it.each([
    [{ query }, 'query is 2 × 3 and key 3 × 3: expected as many rows'],
    [{ key, query: [[1, 0, 0]] }, 'query is 1 × 3 and key 2 × 3'],
    [
      { query: [[1, 0]], key: [[1, 0]] },
      'query is 1 × 2: expected a 3 × 3 matrix, or k × 3 with k < 3',
    ],
    [{ query: [...query, ...query], key }, 'query is 4 × 3'],
    [{ value: query }, 'value is 2 × 3: expected a 3 × 3 matrix, change it or d'],
    [{ query: [], key: [] }, 'query is 0 × 0'],
  ])('refuses %j', (given, message) => {
    expect(refusal(() => completeParameters(sa, given, 3)).message).toContain(message);
  });
});

describe('the matrix of a value', () => {
  it('is what it says', () => {
    const rows = (value: MatrixValue) => toRows(resolveMatrix(value, 2, 'value'));
    expect(rows('identity')).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(rows({ scalar: 3 })).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(rows({ diagonal: [1, 2] })).toEqual([
      [1, 0],
      [0, 2],
    ]);
    const given = [
      [1, 2],
      [3, 4],
    ];
    expect(rows({ rows: given })).toEqual(given);
    expect(toRows(transposed(resolveMatrix({ rows: given }, 2, 'value')))).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('knows the identity in every form that costs no look at d × d numbers', () => {
    expect(isIdentity('identity')).toBe(true);
    expect(isIdentity({ scalar: 1 })).toBe(true);
    expect(isIdentity({ diagonal: [1, 1] })).toBe(true);
    expect(isIdentity({ diagonal: [1, 2] })).toBe(false);
    expect(isIdentity({ ensemble: 'wigner', seed: 1 })).toBe(false);
  });

  it('is refused where it would not fit into memory', () => {
    expect(() => resolveMatrix({ scalar: 2 }, 100_000, 'value')).toThrow(LimitError);
    expect(refusal(() => checkSize('heads', 4000, 4)).message).toContain('d up to 2896');
  });
});

describe('ensembles', () => {
  it('are the same for a seed; another for another seed, name or head', () => {
    const first = draw('ginibre', 5).data;
    expect(draw('ginibre', 5).data).toEqual(first);
    for (const other of [
      draw('ginibre', 5, 2),
      draw('ginibre', 5, 1, 'query'),
      draw('ginibre', 5, 1, 'value', 1),
    ])
      expect(other.data).not.toEqual(first);
  });

  it('scale multiplies the entries', () => {
    const doubled = resolveMatrix({ ensemble: 'ginibre', seed: 1, scale: 2 }, 5, 'value');
    expect(doubled.data).toBeAllClose(draw('ginibre', 5).data.map((entry) => 2 * entry));
  });

  it('Ginibre: entries N(0, 1/d), eigenvalues in the unit disk', () => {
    const d = 200;
    const sample = draw('ginibre', d);
    const square = sample.data.reduce((sum, entry) => sum + entry * entry, 0) / d;
    expect(Math.abs(square - 1)).toBeLessThan((4 * Math.SQRT2) / d);
    const [radius, ...others] = moduli(sample);
    expect(Math.abs(radius - 1)).toBeLessThan(0.15);
    // The circular law: a share r² of the eigenvalues lies within r.
    expect(others.filter((value) => value < 0.5).length / d).toBeCloseTo(0.25, 1);
  });

  it('Wigner: symmetric, norm 2, semicircle', () => {
    const d = 200;
    const sample = draw('wigner', d);
    expect(transposed(sample).data).toEqual(sample.data);
    const values = moduli(sample);
    expect(Math.abs(values[0] - 2)).toBeLessThan(0.15);
    const moment = (p: number) => values.reduce((sum, value) => sum + value ** p, 0) / d;
    expect(moment(2)).toBeCloseTo(1, 1);
    // Catalan number 2.
    expect(Math.abs(moment(4) - 2)).toBeLessThan(0.15);
  });

  it('Wigner of d = 1 has variance 2, as the diagonal of the GOE', () => {
    let square = 0;
    for (let seed = 0; seed < 4000; seed++) square += draw('wigner', 1, seed).data[0] ** 2 / 4000;
    expect(Math.abs(square - 2)).toBeLessThan(4 * Math.sqrt(8 / 4000));
  });
});

describe('the matrix exponential', () => {
  it('of a rotation generator is the rotation', () => {
    for (const angle of [1e-8, 0.3, 2, 40]) {
      const turn = matrixExponential(
        of([
          [0, -1],
          [1, 0],
        ]),
        angle,
      );
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      expect(turn.data).toBeAllClose([cos, -sin, sin, cos], { absolute: 1e-14 * (1 + angle) });
    }
  });

  it('of a nilpotent matrix ends after n terms', () => {
    const jordan = of([
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(matrixExponential(jordan, 6).data).toBeAllClose([1, 6, 18, 0, 1, 6, 0, 0, 1], {
      relative: 1e-14,
    });
  });

  it('of a diagonal matrix is that of its entries, each to relative accuracy', () => {
    const diagonal = resolveMatrix({ diagonal: [1, -0.5, 0] }, 3, 'value');
    const { data } = matrixExponential(diagonal, -20);
    expect(data).toBeAllClose(
      [Math.exp(-20), 0, 0, 0, Math.exp(10), 0, 0, 0, 1],
      // Squaring doubles the relative error six times.
      { absolute: 0, relative: 1e-13 },
    );
  });

  it('is the identity at scale 0 and for the zero matrix, and has the inverse at −t', () => {
    const ginibre = draw('ginibre', 12);
    const identity = resolveMatrix('identity', 12, 'value').data;
    expect(matrixExponential(ginibre, 0).data).toEqual(identity);
    expect(matrixExponential(matrix(12, 12)).data).toEqual(identity);
    const back = product(matrixExponential(ginibre, 2), matrixExponential(ginibre, -2));
    expect(back.data).toBeAllClose(identity, { absolute: 1e-12 });
  });

  it('says NaN where the exponent is not finite, and ends', () => {
    const large = resolveMatrix({ scalar: 1e300 }, 2, 'value');
    expect(matrixExponential(large, 1e10).data.every(Number.isNaN)).toBe(true);
  });
});
