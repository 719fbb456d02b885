/** Rows of finite numbers from a file. */
import { checkPositions } from '../../geometry/given.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { readPositions } from '../simulation-input.ts';

/** [n, d] from .csv or .npy. Throws InputError (`field`) for a file that has none. */
export const readPoints = (path: string, field: string): Matrix =>
  checkPositions(readPositions(path, field), {
    ...({ space: 'euclidean', normalise: false } as const),
    source: path,
  });
