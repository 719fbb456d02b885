/**
 * How many terms a request needs and how far a velocity can then be off. Not the series (expansion.ts).
 *
 * Everything is in units of e^{|β|}. A couplings' sum Z_i, the pull and the radial part are off by
 * `tail` + `roundOff` in all, so a softmax velocity, a quotient by Z_i of length at most 1, is off by at most
 * (tail + roundOff) / Z_i. Z_i ≥ e^{−2|β|} can be tiny for a particle far from all others (β > 0) or near all (β < 0):
 * below `threshold` a velocity is summed over all pairs instead, at round-off of its own. The threshold is
 * 1/n, which no Z_i falls below when masses are equal and β ≥ 0, but a hundredth of the uniform law's sum where
 * that is smaller, and never so small that round-off alone would exceed the accuracy.
 * Exponential velocities are not divided: they are off by e^{|β|} (tail + roundOff).
 */
import { exp } from '../../numerics/elementary.ts';
import type { FieldRequest } from '../field.ts';
import { type Dimension, type Expansion, expand, MOST_DEGREE, uniformSum } from './expansion.ts';

export interface Plan {
  readonly expansion: Expansion;
  /** Softmax: Z_i e^{−β} below which a particle is summed over all pairs; 0 for exponential. */
  readonly threshold: number;
  /** How far a velocity can be off, round-off included. */
  readonly bound: number;
}

/** The least accuracy times threshold over round-off: what is above 1 is left to the tail. */
const ROUND_OFF_SHARE = 1.25;

/**
 * Round-off of the sums over particles and terms, in units of e^{|β|}. Powers of unit vectors are off by
 * their degree, of which about √β count; Legendre polynomials at the poles by its square. The numbers
 * are a third more than the worst that was measured: random points, clusters, poles, β = 0 … 400.
 */
function roundOff(d: Dimension, beta: number): number {
  const size = Math.abs(beta);
  const units = d === 2 ? 16 + 2 * Math.sqrt(size) : 10 + 3.5 * size;
  return units * (Number.EPSILON / 2);
}

/** The plan of a request that has the dimension and one β; or a clause that says why there is none. */
export function planOf(request: FieldRequest): Plan | string {
  const d = request.d as Dimension;
  const { coupling, beta } = request.interaction;
  return coupling === 'softmax'
    ? softmaxPlan(request, d, beta[0])
    : exponentialPlan(request, d, beta[0]);
}

function softmaxPlan({ n, accuracy }: FieldRequest, d: Dimension, beta: number): Plan | string {
  const uniform = uniformSum(d, beta);
  const error = roundOff(d, beta);
  const least = (ROUND_OFF_SHARE * error) / accuracy;
  if (!(least < uniform / 2))
    return `an accuracy of ${accuracy} is beyond its round-off at β = ${beta}: ask for ${((2 * ROUND_OFF_SHARE * error) / uniform).toPrecision(2)} or more, or use the wasm engine`;
  const threshold = Math.max(Math.min(1 / n, uniform / 100), least);
  const expansion = expand(d, beta, accuracy * threshold - error);
  if (!expansion) return tooLong(d, beta);
  return { expansion, threshold, bound: (expansion.tail + error) / threshold };
}

function exponentialPlan({ accuracy }: FieldRequest, d: Dimension, beta: number): Plan | string {
  const unit = exp(Math.abs(beta));
  const error = roundOff(d, beta);
  const expansion = expand(d, beta, Math.max(accuracy / unit - error, error));
  if (!expansion) return tooLong(d, beta);
  return { expansion, threshold: 0, bound: unit * (expansion.tail + error) };
}

function tooLong(d: Dimension, beta: number): string {
  return `β = ${beta} needs harmonics beyond degree ${MOST_DEGREE[d]}, the highest it takes for d = ${d}: use the wasm engine`;
}
