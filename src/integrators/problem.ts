/** What an integrator is given: a field on a flat state vector. It knows no particles and no attention. */

/**
 * All functions must return for states that are not finite, with whatever value: the integrator
 * notices. They are called with states on the manifold only, also within a step.
 */
export interface FlowProblem {
  /** Length of the state. */
  readonly size: number;
  /** ẋ = f(t, x), written to out. On a manifold: its tangent part. */
  velocity(time: number, state: Float64Array, out: Float64Array): void;
  /** What a layer adds before it retracts, over its step h (v, not yet projected); `velocity` where absent. */
  ambient?(time: number, state: Float64Array, out: Float64Array, h: number): void;
  /**
   * Df(t, x)[y_a], written to out [k, size], for k directions [k, size], of which the parts along the manifold count.
   * Absent where they are known by differences of f alone.
   */
  derivatives?(
    time: number,
    state: Float64Array,
    directions: Float64Array,
    out: Float64Array,
  ): void;
  /** Brings a state back to the manifold, in place. */
  retract?(state: Float64Array): void;
  /**
   * Times where f has a kink or a jump; no step crosses one, but layers do. At a jump f has the value
   * of the piece that begins there.
   */
  readonly breakpoints?: readonly number[];
  /** What moves the state beside f; absent without noise. */
  readonly noise?: FlowNoise;
}

/** Noise as a motion of its own: Brownian motion, driven by a Wiener process of rows of numbers. */
export interface FlowNoise {
  /** Numbers of the process: rows of `width`, one a particle. */
  readonly size: number;
  readonly width: number;
  /** Moves a state, in place, for a time h, by increments [size] of variance h each; weak order 2. */
  move(state: Float64Array, increments: Float64Array, h: number): void;
}
