/**
 * The plans between histograms and their entropic barycentre on a fixed support, by potentials, and one round
 * of Bregman projections. Not the iteration: barycentre-fixed.ts; nor how it ends: barycentre-newton.ts.
 */
import { exp } from '../numerics/elementary.ts';
import { softMinimum, transposedCosts } from './soft-minimum.ts';

export interface BarycentrePlan {
  /** The histogram [n], of sum 1, and its λ. */
  readonly a: Float64Array;
  readonly weight: number;
  /** Potentials f [n] and g [m]: π_ij = a_i e^{(f_i + g_j − C_ij)/ε}. */
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** g at which all columns of the plan have the sum 1, [m]: its sums are e^{(g − next)/ε}. */
  readonly next: Float64Array;
}

export interface BarycentrePlans {
  /** [n, m] row by row, and with rows and columns exchanged. */
  readonly costs: Float64Array;
  readonly across: Float64Array;
  readonly plans: readonly BarycentrePlan[];
  readonly debiased: boolean;
  /** ε log d and −ε log Kd [m], 0 where not debiased. */
  readonly correction: Float64Array;
  readonly blurred: Float64Array;
  /** ε log p, p = d Π_k (Kᵀu_k)^{λ_k} the barycentre, [m]. */
  readonly level: Float64Array;
  readonly ones: Float64Array;
}

export function createPlans(
  histograms: readonly Float64Array[],
  lambda: Float64Array,
  costs: Float64Array,
  debiased: boolean,
): BarycentrePlans {
  const n = histograms[0].length;
  const m = costs.length / n;
  const plans = histograms.map((a, k) => ({
    a,
    weight: lambda[k],
    f: new Float64Array(n),
    g: new Float64Array(m),
    next: new Float64Array(m),
  }));
  return {
    costs,
    plans,
    debiased,
    across: transposedCosts(costs, n),
    correction: new Float64Array(m),
    blurred: new Float64Array(m),
    level: new Float64Array(m),
    ones: new Float64Array(m).fill(1),
  };
}

/**
 * Every plan on its histogram: f, next, level and blurred from g and the correction. Returns
 * Σ λ_k |sums of plan k − p|, and where debiased Σ |p − d Kd| more.
 */
export function onHistograms(all: BarycentrePlans, epsilon: number): number {
  const { costs, across, plans, debiased, correction, blurred, level, ones } = all;
  level.set(correction);
  for (const { a, weight, f, g, next } of plans) {
    softMinimum(costs, g, ones, epsilon, f);
    softMinimum(across, f, a, epsilon, next);
    for (let j = 0; j < level.length; j++) level[j] -= weight * next[j];
  }
  if (debiased) softMinimum(costs, correction, ones, epsilon, blurred);
  const apart = (p: number, other: number) => Math.abs(exp(other / epsilon) - exp(p / epsilon));
  return level.reduce((sum, p, j) => {
    const off = plans.reduce(
      (total, { weight, g, next }) => total + weight * apart(p, g[j] - next[j]),
      0,
    );
    return sum + off + (debiased ? apart(p, correction[j] - blurred[j]) : 0);
  }, 0);
}

/** Then all of them on p, and half of the way to a d with d Kd = p. */
export function onBarycentre({
  plans,
  debiased,
  correction,
  blurred,
  level,
}: BarycentrePlans): void {
  for (const { g, next } of plans) for (let j = 0; j < g.length; j++) g[j] = next[j] + level[j];
  if (debiased)
    for (let j = 0; j < level.length; j++)
      correction[j] = (correction[j] + level[j] + blurred[j]) / 2;
}
