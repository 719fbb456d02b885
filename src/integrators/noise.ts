/**
 * Noise beside any scheme with a fixed step: half a step of Brownian motion, a step of the scheme, half a step of
 * Brownian motion. Weak order 2 where the scheme and the Brownian steps have order 2, for e^{hA/2} e^{hL} e^{hA/2}
 * is e^{h(A+L)} + O(h³) for the generators A of the noise and L of the drift (Strang, SIAM J. Numer. Anal. 5,
 * 1968; for laws: Talay and Tubaro, Stoch. Anal. Appl. 8, 1990). It holds for drift in R^d and on
 * manifolds alike. Strong order ½ on the sphere, where the noise does not commute.
 *
 * The halves are driven by two independent processes that run at half the speed, so that a step of 2h sees the sums
 * of those of h.
 */
import type { FlowNoise, FlowProblem } from './problem.ts';
import { knownSlope, type Span, type Stepper } from './stepper.ts';
import type { WienerPath } from './wiener.ts';

/** `open` begins the scheme of the drift; `start` becomes the stepper's own. */
export function withNoise(
  problem: FlowProblem & { readonly noise: FlowNoise },
  start: Float64Array,
  open: (problem: FlowProblem, start: Float64Array) => Stepper,
  path: WienerPath,
): Stepper {
  const { noise, size } = problem;
  const drift = open(problem, new Float64Array(size));
  const known = knownSlope(problem);
  const increments = new Float64Array(noise.size);

  function move(process: 0 | 1, { time, end, h }: Span, state: Float64Array): void {
    path(process, time, end, increments);
    for (let i = 0; i < increments.length; i++) increments[i] *= Math.SQRT1_2;
    noise.move(state, increments, h / 2);
  }

  function advance(span: Span, out: Float64Array): number {
    drift.state.set(stepper.state);
    move(0, span, drift.state);
    const error = drift.attempt(span);
    // also where it failed: what it knows of the state before is forgotten
    drift.accept();
    out.set(drift.state);
    move(1, span, out);
    return error;
  }

  const stepper: Stepper = {
    state: start,
    next: new Float64Array(size),
    attempt: (span) => {
      last = span;
      return advance(span, stepper.next);
    },
    /** A shorter step along the same path. */
    interpolate(theta, out) {
      if (!last) throw new RangeError('no step to interpolate in: attempt one first');
      const end = last.time + theta * last.h;
      advance({ ...last, end, h: theta * last.h, smooth: true }, out);
    },
    accept() {
      [stepper.state, stepper.next] = [stepper.next, stepper.state];
      known.forget();
    },
    velocity: (time) => known.at(time, stepper.state),
  };
  let last: Span | null = null;
  return stepper;
}
