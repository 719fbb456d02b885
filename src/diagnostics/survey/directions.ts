/**
 * Directions of a frame as they are, and centred: what all share is taken from each, and what is left is brought to the
 * sphere again, c_i = (u_i − m)/|u_i − m|. Source of the need: Ethayarajh, How contextual are contextualized word
 * representations? (arXiv 1909.00512); centring: Mu and Viswanath, All-but-the-top (arXiv 1702.01417).
 */
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';

/** Fewer directions are opposite, or equal, once they are centred, whatever they were. */
const FEWEST = 3;

/** Unit rows of states [n, d] and their lengths. Throws InputError (field `frames`) for a state of length 0. */
export function directionsOf({ rows, columns, data }: Matrix, frame: number) {
  const out = matrix(rows, columns);
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k] * data[k];
    norms[i] = Math.sqrt(sum);
    if (norms[i] === 0)
      throw new InputError(
        'frames',
        `token ${i} of frame ${frame} is 0 and has no direction: expected states that differ from 0, so leave it out`,
      );
    for (let k = i * columns; k < (i + 1) * columns; k++) out.data[k] = data[k] / norms[i];
  }
  return { directions: out, norms };
}

/** The mean of rows. */
export function meanOf({ rows, columns, data }: Matrix): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) out[k] += data[i * columns + k] / rows;
  return out;
}

/**
 * Centred by `mean`, which may be another text's; by their own, where none is given. Throws InputError (field
 * `frames`) for fewer than three rows with a mean of their own, and for one that is the mean itself.
 */
export function centred(directions: Matrix, mean?: Float64Array): Matrix {
  const { rows, columns } = directions;
  if (!mean && rows < FEWEST)
    throw new InputError(
      'frames',
      `${rows} tokens cannot be centred by their own mean: expected ${FEWEST} at least, so give a longer text, or a reference text`,
    );
  const middle = mean ?? meanOf(directions);
  const out = matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const value = directions.data[i * columns + k] - middle[k];
      out.data[i * columns + k] = value;
      sum += value * value;
    }
    const length = Math.sqrt(sum);
    // all tokens alike: nothing is left of them
    if (!(length > 1e-12)) out.data.fill(0, i * columns, (i + 1) * columns);
    else for (let k = 0; k < columns; k++) out.data[i * columns + k] /= length;
  }
  return out;
}
