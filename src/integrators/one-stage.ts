/**
 * The two schemes that ask the field once a step: the layer x ← retract(x + h v), which is a layer of
 * a transformer, and projected Euler x ← retract(x + h P_x v). Both have order 1 and differ by O(h²).
 *
 * Both read the field in the middle of the step's time, as layer k of L reads θ((k + ½) / L).
 */
import type { FlowProblem } from './problem.ts';
import { chord, combine, knownSlope, land, type Stepper } from './stepper.ts';

const WEIGHTS = [1];

/** A layer has no inside: no interpolation. */
export function layer(problem: FlowProblem, start: Float64Array): Stepper {
  const field = problem.ambient ? problem.ambient.bind(problem) : problem.velocity.bind(problem);
  return oneStage(problem, start, field);
}

export function projectedEuler(problem: FlowProblem, start: Float64Array): Stepper {
  const stepper = oneStage(problem, start, problem.velocity.bind(problem));
  stepper.interpolate = (theta, out) => chord(problem, stepper.state, stepper.next, theta, out);
  return stepper;
}

function oneStage(
  problem: FlowProblem,
  start: Float64Array,
  field: NonNullable<FlowProblem['ambient']>,
): Stepper {
  const slopes = [new Float64Array(problem.size)];
  const known = knownSlope(problem);
  const stepper: Stepper = {
    state: start,
    next: new Float64Array(problem.size),
    attempt({ time, h }) {
      field(time + h / 2, stepper.state, slopes[0], h);
      combine(stepper.next, stepper.state, h, WEIGHTS, slopes);
      return land(problem, stepper.next) ? 0 : Number.POSITIVE_INFINITY;
    },
    accept() {
      [stepper.state, stepper.next] = [stepper.next, stepper.state];
      known.forget();
    },
    velocity: (time) => known.at(time, stepper.state),
  };
  return stepper;
}
