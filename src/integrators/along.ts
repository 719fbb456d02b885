/**
 * A second flow that takes the steps of a first one, and sees in each of its evaluations what the first left in the
 * same: particles that follow others which do not see them, as if all had flowed together. Not the choice of steps.
 */
import {
  type Hooks,
  type IntegrationFrame,
  type IntegrationSettings,
  integrate,
} from './integrate.ts';
import type { FlowProblem } from './problem.ts';
import { schemeNamed } from './schemes.ts';
import type { Span } from './stepper.ts';

/** A flow whose field leaves something at every evaluation. */
export interface LeavingProblem<T>
  extends Omit<FlowProblem, 'velocity' | 'ambient' | 'derivatives'> {
  velocity(time: number, state: Float64Array, out: Float64Array): T;
}

/** Steps that dopri5 took: its dense output asks for no evaluations besides. */
export interface TakenSteps<T> {
  readonly spans: readonly Span[];
  /** What the evaluations of these steps left, in their order. */
  readonly left: readonly T[];
}

/** `integrate` by dopri5, with its steps in `taken`: complete when the frames have ended. */
export function integrateKeeping<T>(
  problem: LeavingProblem<T>,
  start: Float64Array,
  settings: Omit<IntegrationSettings, 'scheme'>,
): { frames: Generator<IntegrationFrame, void>; taken: TakenSteps<T> } {
  const spans: Span[] = [];
  const left: T[] = [];
  let tried: T[] = [];
  let time = 0;
  let rejected = 0;
  const onStep: Hooks['onStep'] = (view) => {
    if (view.time > time) {
      const first = spans.length === 0 || !spans[spans.length - 1].smooth ? 1 : 0;
      const perTry = (tried.length - first) / (1 + view.rejected - rejected);
      left.push(...tried.slice(0, first), ...tried.slice(-perTry));
      const smooth = !problem.breakpoints?.includes(view.time);
      spans.push({ time, h: view.time - time, end: view.time, smooth, index: spans.length });
      tried = [];
    }
    ({ time, rejected } = view);
    return undefined;
  };
  const kept: FlowProblem = {
    ...problem,
    velocity(at, state, out) {
      tried.push(problem.velocity(at, state, out));
    },
  };
  return {
    frames: integrate(kept, start, { ...settings, scheme: 'dopri5' }, { onStep }),
    taken: { spans, left },
  };
}

/**
 * The end of a flow from `start` along the steps of another, and the largest error estimate of a step, in units of
 * max(1, |x|); Infinity where a value is not finite. `velocity` sees what the other left in the same evaluation.
 */
export function flowAlong<T>(
  { spans, left }: TakenSteps<T>,
  problem: Pick<FlowProblem, 'size' | 'retract'> & {
    velocity(time: number, state: Float64Array, out: Float64Array, left: T): void;
  },
  start: Float64Array,
): { end: Float64Array; error: number } {
  let next = 0;
  const own: FlowProblem = {
    ...problem,
    velocity: (time, state, out) => problem.velocity(time, state, out, left[next++]),
  };
  const stepper = schemeNamed.dopri5.open(own, Float64Array.from(start));
  let error = 0;
  for (const span of spans) {
    error = Math.max(error, stepper.attempt(span));
    if (error === Number.POSITIVE_INFINITY) break;
    stepper.accept();
  }
  return { end: stepper.state, error };
}
