import { describe, expect, it } from 'vitest';
import { checkPositions } from '../../src/geometry/given.ts';
import { matrix } from '../../src/numerics/matrix.ts';

const onSphere = { space: 'sphere', normalise: false } as const;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ name: 'InputError' });
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was refused');
}

describe('given positions', () => {
  it('unit vectors are kept bit for bit, as a copy', () => {
    const given = matrix(2, 2, Float64Array.of(0.6, 0.8, Math.SQRT1_2, Math.SQRT1_2));
    const taken = checkPositions(given, onSphere);
    expect(taken.data).toEqual(given.data);
    expect(taken.data).not.toBe(given.data);
  });

  it('float32 unit vectors are brought onto the sphere', () => {
    const rows = [[Math.fround(0.6), Math.fround(0.8)]];
    const { data } = checkPositions(rows, onSphere);
    expect(Math.hypot(...data)).toBeCloseTo(1, 15);
  });

  it('says by how much they are off the sphere, where, and how to normalise', () => {
    const message = refusal(() =>
      checkPositions(
        [
          [1, 0],
          [0, 1.25],
          [2, 0],
        ],
        onSphere,
      ),
    );
    expect(message).toContain('by up to 1.00 (row 3, length 2.00000; 2 of 3 rows)');
    expect(message).toContain('--normalise');
    const { data } = checkPositions(
      [
        [1, 0],
        [0, 1.25],
      ],
      { ...onSphere, normalise: true },
    );
    expect(Array.from(data)).toEqual([1, 0, 0, 1]);
  });

  it('takes any lengths in Euclidean space', () => {
    const { data } = checkPositions([[3], [0]], { space: 'euclidean', normalise: false });
    expect(Array.from(data)).toEqual([3, 0]);
  });

  it('refuses nothing, ragged rows, and what is not finite', () => {
    expect(refusal(() => checkPositions([], onSphere))).toContain('init is empty');
    expect(refusal(() => checkPositions([[]], onSphere))).toContain('is empty');
    expect(refusal(() => checkPositions(matrix(0, 3), onSphere))).toContain('is empty');
    const ragged = refusal(() => checkPositions([[1, 0], [1]], { ...onSphere, source: 'a.csv' }));
    expect(ragged).toContain('a.csv has 1 number in row 2: expected 2');
    const broken = refusal(() =>
      checkPositions(
        [
          [1, 0],
          [0, Number.NaN],
        ],
        onSphere,
      ),
    );
    expect(broken).toContain('has NaN in row 2, column 2');
    // From plain JavaScript: null would be read as 0, and "1" as 1.
    for (const [stranger, shown] of [
      [null, 'null'],
      ['1', '"1"'],
      [true, 'true'],
    ] as const) {
      const rows = [
        [1, 0],
        [stranger as unknown as number, 1],
      ];
      expect(refusal(() => checkPositions(rows, onSphere))).toContain(`has ${shown} in row 2`);
    }
  });

  it('refuses the zero vector even with normalise, and one coordinate on a sphere', () => {
    const zero = refusal(() => checkPositions([[0, 0]], { ...onSphere, normalise: true }));
    expect(zero).toContain('has a point of length 0 in row 1');
    expect(refusal(() => checkPositions([[1]], onSphere))).toContain('d is 1: expected');
  });
});
