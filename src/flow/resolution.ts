/**
 * Whether the steps of a fixed scheme are small enough for the flow, by doubling: now and then a step is held
 * against two of half its size from the same state. Not of noise, and not the choice of a step.
 *
 * For ẋ = −λx and z = hλ Euler's step ends at 1 − z, two half ones at (1 − z/2)²: z²/4 apart, while the step moves
 * by z. At the bound of stability, z = 2, that is half of the way, and so it is, up to a fifth, for the other
 * schemes (rk4 at 2.4 of 2.79, heun at 1.6 of 2). Beyond it a step ends somewhere else than the flow, round-off grows
 * from step to step, and the numbers are those of the engine.
 */
import type { Dynamics, ParameterValues } from '../dynamics/dynamics.ts';
import type { StepView } from '../integrators/integrate.ts';
import type { FlowProblem } from '../integrators/problem.ts';
import type { Scheme } from '../integrators/schemes.ts';
import { matrix } from '../numerics/matrix.ts';
import { distance, norm } from '../numerics/vectors.ts';

/** One step in so many is looked at: 6 % more velocities. */
const EVERY = 32;
/** Share of its way by which a step and two half ones may differ. */
const WORST_STEP = 0.5;
/** Share of what is shown by which all steps together and half ones may differ, where the view undoes the growth. */
const WORST_SUM = 0.1;
/** Moves below this share of the state are round-off and rest. */
const LEAST_MOVE = 1e-7;

export interface Resolved {
  readonly entry: Dynamics;
  readonly parameters: ParameterValues;
  readonly scheme: Scheme;
  readonly n: number;
  readonly d: number;
}

/** What is known of the steps of a run so far. */
export interface Resolution {
  /** Before the step that is looked at. */
  before: { readonly time: number; readonly state: Float64Array; readonly steps: number } | null;
  /** Differences of what is shown, as shares of it, summed over the first `counted` steps. */
  sum: number;
  counted: number;
}

export const beginResolution = (): Resolution => ({ before: null, sum: 0, counted: 0 });

/**
 * Whether steps are to be looked at. The layers of a model are the model, whatever a flow would do; other layers
 * are looked at for overshooting.
 */
export const isResolvable = ({ scheme, entry }: Resolved, problem: FlowProblem): boolean =>
  !scheme.adaptive && !problem.noise && !(scheme.whole && entry.timeDependent);

/**
 * What a reader must know of the step that ends here; null where all is well, or nothing is looked at. Where the
 * note is of one step the run can do without looking farther.
 */
export function resolutionNote(
  resolution: Resolution,
  settings: Resolved,
  problem: FlowProblem,
  { time, state, steps }: StepView,
): string | null {
  const { before } = resolution;
  resolution.before = steps % EVERY === 0 ? { time, state: state.slice(), steps } : null;
  if (before?.state.length !== state.length || steps !== before.steps + 1) return null;
  const halves = twoHalves(settings, problem, before, time);
  const way = halves && Math.max(distance(state, before.state), distance(halves, before.state));
  if (!halves || !way) return halves ? null : stepNote(before.time, time, 'are not finite');
  if (!(way > LEAST_MOVE * norm(state))) return null;
  const share = distance(state, halves) / way;
  if (!(share < WORST_STEP))
    return stepNote(before.time, time, `end ${percent(share)} of their way apart`);
  resolution.sum += (steps - resolution.counted) * apartInView(settings, time, state, halves);
  resolution.counted = steps;
  if (!(resolution.sum > WORST_SUM)) return null;
  return `by time ${short(time)} what is shown differs by about ${percent(resolution.sum)} between steps of ${short(time - before.time)} and of half that: take a smaller step, or the scheme dopri5`;
}

/** The state after two steps of half the size; null where it is not finite. */
function twoHalves(
  { scheme }: Resolved,
  problem: FlowProblem,
  { time, state }: NonNullable<Resolution['before']>,
  end: number,
): Float64Array | null {
  const stepper = scheme.open(problem, state.slice());
  const middle = (time + end) / 2;
  for (const [from, to] of [
    [time, middle],
    [middle, end],
  ]) {
    const smooth = !problem.breakpoints?.includes(to);
    if (stepper.attempt({ time: from, h: to - from, end: to, smooth, index: 0 }) > 0) return null;
    stepper.accept();
  }
  return stepper.state;
}

/** As a share of what is shown, where that is a view; without one differences need not last. */
function apartInView(
  { entry, parameters, n, d }: Resolved,
  time: number,
  state: Float64Array,
  other: Float64Array,
): number {
  if (!entry.view || state.length < n * d) return 0;
  const seen = (all: Float64Array) =>
    entry.view?.(matrix(n, d, all.slice(0, n * d)), time, parameters).data ?? all;
  return distance(seen(state), seen(other)) / norm(seen(state));
}

function stepNote(from: number, to: number, what: string): string {
  const h = short(to - from);
  return `at time ${short(from)} a step of ${h} and two of half its size ${what}: it is too large for this flow, so that the numbers are those of the step and may depend on the engine; take a smaller step, or the scheme dopri5`;
}

const short = (value: number) => Number(value.toPrecision(4));
/** A share as notes say it. */
export const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
