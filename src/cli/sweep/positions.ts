/** The positions of a sweep's cells, a file each that appears whole, before the row of its cell. */
import { join } from 'node:path';
import type { SimulationFrame } from '../../flow/frames.ts';
import { errorCode, makeFolder, writeFileSafely } from '../../host/files.ts';
import { encodeNpy } from '../../host/npy.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { cellCount } from './grid.ts';
import type { SweepRequest } from './request.ts';

/** Below the folder of the sweep; positions/17.npy is of cell 17. */
const FOLDER = 'positions';

/** Files of a folder. */
const MOST_FILES = 100_000;

/** Whether a sweep keeps positions. Throws InputError without times to keep them at, LimitError for too many cells. */
export function keepsPositions({ flags, grid }: SweepRequest): boolean {
  if (!flags.positions) return false;
  if (flags.saveAt === undefined)
    throw new InputError(
      'positions',
      'option positions needs save-at: expected the times at which they are kept, such as --save-at 0,10',
    );
  const cells = cellCount(grid);
  if (cells > MOST_FILES)
    throw new LimitError(
      'positions',
      `the grid has ${cells} cells: expected up to ${MOST_FILES} with their positions, sweep parts of it into folders of their own`,
    );
  return true;
}

/** Makes the folder, without what a killed process left of a file. Throws InputError (field `out`). */
export const preparePositions = (out: string): void => makeFolder(join(out, FOLDER));

/**
 * Writes [frames, n, d]: the saved times that the cell reached and, where it stopped before the end, its last
 * frame. Throws Error where the system refuses.
 */
export function keepPositions(out: string, cell: number, frames: readonly SimulationFrame[]): void {
  const path = join(out, FOLDER, `${cell}.npy`);
  const arrays = frames.map(({ positions }) => positions);
  const [{ rows, columns }] = arrays;
  try {
    writeFileSafely(
      path,
      encodeNpy(
        [arrays.length, rows, columns],
        arrays.map(({ data }) => data),
      ),
    );
  } catch (error) {
    throw new Error(
      `cannot write ${path} (${errorCode(error)}): the cells before it are kept, make room and run the same command again`,
    );
  }
}
