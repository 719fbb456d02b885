/** Starts in which all pairs have one cosine: the orthonormal one, and the general one. */
import { InputError } from '../numerics/errors.ts';
import { unitVector } from '../numerics/vectors.ts';
import { retract } from './sphere.ts';
import { fromRows, numberIn, type Start } from './start.ts';

export const orthonormal: Start = {
  name: 'orthonormal',
  title: 'Orthonormal',
  help: 'The first n axes: all cosines are 0. Needs n ≤ d.',
  citation: 'arXiv 2312.10794, section 6',
  space: 'sphere',
  parameters: [],
  seeded: false,
  positions: ({ n, d }) => {
    if (n > d)
      throw new InputError(
        'n',
        `n is ${n} with d = ${d}: expected at most ${d} orthonormal points, lower n or raise d`,
      );
    return fromRows(n, d, (i) => unitVector(i, d));
  },
};

/**
 * Row i of the Cholesky factor of (1 − ρ) I + ρ 11ᵀ, in closed form: column j < i holds
 * ρ √((1−ρ) / ((1+(j−1)ρ)(1+jρ))), and the diagonal √((1−ρ)(1+iρ) / (1+(i−1)ρ)).
 */
function choleskyRow(i: number, rho: number, d: number): Float64Array {
  const out = new Float64Array(d);
  if (i === 0) out[0] = 1;
  else out[0] = rho;
  for (let j = 1; j < Math.min(i, d); j++)
    out[j] = rho * Math.sqrt((1 - rho) / ((1 + (j - 1) * rho) * (1 + j * rho)));
  if (i > 0 && i < d)
    out[i] = Math.sqrt(Math.max(0, ((1 - rho) * (1 + i * rho)) / (1 + (i - 1) * rho)));
  return retract(out);
}

export const equiangular: Start = {
  name: 'equiangular',
  title: 'Equiangular',
  help: 'All pairs have the cosine ρ, −1/(n−1) ≤ ρ ≤ 1. Needs d ≥ n, or d ≥ n − 1 at the lowest ρ (a simplex).',
  citation: 'arXiv 2312.10794, section 6',
  space: 'sphere',
  parameters: [
    {
      type: 'number',
      name: 'cosine',
      title: 'Cosine ρ',
      help: 'The cosine of every pair.',
      unit: '',
      default: 0.5,
      minimum: -1,
      maximum: 1,
      integer: false,
    },
  ],
  seeded: false,
  positions: ({ n, d, values }) => {
    const rho = simplexOr(numberIn(values, 'cosine'), n);
    checkRoom(n, d, rho);
    return fromRows(n, d, (i) => choleskyRow(i, rho, d));
  },
};

/** ρ, or exactly −1/(n−1) where it is that but for rounding. Throws InputError below it. */
function simplexOr(rho: number, n: number): number {
  const least = n > 1 ? -1 / (n - 1) : -1;
  if (rho < least - 1e-12)
    throw new InputError(
      'cosine',
      `cosine is ${rho} for n = ${n}: expected at least −1/(n−1) = ${least}, raise it or lower n`,
    );
  return n > 1 && rho < least + 1e-12 ? least : rho;
}

function checkRoom(n: number, d: number, rho: number): void {
  const rank = rho === 1 ? 1 : n > 1 && rho === -1 / (n - 1) ? n - 1 : n;
  if (d >= rank) return;
  throw new InputError(
    'd',
    `d is ${d}: expected at least ${rank} for ${n} points with all cosines ${rho}, raise d or lower n`,
  );
}
