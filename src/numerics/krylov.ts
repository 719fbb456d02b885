/**
 * The largest singular value and the rightmost eigenvalue of a linear map that is known by its products alone. Not
 * all of a spectrum: of a small matrix, spectrum.ts has it.
 *
 * A residual says how good what was found is, as a backward error: the value is exact for a map that is so far away
 * in norm. It says nothing of what was not met, and for maps far from normal an eigenvalue moves by more than that.
 */
import { hypot } from './elementary.ts';
import { type Matrix, matrix, row } from './matrix.ts';
import { random } from './random.ts';
import { type Complex, eigenpairs, symmetricEigen } from './spectrum.ts';
import { dot, norm } from './vectors.ts';

/** A linear map of R^size to itself. */
export interface SquareMap {
  readonly size: number;
  /** J v: a new array. */
  push(v: Float64Array): Float64Array;
  /** Jᵀ u: a new array. */
  pull(u: Float64Array): Float64Array;
}

export interface KrylovOptions {
  /** Of a residual, in units of the map's largest singular value as far as it is known. */
  readonly tolerance: number;
  /** Products with the map and its transpose after which the search ends. */
  readonly products: number;
  /** Of the start, a random direction. */
  readonly seed: number;
}

interface Found {
  /** |Jᵀu − σv| of unit vectors with Jv = σu, or |Jv − λv| of a unit vector. */
  readonly residual: number;
  /** Whether the residual is within the tolerance. */
  readonly converged: boolean;
  readonly products: number;
}

export interface LargestSingularValue extends Found {
  readonly value: number;
  /** v, of length 1: the direction that is stretched most. */
  readonly right: Float64Array;
}

export interface RightmostEigenvalue extends Found {
  /** Of a pair the one above the axis. */
  readonly value: Complex;
}

/** Vectors that are kept between restarts, at most. */
const BASIS = 60;
/** What is left of a vector that lies in the span of others, in units of its length. */
const ROUND_OFF = 64 * Number.EPSILON;

/**
 * σ_max by bidiagonalisation (Golub & Kahan 1965), all vectors orthogonalised against each other, begun again from
 * the best direction where the basis is full.
 */
export function largestSingularValue(
  map: SquareMap,
  { tolerance, products, seed }: KrylovOptions,
): LargestSingularValue {
  let used = 0;
  let right = randomDirection(map.size, seed);
  for (;;) {
    const found = bidiagonalise(map, right, tolerance, products - used);
    used += found.products;
    ({ right } = found);
    if (found.converged || products - used < 2) return { ...found, products: used };
  }
}

/** J V = U B and Jᵀ U = V Bᵀ + β v eᵀ, with B of diagonal α and β above it, until the residual is small. */
function bidiagonalise(
  { size, push, pull }: SquareMap,
  start: Float64Array,
  tolerance: number,
  products: number,
): LargestSingularValue {
  const rights = [start];
  const lefts: Float64Array[] = [];
  const alphas: number[] = [];
  const betas: number[] = [];
  const told = (last: number, used: number): LargestSingularValue => {
    const { sigma, weights } = topOfBidiagonal(alphas, betas);
    const k = alphas.length;
    const residual = sigma === 0 ? 0 : (last * alphas[k - 1] * Math.abs(weights[k - 1])) / sigma;
    return {
      value: sigma,
      right: combined(rights, weights),
      residual,
      converged: residual <= tolerance * sigma,
      products: used,
    };
  };
  for (let k = 0; ; k++) {
    const left = push(rights[k]);
    const length = norm(left);
    const alpha = orthogonalised(left, lefts);
    const spent = alpha <= ROUND_OFF * length;
    alphas.push(spent ? 0 : alpha);
    if (spent) return told(0, 2 * k + 1);
    lefts.push(left);
    const next = pull(left);
    const full = norm(next);
    const beta = orthogonalised(next, rights);
    if (beta <= ROUND_OFF * full || rights.length === size) return told(0, 2 * k + 2);
    const last = rights.length === BASIS || 2 * k + 4 > products;
    if (last || k % 4 === 3) {
      const found = told(beta, 2 * k + 2);
      if (last || found.converged) return found;
    }
    betas.push(beta);
    rights.push(next);
  }
}

/** σ_max of B and its right singular vector: of BᵀB, which is good for the largest. */
function topOfBidiagonal(alphas: readonly number[], betas: readonly number[]) {
  const k = alphas.length;
  const square = matrix(k, k);
  for (let j = 0; j < k; j++) {
    const above = j > 0 ? betas[j - 1] : 0;
    square.data[j * k + j] = alphas[j] * alphas[j] + above * above;
    if (j === 0) continue;
    square.data[j * k + j - 1] = alphas[j - 1] * above;
    square.data[(j - 1) * k + j] = alphas[j - 1] * above;
  }
  const { values, vectors } = symmetricEigen(square);
  return { sigma: Math.sqrt(Math.max(0, values[0])), weights: row(vectors, 0) };
}

/** Steps between looks at the residual. */
const LOOK = 20;
/** Of a full basis so many of the rightmost directions are kept. */
const KEPT = 20;

/**
 * The eigenvalue of the largest real part by Arnoldi's method with thick restarts (Stewart, SIAM J. Matrix Anal.
 * Appl. 23, 2001; the kept subspace is spanned by eigenvectors). `scale`: the map's largest singular value, of
 * which the tolerance is a share.
 */
export function rightmostEigenvalue(
  { size, push }: Pick<SquareMap, 'size' | 'push'>,
  { tolerance, products, seed }: KrylovOptions,
  scale: number,
): RightmostEigenvalue {
  const most = Math.min(BASIS, size);
  // J V = V H + β v eᵀ: rows of `basis` are V and, behind, v; β stands below H in its last column.
  const basis = [randomDirection(size, seed)];
  let h = matrix(most + 1, most);
  let begun = 0;
  let used = 0;
  for (;;) {
    let k = begun;
    let beta = 0;
    for (; k < most; k++) {
      const next = push(basis[k]);
      used++;
      const full = norm(next);
      beta = orthogonalised(next, basis, (i, share) => {
        h.data[i * most + k] += share;
      });
      if (beta <= ROUND_OFF * full || basis.length === size) {
        beta = 0;
        k++;
        break;
      }
      h.data[(k + 1) * most + k] = beta;
      basis.push(next);
      const looked =
        (k + 1) % LOOK === 0 && ritzPairs(h, most, k + 1, beta)[0].residual <= tolerance * scale;
      if (looked || used >= products) {
        k++;
        break;
      }
    }
    const pairs = ritzPairs(h, most, k, beta);
    const [best] = pairs;
    const converged = best.residual <= tolerance * scale;
    if (converged || beta === 0 || used >= products)
      return { value: best.value, residual: best.residual, converged, products: used };
    const kept = subspaceOf(pairs, k);
    h = restarted(h, most, k, kept, beta);
    const last = basis[k];
    const turned = kept.map((weights) => combined(basis, weights));
    basis.splice(0, basis.length, ...turned, last);
    begun = kept.length;
  }
}

interface RitzPair {
  readonly value: Complex;
  readonly residual: number;
  /** The real and, of a pair, the imaginary part of the eigenvector of H. */
  readonly directions: readonly Float64Array[];
}

/** Of the leading k × k of H, the rightmost first, one of each conjugate pair. */
function ritzPairs(h: Matrix, most: number, k: number, beta: number): RitzPair[] {
  const leading = matrix(k, k);
  for (let i = 0; i < k; i++) leading.data.set(h.data.subarray(i * most, i * most + k), i * k);
  return eigenpairs(leading)
    .map(({ value, directions }) => ({
      value,
      directions,
      residual: (beta * hypot(directions.map((part) => part[k - 1]))) / hypot(directions.map(norm)),
    }))
    .sort((a, b) => b.value.re - a.value.re);
}

/** An orthonormal basis of the span of the rightmost directions. */
function subspaceOf(pairs: readonly RitzPair[], k: number): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const { directions } of pairs) {
    if (kept.length + directions.length > Math.min(KEPT, k - 1)) break;
    for (const direction of directions) {
      const own = direction.slice();
      const full = norm(own);
      if (orthogonalised(own, kept) > ROUND_OFF * full) kept.push(own);
    }
  }
  return kept;
}

/** H in the kept basis Z: ZᵀHZ, and below it β times the last row of Z. */
function restarted(
  h: Matrix,
  most: number,
  k: number,
  kept: readonly Float64Array[],
  beta: number,
): Matrix {
  const next = matrix(most + 1, most);
  for (const [b, z] of kept.entries()) {
    const image = new Float64Array(k);
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) image[i] += h.data[i * most + j] * z[j];
    for (const [a, own] of kept.entries()) next.data[a * most + b] = dot(own, image);
    next.data[kept.length * most + b] = beta * z[k - 1];
  }
  return next;
}

/**
 * x less its shares in orthonormal vectors, then of length 1, in place: twice is enough (Kahan, in Parlett 1980,
 * 6.9). Returns the length before; where nothing is left, x is not divided.
 */
function orthogonalised(
  x: Float64Array,
  against: readonly Float64Array[],
  tell?: (index: number, share: number) => void,
): number {
  for (let pass = 0; pass < 2; pass++)
    for (const [i, direction] of against.entries()) {
      const share = dot(direction, x);
      for (let c = 0; c < x.length; c++) x[c] -= share * direction[c];
      tell?.(i, share);
    }
  const length = norm(x);
  if (length > 0) for (let c = 0; c < x.length; c++) x[c] /= length;
  return length;
}

/** Σ weights_k vectors_k */
function combined(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(vectors[0].length);
  for (const [k, weight] of weights.entries()) {
    const vector = vectors[k];
    for (let c = 0; c < out.length; c++) out[c] += weight * vector[c];
  }
  return out;
}

function randomDirection(size: number, seed: number): Float64Array {
  const stream = random(seed, 0x6b72);
  const out = Float64Array.from({ length: size }, () => stream.gaussian());
  const length = norm(out);
  return out.map((value) => value / length);
}
