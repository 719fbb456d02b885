/** Rows of finite numbers from a file, whatever they are. */
import { checkPositions } from '../geometry/given.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { readPositions } from './simulation-input.ts';

/** [n, d] from .csv or .npy. Throws InputError for a file that has none, or rows of different lengths. */
export const readRows = (path: string, field: string): Matrix =>
  checkPositions(readPositions(path, field), {
    ...({ space: 'euclidean', normalise: false } as const),
    source: path,
  });
