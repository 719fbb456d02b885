/**
 * The mean-field equation of attention on the circle by Fourier–Galerkin: noise, or as long as the
 * density is smooth. Where it turns into Diracs no such method holds it; quantiles.ts follows those.
 */
import { integrate, type StepView } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import { exp, hypot } from '../../numerics/elementary.ts';
import { ConvergenceError } from '../../numerics/errors.ts';
import { scaledBesselI } from '../../numerics/special.ts';
import { largestOf, sumOf } from '../../numerics/vectors.ts';
import {
  type CircleLaw,
  degreeOf,
  densityOnGrid,
  gridTable,
  onGrid,
  withDegree,
} from './circle-law.ts';

export interface MeanField {
  readonly beta: number;
  /** Softmax (SA), or its numerator alone (USA). */
  readonly coupling: 'softmax' | 'exponential';
  /** κ: noise of strength √(2/κ), generator Δ/κ; absent: none. */
  readonly kappa?: number;
}

export interface CircleOptions extends MeanField {
  /** Rising times at which the law is wanted. */
  readonly times: readonly number[];
  /** Of the steps of dopri5. Default 1e-11. */
  readonly tolerance?: number;
  /** Where the last eighth of the moments exceeds this, their number is doubled. Default 1e-10. */
  readonly tail?: number;
  /** … but not beyond this degree. Default 1024. */
  readonly mostDegree?: number;
}

export interface CircleFrame {
  readonly time: number;
  readonly law: CircleLaw;
}

const LEAST_DEGREE = 16;
/** A quarter of the modes is let go where they are this share of the tolerated tail: noise makes high ones stiff. */
const SPARE = 0.1;

/**
 * μ_t at the times, of ∂_t μ + ∂_θ(μ v) = ∂_θ² μ / κ with v = h′/β (USA) or h′/(βh) (SA) and
 * h(θ) = ∫ e^{β cos(θ−φ)} dμ(φ) (arXiv 2312.10794, §3; arXiv 2512.01868). Moments are the unknowns; products are
 * formed on a grid of four points a mode, exactly for USA. Mass is no unknown: it stays 1 by itself.
 *
 * Throws ConvergenceError when the tail needs more than `mostDegree`.
 */
export function solveOnCircle(start: CircleLaw, options: CircleOptions): CircleFrame[] {
  return [...lawsOnCircle(start, options)];
}

/** The same one after the other: laws that came before it became too sharp stay good. */
export function* lawsOnCircle(
  start: CircleLaw,
  options: CircleOptions,
): Generator<CircleFrame, void> {
  const { times, tail = 1e-10, mostDegree = 1024, tolerance = 1e-11 } = options;
  let degree = Math.min(mostDegree, Math.max(LEAST_DEGREE, degreeOf(start)));
  const changed = (law: CircleLaw) => ({
    state: stateOf(withDegree(law, degree)),
    problem: problemOf(options, degree),
  });
  const adapt = ({ time, state }: StepView) => {
    const law = lawOf(state);
    const left = tailFrom(law, 7 / 8);
    if (left > tail) {
      if (2 * degree > mostDegree) throw tooSharp(time, left, tail, degree);
      degree *= 2;
      return changed(law);
    }
    const fewer = Math.ceil((3 / 4) * degree);
    if (fewer < LEAST_DEGREE || tailFrom(law, 21 / 32) > SPARE * tail) return undefined;
    degree = fewer;
    return changed(law);
  };
  const settings = { scheme: 'dopri5', tolerance, end: times[times.length - 1], times };
  const first = stateOf(withDegree(start, degree));
  const frames = integrate(problemOf(options, degree), first, settings, { onStep: adapt });
  for (const { time, state, saved } of frames) if (saved) yield { time, law: lawOf(state) };
}

/** The largest of the moments from that share of the degree on. */
function tailFrom({ cos, sin }: CircleLaw, share: number): number {
  let largest = 0;
  for (let k = Math.ceil(share * cos.length); k < cos.length; k++)
    largest = Math.max(largest, hypot([cos[k], sin[k]]));
  return largest;
}

function tooSharp(time: number, left: number, tail: number, degree: number): ConvergenceError {
  return new ConvergenceError(
    `at time ${time.toPrecision(4)} the last of ${degree} Fourier modes is ${left.toPrecision(2)}, expected at most ${tail}: the density is too sharp for modes; end before, add noise, or follow quantiles`,
  );
}

/** [c_1 … c_K, s_1 … s_K] */
function stateOf({ cos, sin }: CircleLaw): Float64Array {
  const degree = cos.length - 1;
  const state = new Float64Array(2 * degree);
  state.set(cos.subarray(1));
  state.set(sin.subarray(1), degree);
  return state;
}

function lawOf(state: Float64Array): CircleLaw {
  const degree = state.length / 2;
  const cos = new Float64Array(degree + 1);
  const sin = new Float64Array(degree + 1);
  cos[0] = 1;
  cos.set(state.subarray(0, degree), 1);
  sin.set(state.subarray(degree), 1);
  return { cos, sin };
}

/** ċ_k = −k ∫ sin kθ v dμ − k² c_k/κ and ṡ_k = k ∫ cos kθ v dμ − k² s_k/κ. */
function problemOf(field: MeanField, degree: number): FlowProblem {
  const points = 4 * degree;
  const { cos, sin } = gridTable(points);
  const decay = field.kappa === undefined ? 0 : 1 / field.kappa;
  const speeds = speedsOf(field, degree);
  return {
    size: 2 * degree,
    velocity(_, state, out) {
      const law = lawOf(state);
      const density = densityOnGrid(law, points);
      const flux = speeds(law, points).map((v, g) => ((2 * Math.PI) / points) * v * density[g]);
      for (let k = 1; k <= degree; k++) {
        let [even, odd] = [0, 0];
        for (let g = 0, at = 0; g < points; g++, at = (at + k) % points) {
          even += flux[g] * cos[at];
          odd += flux[g] * sin[at];
        }
        // the grid begins at −π
        const sign = k % 2 ? -k : k;
        out[k - 1] = -sign * odd - k * k * decay * law.cos[k];
        out[degree + k - 1] = sign * even - k * k * decay * law.sin[k];
      }
    },
  };
}

/** v on the grid. */
function speedsOf({ beta, coupling }: MeanField, degree: number) {
  const kernel = couplingMoments(beta, degree);
  const scale = coupling === 'softmax' ? 1 : exp(Math.abs(beta));
  return (law: CircleLaw, points: number): Float64Array => {
    const [a, b] = [law.cos, law.sin].map((part) =>
      part.map((moment, k) => kernel.sum[k] * moment),
    );
    const [c, e] = [law.cos, law.sin].map((part) =>
      part.map((moment, k) => kernel.pull[k] * moment),
    );
    // d/dθ (a cos kθ + b sin kθ) = k (b cos kθ − a sin kθ)
    const pull = onGrid(
      e,
      c.map((value) => -value),
      points,
    );
    if (coupling === 'exponential') return pull.map((value) => scale * value);
    const share = onGrid(a, b, points);
    return pull.map((value, g) => value / (kernel.sum[0] + share[g]));
  };
}

/**
 * e^{β cos θ} = I_0 + Σ 2 I_k cos kθ, times e^{−|β|}: its coefficients, and k/β times them, which is
 * I_{k−1} − I_{k+1} and exists for β = 0 too.
 */
function couplingMoments(beta: number, degree: number) {
  const bessel = scaledBesselI(beta, degree + 1);
  const sum = Float64Array.from({ length: degree + 1 }, (_, k) => (k === 0 ? 1 : 2) * bessel[k]);
  const pull = Float64Array.from({ length: degree + 1 }, (_, k) =>
    k === 0 ? 0 : bessel[k - 1] - bessel[k + 1],
  );
  return { sum, pull };
}

/** κ_c = β / I_1(β) (USA), I_0(β) times that (SA): below it noise keeps the uniform law stable (docs/theory.md §4.8). */
export function criticalKappa({ beta, coupling }: Pick<MeanField, 'beta' | 'coupling'>): number {
  const [zero, first] = scaledBesselI(beta, 1);
  if (beta === 0) return 2;
  return coupling === 'softmax' ? (beta * zero) / first : (beta / first) * exp(-Math.abs(beta));
}

/** Growth rate of mode k at the uniform law: k² I_k(β)/β − k²/κ (USA), with I_k/I_0 for SA. */
export function growthRate(mode: number, { beta, coupling, kappa }: MeanField): number {
  const kernel = couplingMoments(beta, mode);
  const scale = coupling === 'softmax' ? 1 / kernel.sum[0] : exp(Math.abs(beta));
  return (mode * kernel.pull[mode] * scale) / 2 - (kappa === undefined ? 0 : mode ** 2 / kappa);
}

/** Changes of the moments that end the iteration, and how many rounds it has. */
const STILL = 1e-13;
const MOST_ROUNDS = 200_000;

/**
 * A stationary law of USA with noise, reached from `start`: μ ∝ e^{κ h[μ]/β}, iterated. The start decides
 * between laws that coexist. Throws ConvergenceError where the iteration does not come to rest.
 */
export function stationaryLaw(
  start: CircleLaw,
  { beta, kappa }: { readonly beta: number; readonly kappa: number },
  degree = 64,
): CircleLaw {
  const points = 4 * degree;
  const { sum } = couplingMoments(beta, degree);
  const factor = beta === 0 ? 0 : (kappa / beta) * exp(Math.abs(beta));
  let law = withDegree(start, degree);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [a, b] = [law.cos, law.sin].map((part) => part.map((moment, k) => sum[k] * moment));
    const next = momentsOf(
      onGrid(a, b, points).map((h) => factor * h),
      degree,
    );
    const change = law.cos.reduce(
      (most, _, k) =>
        Math.max(most, Math.abs(next.cos[k] - law.cos[k]), Math.abs(next.sin[k] - law.sin[k])),
      0,
    );
    law = next;
    if (change < STILL) return law;
  }
  throw new ConvergenceError(
    `no stationary law was found in ${MOST_ROUNDS} rounds at β = ${beta} and κ = ${kappa}: expected changes below ${STILL}; start closer to one, or go further from the critical κ`,
  );
}

/** The moments of the law with the log-density (up to a constant) given on the grid. */
function momentsOf(logarithm: Float64Array, degree: number): CircleLaw {
  const points = logarithm.length;
  const { cos: c, sin: s } = gridTable(points);
  const largest = largestOf(logarithm);
  const weights = logarithm.map((value) => exp(value - largest));
  const total = sumOf(weights);
  const cos = new Float64Array(degree + 1);
  const sin = new Float64Array(degree + 1);
  for (let k = 0; k <= degree; k++) {
    const sign = (k % 2 ? -1 : 1) / total;
    for (let g = 0, at = 0; g < points; g++, at = (at + k) % points) {
      cos[k] += sign * weights[g] * c[at];
      sin[k] += sign * weights[g] * s[at];
    }
  }
  return { cos, sin };
}
