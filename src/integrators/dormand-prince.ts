/**
 * Dormand–Prince 5(4) with PI step-size control, for ẋ = f(t, x) on a flat state vector.
 * It knows no geometry: a retraction, if given, brings accepted states back to the manifold.
 */

export interface FlowProblem {
  /** f(t, x): a new array of the length of x. */
  velocity(time: number, state: Float64Array): Float64Array;
  /** Brings a state back to the manifold after an accepted step. */
  retract?(state: Float64Array): Float64Array;
}

export interface AdaptiveSettings {
  /** Increasing times at which the state is wanted; the first is the start. */
  readonly times: readonly number[];
  /** Times where f has a kink; no step crosses one. */
  readonly breakpoints?: readonly number[];
  /** Bound on the local error estimate per step, absolute, largest entry. */
  readonly tolerance: number;
  /** Accepted and rejected steps after which the run is given up. Default 100,000. */
  readonly maximumSteps?: number;
}

export interface AdaptiveFrame {
  readonly time: number;
  readonly state: Float64Array;
  /** Steps accepted and rejected since the start. */
  readonly steps: number;
  readonly rejected: number;
}

/** The tableau (J. Comput. Appl. Math. 6, 1980): nodes, stage weights, fifth order, error of the fourth. */
const NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const STAGES = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/**
 * Integrates from `start` at times[0] and yields a frame at every entry of `times`.
 * Throws RangeError for times that do not increase, Error when the step size underflows
 * or the step limit is reached.
 */
export function* dormandPrince(
  problem: FlowProblem,
  start: Float64Array,
  { times, breakpoints = [], tolerance, maximumSteps = 100_000 }: AdaptiveSettings,
): Generator<AdaptiveFrame> {
  checkTimes(times);
  let frame: AdaptiveFrame = { time: times[0], state: start, steps: 0, rejected: 0 };
  let step = (times[times.length - 1] - times[0]) / 100;
  yield frame;
  for (const target of times.slice(1)) {
    for (const stop of stopsBetween(frame.time, target, breakpoints)) {
      const piece = integratePiece(problem, frame, stop, step, tolerance, maximumSteps);
      frame = piece.frame;
      step = piece.step;
    }
    yield frame;
  }
}

function checkTimes(times: readonly number[]): void {
  for (let i = 1; i < times.length; i++)
    if (!(times[i] > times[i - 1]))
      throw new RangeError(`times must increase: ${times[i - 1]} is followed by ${times[i]}`);
}

function stopsBetween(from: number, to: number, breakpoints: readonly number[]): number[] {
  return [...breakpoints.filter((time) => time > from && time < to).sort((a, b) => a - b), to];
}

/** From frame.time to `stop` within one smooth piece of f; returns the step size to go on with. */
function integratePiece(
  problem: FlowProblem,
  frame: AdaptiveFrame,
  stop: number,
  firstStep: number,
  tolerance: number,
  maximumSteps: number,
): { frame: AdaptiveFrame; step: number } {
  let { time, state, steps, rejected } = frame;
  let step = firstStep;
  let previousError = 1;
  while (time < stop) {
    const last = time + step >= stop - 1e-14 * Math.max(1, Math.abs(stop));
    const h = last ? stop - time : step;
    const { next, error } = attempt(problem, time, state, h);
    const ratio = error / tolerance;
    if (ratio <= 1) {
      state = problem.retract ? problem.retract(next) : next;
      time = last ? stop : time + h;
      steps++;
      const grown = h * growth(ratio, previousError);
      step = last ? Math.max(grown, Math.min(step, grown * 10)) : grown;
      previousError = Math.max(ratio, 1e-4);
    } else {
      rejected++;
      step = h * Math.max(0.2, 0.9 * ratio ** -0.2);
    }
    if (steps + rejected > maximumSteps || time + step === time)
      throw new Error(
        `the integration stopped at time ${time} after ${steps} steps of at most ${maximumSteps}: loosen the tolerance ${tolerance} or shorten the run`,
      );
  }
  return { frame: { time, state, steps, rejected }, step };
}

/** PI controller (Hairer–Nørsett–Wanner II.4): damped by the error of the step before. */
function growth(ratio: number, previous: number): number {
  const factor = 0.9 * Math.max(ratio, 1e-10) ** -0.17 * previous ** 0.04;
  return Math.min(5, Math.max(0.2, factor));
}

function attempt(
  problem: FlowProblem,
  time: number,
  state: Float64Array,
  h: number,
): { next: Float64Array; error: number } {
  const slopes: Float64Array[] = [];
  let next = state;
  for (let stage = 0; stage < NODES.length; stage++) {
    next = advance(state, slopes, STAGES[stage], h);
    slopes.push(problem.velocity(time + NODES[stage] * h, next));
  }
  const estimate = advance(new Float64Array(state.length), slopes, ERROR, h);
  let error = 0;
  for (const value of estimate) error = Math.max(error, Math.abs(value));
  return { next, error: Number.isFinite(error) ? error : Number.POSITIVE_INFINITY };
}

/** state + h Σ_s weights_s slopes_s */
function advance(
  state: Float64Array,
  slopes: readonly Float64Array[],
  weights: readonly number[],
  h: number,
): Float64Array {
  const out = Float64Array.from(state);
  weights.forEach((weight, s) => {
    if (weight === 0) return;
    const slope = slopes[s];
    for (let i = 0; i < out.length; i++) out[i] += h * weight * slope[i];
  });
  return out;
}
