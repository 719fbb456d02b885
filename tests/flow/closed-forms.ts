/** Exact answers of docs/theory.md §4 as functions, and the quadrature and ODEs that they need. Nothing here knows the simulator. */
import { exponentialIntegral, exponentialIntegral1 } from '../../src/numerics/special.ts';

/** dρ/dt of n equiangular tokens (4.1), without the factor that SA and USA differ in. */
const closing = (rho: number, n: number, beta: number) =>
  2 * Math.exp(beta * rho) * (1 - rho) * (1 + (n - 1) * rho);

export const softmaxSum = (rho: number, n: number, beta: number) =>
  Math.exp(beta) + (n - 1) * Math.exp(beta * rho);

export const closingRate = (rho: number, n: number, beta: number) =>
  closing(rho, n, beta) / softmaxSum(rho, n, beta);

/** J of 4.1. */
function potential(u: number, n: number, beta: number): number {
  const m = n - 1;
  const near = Math.exp(-beta) * exponentialIntegral(beta * (1 - u));
  return -near - Math.exp(beta / m) * exponentialIntegral1(beta * (u + 1 / m));
}

/** Λ of 4.1. */
const logistic = (u: number, n: number) => Math.log((1 + (n - 1) * u) / (1 - u));

/** The time that n equiangular tokens take from cosine u0 to u, β > 0. */
export function closingTime(
  field: 'sa' | 'usa',
  [u0, u]: readonly [number, number],
  { n, beta }: { readonly n: number; readonly beta: number },
): number {
  const fall = potential(u, n, beta) - potential(u0, n, beta);
  if (field === 'usa') return fall / 2;
  const rise = logistic(u, n) - logistic(u0, n);
  return (Math.exp(beta) * fall + (n - 1) * rise) / (2 * n);
}

/** The x in [low, high] where a rising function is `value`, by bisection to the last bit. */
export function inverse(
  rising: (x: number) => number,
  value: number,
  low: number,
  high: number,
): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
}

/** The layer's exact map of the cosine of equiangular tokens (4.1). */
export function layerMap(rho: number, n: number, beta: number, h: number): number {
  const z = softmaxSum(rho, n, beta);
  const [p, q, s] = [Math.exp(beta) / z, Math.exp(beta * rho) / z, 1 + (n - 1) * rho];
  const b = 2 * (p - q) * q * s + q * q * n * s;
  const top = rho + 2 * h * ((p - q) * rho + q * s) + h * h * ((p - q) ** 2 * rho + b);
  return top / (1 + 2 * h * (p - q + q * s) + h * h * ((p - q) ** 2 + b));
}

/** ẏ = f(t, y) from 0 to `end` in `steps` classical Runge–Kutta steps. */
export function solve(
  f: (t: number, y: readonly number[]) => number[],
  start: readonly number[],
  end: number,
  steps = 4000,
): number[] {
  const h = end / steps;
  const moved = (y: readonly number[], by: number, k: readonly number[]) =>
    y.map((value, i) => value + by * k[i]);
  let y = [...start];
  for (let step = 0; step < steps; step++) {
    const t = step * h;
    const a = f(t, y);
    const b = f(t + h / 2, moved(y, h / 2, a));
    const c = f(t + h / 2, moved(y, h / 2, b));
    const d = f(t + h, moved(y, h, c));
    y = y.map((value, i) => value + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + d[i]));
  }
  return y;
}

/** Polynomials p_0 … p_count at x, orthonormal for a law whose Jacobi matrix has these off-diagonals. */
function orthonormal(x: number, count: number, offDiagonal: (k: number) => number): number[] {
  const values = [1];
  for (let k = 0; k < count; k++) {
    const before = k > 0 ? offDiagonal(k) * values[k - 1] : 0;
    values.push((x * values[k] - before) / offDiagonal(k + 1));
  }
  return values;
}

export interface Quadrature {
  readonly nodes: number[];
  readonly weights: number[];
}

/** Gauss's quadrature of a symmetric law on [−bound, bound], its roots bracketed by those of one degree less. */
function gauss(count: number, bound: number, offDiagonal: (k: number) => number): Quadrature {
  let nodes: number[] = [];
  for (let degree = 1; degree <= count; degree++) {
    const brackets = [-bound, ...nodes, bound];
    nodes = Array.from({ length: degree }, (_, i) => {
      const sign = (degree - i) % 2 === 0 ? -1 : 1;
      const value = (x: number) => sign * orthonormal(x, degree, offDiagonal)[degree];
      return inverse(value, 0, brackets[i], brackets[i + 1]);
    });
  }
  const weights = nodes.map((x) => {
    const values = orthonormal(x, count - 1, offDiagonal);
    return 1 / values.reduce((sum, value) => sum + value * value, 0);
  });
  return { nodes, weights };
}

/** Of the law N(0, 1). */
export const gaussHermite = (count: number): Quadrature =>
  gauss(count, 2 * Math.sqrt(count) + 1, Math.sqrt);

/** Of the uniform law on [−1, 1]. */
export const gaussLegendre = (count: number): Quadrature =>
  gauss(count, 1, (k) => k / Math.sqrt(4 * k * k - 1));
