/**
 * Heun's scheme for dx = f dt + Σ(x) ∘ dW (Stratonovich): strong order ½ where the noise does not
 * commute, as on the sphere, and weak order 1. Without noise it is Heun's scheme of order 2.
 *
 * Predictor and result are retracted. The increments are a function of the number of the step, so
 * that a run that is continued sees the same path.
 */
import { random } from '../numerics/random.ts';
import type { FlowProblem } from './problem.ts';
import {
  addScaled,
  chord,
  combine,
  knownSlope,
  land,
  lastTime,
  type Span,
  type Stepper,
} from './stepper.ts';

/** Writes the increments of the Wiener process over step `index` of size h: independent, variance h. */
export type Increments = (index: number, h: number, out: Float64Array) => void;

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x6e6f;

/** Gaussian increments, step k from the sub-stream (seed, k). */
export function brownian(seed: number): Increments {
  return (index, h, out) => {
    const { gaussian } = random(seed, STREAM, index);
    const deviation = Math.sqrt(h);
    for (let i = 0; i < out.length; i++) out[i] = deviation * gaussian();
  };
}

const EULER = [1];
const TRAPEZE = [1 / 2, 1 / 2];

export function heun(problem: FlowProblem, start: Float64Array, increments: Increments): Stepper {
  const { size } = problem;
  const known = knownSlope(problem);
  const slope = new Float64Array(size);
  const noise = problem.diffuse && noiseTerms(problem.diffuse.bind(problem), size, increments);

  const stepper: Stepper = {
    state: start,
    next: new Float64Array(size),
    attempt(span) {
      const { time, h } = span;
      const { state, next } = stepper;
      const first = known.at(time, state);
      combine(next, state, h, EULER, [first]);
      noise?.predict(span, state, next);
      problem.retract?.(next);
      problem.velocity(lastTime(span), next, slope);
      noise?.correct(next);
      combine(next, state, h, TRAPEZE, [first, slope]);
      noise?.add(next);
      return land(problem, next) ? 0 : Number.POSITIVE_INFINITY;
    },
    interpolate: (theta, out) => chord(problem, stepper.state, stepper.next, theta, out),
    accept() {
      [stepper.state, stepper.next] = [stepper.next, stepper.state];
      known.forget();
    },
    velocity: (time) => known.at(time, stepper.state),
  };
  return stepper;
}

/** Σ(x) dW at both ends of a step. */
function noiseTerms(
  diffuse: NonNullable<FlowProblem['diffuse']>,
  size: number,
  increments: Increments,
) {
  const path = new Float64Array(size);
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  return {
    predict({ index, h }: Span, state: Float64Array, next: Float64Array) {
      increments(index, h, path);
      diffuse(state, path, first);
      addScaled(next, first, 1, 0, size);
    },
    correct: (predicted: Float64Array) => diffuse(predicted, path, second),
    add(next: Float64Array) {
      for (let i = 0; i < size; i++) next[i] += (first[i] + second[i]) / 2;
    },
  };
}
