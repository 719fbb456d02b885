/**
 * How far a flow comes: to the end, or to where the integrator gives it up, with the reason. Not the integration:
 * src/integrators.
 */
import {
  type Hooks,
  type IntegrationFrame,
  type IntegrationSettings,
  integrate,
} from '../integrators/integrate.ts';
import type { FlowProblem } from '../integrators/problem.ts';
import { DivergedError, InputError } from '../numerics/errors.ts';
import type { Precision } from '../pretrained/precision.ts';

export interface Reached {
  /** Whether it came to the end. */
  readonly ended: boolean;
  /** Of the last state that is good. */
  readonly time: number;
  readonly state: Float64Array;
  /** Why no farther; null at the end. */
  readonly reason: string | null;
  readonly steps: number;
  readonly rejected: number;
}

/** A float32 network's velocities are no better than this. */
const FLOAT32_TOLERANCE = 1e-6;

/** Throws InputError (of that field) for a tolerance that velocities of this precision cannot serve. */
export function checkTolerance(field: string, tolerance: number, precision: Precision): void {
  if (precision === 'float32' && tolerance < FLOAT32_TOLERANCE)
    throw new InputError(
      field,
      `tolerance ${tolerance} is finer than what float32 computes: expected at least ${FLOAT32_TOLERANCE}, or take precision float64`,
    );
}

/** Fields of errors that say that a run was given up, and not that it was asked wrongly. */
const GIVEN_UP = ['maximumSteps', 'tolerance'];

/**
 * ẋ = f(t, x) from the start as far as it goes; frames and the states between steps are told. Throws InputError for
 * settings that do not fit, before the first step.
 */
export function flowAsFarAsItGoes(
  problem: FlowProblem,
  start: Float64Array,
  settings: IntegrationSettings,
  onFrame: (frame: IntegrationFrame) => void = () => {},
  onStep: (state: Float64Array) => void = () => {},
): Reached {
  let last = { time: 0, state: start, steps: 0, rejected: 0 };
  const hooks: Hooks = {
    onStep({ time, state, steps, rejected }) {
      last = { time, state: Float64Array.from(state), steps, rejected };
      onStep(state);
      return undefined;
    },
  };
  const frames = integrate(problem, start, settings, hooks);
  try {
    for (const frame of frames) onFrame(frame);
  } catch (error) {
    const given = error instanceof InputError && GIVEN_UP.includes(error.field);
    if (!given && !(error instanceof DivergedError)) throw error;
    return { ...last, ended: false, reason: error.message };
  }
  return { ...last, ended: true, reason: null };
}
