/** Where a particle of a ReLU network crosses a kink of its field, and rk4 with steps that end there. */
import type { ParameterValues } from '../../dynamics/dynamics.ts';
import { resnetLayer } from '../../dynamics/resnet.ts';
import { preactivations, residualVelocity } from '../../dynamics/resnet-layer.ts';
import type { FlowEvent } from '../../integrators/events.ts';
import { type IntegrationFrame, integrate } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';

/** One particle: every other has kinks of its own. */
export interface Crosser {
  readonly parameters: ParameterValues;
  /** [d] */
  readonly start: Float64Array;
  readonly time: number;
}

/** Absolute, in time. */
const LOCATED = 1e-13;

/** Rising times at which an entry of W_t x + b_t changes its sign. */
export function crossingTimes(crosser: Crosser, tolerance: number): number[] {
  const { time: end, start } = crosser;
  const how = { scheme: 'dopri5', tolerance, end, times: [], events: eventsOf(crosser) };
  const frames = [...integrate(problemOf(crosser), start, how)];
  return frames.filter(({ reason }) => reason?.startsWith(CROSSING)).map(({ time }) => time);
}

const CROSSING = 'crossing';

function eventsOf({ parameters, start }: Crosser): FlowEvent[] {
  const d = start.length;
  return Array.from({ length: d }, (_, c) => ({
    name: `${CROSSING} ${c}`,
    value: (time, state) => preactivations(resnetLayer(parameters, d, time), state)[c],
    tolerance: LOCATED,
    stop: false,
  }));
}

/** How a flow is solved whose steps end at the crossings. */
type How =
  | { readonly scheme: 'rk4'; readonly step: number }
  | { readonly scheme: 'dopri5'; readonly tolerance: number };

/** Where a scheme takes the particle, each step cut where it would cross a kink. */
export function cutEnd(crosser: Crosser, crossings: readonly number[], how: How): Float64Array {
  const { time: end, start } = crosser;
  const problem = { ...problemOf(crosser), breakpoints: crossings };
  const frames: IntegrationFrame[] = [...integrate(problem, start, { ...how, end, times: [end] })];
  return frames[frames.length - 1].state;
}

function problemOf({ parameters, start }: Crosser): FlowProblem {
  const d = start.length;
  return {
    size: d,
    velocity: (time, positions, out) =>
      residualVelocity(resnetLayer(parameters, d, time), 'relu', { positions }, out),
  };
}
