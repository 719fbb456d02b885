/** Frames of particles from an array in a file. */
import { readNpy } from '../host/npy.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';

/** [n, d] by frame, from .npy [frames, n, d]. Throws InputError (field `frames`) for another shape. */
export function readFrames(path: string): Matrix[] {
  const { shape, data } = readNpy(path, 'frames');
  if (shape.length !== 3)
    throw new InputError(
      'frames',
      `${path} has the shape (${shape.join(', ')}), expected frames of rows of numbers (frames, n, d): ${remedyFor(shape)}`,
    );
  const [count, n, d] = shape;
  return Array.from({ length: count }, (_, k) =>
    matrix(n, d, Float64Array.from(data.subarray(k * n * d, (k + 1) * n * d))),
  );
}

function remedyFor([first, second, ...others]: readonly number[]): string {
  if (others.length !== 2) return 'stack the frames, numpy.stack([first, second, …])';
  return first > 1 && second === 1 ? 'save array[:, 0]' : 'save one run, such as array[0]';
}
