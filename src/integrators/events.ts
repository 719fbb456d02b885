/** Times at which something happens: zeros of a function of the state. Not what is done about them. */
import type { Stepper } from './stepper.ts';

export interface FlowEvent {
  readonly name: string;
  /** g(t, x): the event is where its sign changes (once a step is noticed). x is not to be changed. */
  value(time: number, state: Float64Array): number;
  /** How closely in time the event is located, absolute. */
  readonly tolerance: number;
  /** Whether the run ends there. */
  readonly stop: boolean;
}

/** Whether g went from one side of zero to zero or beyond. */
export const crosses = (before: number, after: number): boolean =>
  (before < 0 && after >= 0) || (before > 0 && after <= 0);

/**
 * θ of the event in a step from `time` of size h whose ends lie on two sides of it, by bisection on
 * the interpolated states: behind the event by at most its tolerance. 1 where a step has no inside.
 */
export function locate(
  event: FlowEvent,
  stepper: Stepper,
  { time, h }: { readonly time: number; readonly h: number },
  before: number,
): number {
  if (!stepper.interpolate) return 1;
  const state = new Float64Array(stepper.state.length);
  let low = 0;
  let high = 1;
  while ((high - low) * h > event.tolerance) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    stepper.interpolate(middle, state);
    if (crosses(before, event.value(time + middle * h, state))) high = middle;
    else low = middle;
  }
  return high;
}

/** The length of the longest row of a velocity with rows of `width` entries: the fastest particle. */
export function fastest(velocity: Float64Array, width: number): number {
  let largest = 0;
  for (let from = 0; from < velocity.length; from += width) {
    let square = 0;
    for (let i = from; i < from + width; i++) square += velocity[i] * velocity[i];
    largest = Math.max(largest, square);
  }
  return Math.sqrt(largest);
}
