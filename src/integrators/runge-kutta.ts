/**
 * Explicit Runge–Kutta steps from a tableau, on R^size or on a manifold within it. Not the control of
 * the step size.
 *
 * Every stage is retracted before the field is asked. So the scheme is the plain one for
 * F(y) = f(retract(y)), a smooth extension of f whose solutions from the manifold are those of f: its
 * order holds. It ends with a retraction, which moves the result no farther than its error (projection
 * method, Hairer–Lubich–Wanner, Geometric Numerical Integration, IV.4). And F at the end is f at the
 * retracted end, so that the last slope of a step is exactly the first one of the next.
 */
import type { FlowProblem } from './problem.ts';
import { addScaled, combine, land, lastTime, type Span, type Stepper } from './stepper.ts';

export interface Tableau {
  /** c_i; the first is 0. */
  readonly nodes: readonly number[];
  /** a_ij, row i with i entries. */
  readonly stages: readonly (readonly number[])[];
  /** b_i */
  readonly weights: readonly number[];
  /** b_i minus those of the embedded scheme; with one more entry where it has the slope at the end. */
  readonly error?: readonly number[];
  /** The same of a scheme of lower order: where it is the larger one, the estimate is that much smaller. */
  readonly coarseError?: readonly number[];
  /** Slopes for dense output alone, behind that at the end: of each c_i and a_ij. */
  readonly inside?: Pick<Tableau, 'nodes' | 'stages'>;
  /**
   * d_ri: dense output is the cubic Hermite interpolant plus θ²(1−θ)² h Σ_r p_r(θ) Σ_i d_ri k_i with
   * p = 1, θ, θ(1−θ), θ²(1−θ); slopes are the stages', that at the end, those inside. Absent: the cubic alone.
   */
  readonly dense?: readonly (readonly number[])[];
}

/** A stepper that holds its stages: [size] each, allocated once. */
export function rungeKutta(problem: FlowProblem, start: Float64Array, tableau: Tableau): Stepper {
  const count = tableau.nodes.length;
  const { nodes: innerNodes, stages: innerStages } = tableau.inside ?? { nodes: [], stages: [] };
  // Slope `count` is the one at the end of the step; behind it are those inside.
  const slopes = Array.from(
    { length: count + 1 + innerNodes.length },
    () => new Float64Array(problem.size),
  );
  const inner = tableau.inside ? new Float64Array(problem.size) : null;
  let span: Span | null = null;
  let firstKnown = false;
  let lastKnown = false;
  let insideKnown = false;

  function endSlope(at: Span): void {
    if (!lastKnown) problem.velocity(lastTime(at), stepper.next, slopes[count]);
    lastKnown = true;
  }

  function runStages(at: Span): void {
    const { time, h } = at;
    const stage = stepper.next;
    for (let i = 1; i < count; i++) {
      combine(stage, stepper.state, h, tableau.stages[i], slopes);
      problem.retract?.(stage);
      const node = tableau.nodes[i];
      problem.velocity(node === 1 ? lastTime(at) : time + node * h, stage, slopes[i]);
    }
  }

  function slopesInside(at: Span): void {
    if (!inner || insideKnown) return;
    for (const [i, node] of innerNodes.entries()) {
      combine(inner, stepper.state, at.h, innerStages[i], slopes);
      problem.retract?.(inner);
      problem.velocity(at.time + node * at.h, inner, slopes[count + 1 + i]);
    }
    insideKnown = true;
  }

  const stepper: Stepper = {
    state: start,
    next: new Float64Array(problem.size),
    attempt(given) {
      span = given;
      lastKnown = false;
      insideKnown = false;
      stepper.velocity(given.time);
      runStages(given);
      combine(stepper.next, stepper.state, given.h, tableau.weights, slopes);
      if (!land(problem, stepper.next)) return Number.POSITIVE_INFINITY;
      if (!tableau.error) return 0;
      if (tableau.error.length > count) endSlope(given);
      const fine = largestError(stepper, given.h, tableau.error, slopes);
      if (!tableau.coarseError || fine === 0) return fine;
      const coarse = largestError(stepper, given.h, tableau.coarseError, slopes);
      // HNW II.10 (10.20), by largest entries
      return (fine * fine) / Math.sqrt(fine * fine + 0.01 * coarse * coarse);
    },
    interpolate(theta, out) {
      if (!span) throw new RangeError('no step to interpolate in: attempt one first');
      endSlope(span);
      slopesInside(span);
      hermite(stepper, theta, span.h, slopes[0], slopes[count], out);
      const rest = 1 - theta;
      const bump = (theta * rest) ** 2 * span.h;
      const powers = [1, theta, theta * rest, theta * theta * rest];
      for (const [r, weights] of (tableau.dense ?? []).entries())
        for (const [s, weight] of weights.entries())
          addScaled(out, slopes[s], bump * powers[r] * weight, 0, out.length);
      problem.retract?.(out);
    },
    accept() {
      [stepper.state, stepper.next] = [stepper.next, stepper.state];
      firstKnown = lastKnown && span?.smooth === true;
      if (firstKnown) [slopes[0], slopes[count]] = [slopes[count], slopes[0]];
    },
    velocity(time) {
      if (!firstKnown) problem.velocity(time, stepper.state, slopes[0]);
      firstKnown = true;
      return slopes[0];
    },
  };
  return stepper;
}

/** The largest |h Σ e_i k_i| / max(1, |x|) over the entries. */
function largestError(
  { state, next }: Stepper,
  h: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): number {
  let largest = 0;
  for (let i = 0; i < state.length; i++) {
    let estimate = 0;
    for (let s = 0; s < weights.length; s++) estimate += weights[s] * slopes[s][i];
    const scale = Math.max(1, Math.abs(state[i]), Math.abs(next[i]));
    const error = Math.abs(h * estimate) / scale;
    // Written so that NaN counts as too large.
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}

/** The cubic through both ends with both slopes. */
function hermite(
  { state, next }: Stepper,
  theta: number,
  h: number,
  first: Float64Array,
  last: Float64Array,
  out: Float64Array,
): void {
  const rest = 1 - theta;
  for (let i = 0; i < out.length; i++) {
    const way = next[i] - state[i];
    const bend = rest * (h * first[i] - way) - theta * (h * last[i] - way);
    out[i] = state[i] + theta * (way + rest * bend);
  }
}
