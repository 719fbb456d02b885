/** Laws with a density on the circle, by their Fourier moments. Not how they move (circle.ts). */
import { firstAfter } from '../../integrators/clock.ts';
import { cos, hypot, sin } from '../../numerics/elementary.ts';
import { scaledBesselI } from '../../numerics/special.ts';

/** ∫ cos kθ dμ and ∫ sin kθ dμ for k = 0 … K; the first are 1 and 0. Higher moments are 0. */
export interface CircleLaw {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const TURN = 2 * Math.PI;

/** The degree K of a law. */
export const degreeOf = ({ cos }: CircleLaw): number => cos.length - 1;

/** The law with moments cut or filled with zeros to `degree`. */
export function withDegree({ cos, sin }: CircleLaw, degree: number): CircleLaw {
  const fitted = (moments: Float64Array) => {
    const all = new Float64Array(degree + 1);
    all.set(moments.subarray(0, degree + 1));
    return all;
  };
  return { cos: fitted(cos), sin: fitted(sin) };
}

/** Density ∝ 1 + a cos k(θ − θ₀), |a| ≤ 1, k ≥ 1. */
export function cosineLaw(mode: number, amplitude: number, centre = 0): CircleLaw {
  const law = withDegree({ cos: Float64Array.of(1), sin: Float64Array.of(0) }, mode);
  law.cos[mode] = (amplitude / 2) * cos(mode * centre);
  law.sin[mode] = (amplitude / 2) * sin(mode * centre);
  return law;
}

/** Density ∝ e^{c cos(θ − θ₀)}: the k-th moment is I_k(c)/I_0(c). */
export function vonMisesLaw(concentration: number, centre = 0, degree = 64): CircleLaw {
  const bessel = scaledBesselI(concentration, degree);
  const moment = (k: number) => bessel[k] / bessel[0];
  return {
    cos: Float64Array.from(bessel, (_, k) => moment(k) * cos(k * centre)),
    sin: Float64Array.from(bessel, (_, k) => moment(k) * sin(k * centre)),
  };
}

/** The mean resultant length |∫ e^{iθ} dμ|. */
export const resultant = ({ cos, sin }: CircleLaw): number => hypot([cos[1] ?? 0, sin[1] ?? 0]);

/** Σ_{k ≥ 1} a_k cos kθ + b_k sin kθ at the `points` angles −π + 2πg/points. */
export function onGrid(a: Float64Array, b: Float64Array, points: number): Float64Array {
  const { cos, sin } = gridTable(points);
  const values = new Float64Array(points);
  for (let k = 1; k < a.length; k++) {
    if (a[k] === 0 && b[k] === 0) continue;
    // e^{ik(−π)} = (−1)^k
    const sign = k % 2 ? -1 : 1;
    for (let g = 0, at = 0; g < points; g++, at = (at + k) % points)
      values[g] += sign * (a[k] * cos[at] + b[k] * sin[at]);
  }
  return values;
}

const tables = new Map<number, { cos: Float64Array; sin: Float64Array }>();

/** cos and sin of 2πg/points. */
export function gridTable(points: number) {
  let table = tables.get(points);
  if (!table) {
    const angles = Float64Array.from({ length: points }, (_, g) => (TURN * g) / points);
    table = { cos: angles.map(cos), sin: angles.map(sin) };
    tables.set(points, table);
  }
  return table;
}

/** The density at the grid's angles, per radian. */
export function densityOnGrid({ cos, sin }: CircleLaw, points: number): Float64Array {
  return onGrid(cos, sin, points).map((value) => (1 + 2 * value) / TURN);
}

/** Nodes of the table that quantiles are read from. */
const NODES = 8192;

/**
 * u ↦ θ ∈ [−π, π] with μ([−π, θ]) = u, u ∈ [0, 1]: the distribution function is a table of values and
 * slopes, cubic between the nodes.
 */
export function quantileFunction(law: CircleLaw): (u: number) => number {
  const width = TURN / NODES;
  const levels = distributionOnGrid(law);
  const density = densityOnGrid(law, NODES);
  return (u) => {
    const cell = Math.min(NODES - 1, Math.max(0, firstAfter(levels, u) - 1));
    const [from, to] = [levels[cell], levels[cell + 1]];
    const [slope, next] = [density[cell] * width, density[(cell + 1) % NODES] * width];
    return -Math.PI + width * (cell + inverseHermite({ from, to, slope, next }, u));
  };
}

/** F(θ) = (θ + π)/2π + (1/π) Σ (c_k sin kθ − s_k (cos kθ − cos kπ))/k at the nodes and at π. */
function distributionOnGrid({ cos, sin }: CircleLaw): Float64Array {
  const over = (moments: Float64Array, sign: number) =>
    moments.map((moment, k) => (k === 0 ? 0 : (sign * moment) / k));
  const wave = onGrid(over(sin, -1), over(cos, 1), NODES);
  const levels = new Float64Array(NODES + 1);
  for (let g = 0; g < NODES; g++) levels[g] = g / NODES + (wave[g] - wave[0]) / Math.PI;
  levels[NODES] = 1;
  return levels;
}

interface Cell {
  readonly from: number;
  readonly to: number;
  /** Of the function at both ends, per cell. */
  readonly slope: number;
  readonly next: number;
}

/** s ∈ [0, 1] where the cubic has the value u: Newton's steps, halved back into the bracket. */
function inverseHermite({ from, to, slope, next }: Cell, u: number): number {
  if (!(to > from)) return 0.5;
  const rise = to - from;
  const [square, cube] = [3 * rise - 2 * slope - next, slope + next - 2 * rise];
  let [low, high] = [0, 1];
  let s = Math.min(1, Math.max(0, (u - from) / rise));
  for (let round = 0; round < 40; round++) {
    const value = from + s * (slope + s * (square + s * cube)) - u;
    if (value > 0) high = s;
    else low = s;
    const tangent = slope + s * (2 * square + 3 * s * cube);
    const step = s - value / tangent;
    const better = step > low && step < high ? step : (low + high) / 2;
    if (Math.abs(better - s) < 1e-15) return better;
    s = better;
  }
  return s;
}
