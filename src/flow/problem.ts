/**
 * A dynamics as a problem for an integrator: particles with masses become a flat state, and the field of
 * an engine (or the entry's own velocity) its rate. Not the integration, and not the choice of an engine.
 *
 * The state is [positions n·d, then radii n where the entry has a normalisation].
 */
import type { Dynamics, ParameterValues } from '../dynamics/dynamics.ts';
import { type NormalisationSettings, regulate } from '../dynamics/normalisation.ts';
import type { Field } from '../engines/field.ts';
import type { FlowProblem } from '../integrators/problem.ts';

/** v_i(x) at a time, as an engine gives it: tangent to the sphere, or as it is. */
export interface Velocities {
  tangent(time: number, positions: Float64Array, out: Float64Array): void;
  ambient(time: number, positions: Float64Array, out: Float64Array): void;
}

export interface ProblemParts {
  readonly entry: Dynamics;
  /** Complete and checked. */
  readonly parameters: ParameterValues;
  readonly n: number;
  readonly d: number;
  readonly velocities: Velocities;
}

/** Where the parts of a state lie. */
export const positionsOf = (state: Float64Array, n: number, d: number) => state.subarray(0, n * d);
export const radiiOf = (state: Float64Array, n: number, d: number) => state.subarray(n * d);

/** The velocities of an engine's field, the same at every time. */
export function fieldVelocities(field: () => Field, masses: Float64Array): Velocities {
  return {
    tangent: (_, positions, out) => field().tangent(positions, masses, out),
    ambient: (_, positions, out) => field().ambient(positions, masses, out),
  };
}

/** The velocities of a field that is opened anew at every time, because the interaction changes with it. */
export function changingVelocities(
  openAt: (time: number) => Field,
  masses: Float64Array,
): Velocities {
  let opened: { time: number; field: Field } | null = null;
  const at = (time: number) => {
    if (opened?.time !== time) {
      opened?.field.close();
      opened = { time, field: openAt(time) };
    }
    return opened.field;
  };
  return {
    tangent: (time, positions, out) => at(time).tangent(positions, masses, out),
    ambient: (time, positions, out) => at(time).ambient(positions, masses, out),
  };
}

/** The velocities of an entry that brings its own. Throws RangeError where it has none. */
export function ownVelocities(
  { velocity, name }: Dynamics,
  parameters: ParameterValues,
  d: number,
  masses: Float64Array,
): Velocities {
  if (!velocity) throw new RangeError(`dynamics ${name} have no velocity of their own`);
  const n = masses.length;
  const ambient = (time: number, positions: Float64Array, out: Float64Array) => {
    out.fill(0);
    velocity({ n, d, positions, masses }, parameters, time, out);
  };
  const tangent = (time: number, positions: Float64Array, out: Float64Array) => {
    ambient(time, positions, out);
    projectRows(positions, out, d);
  };
  return { ambient, tangent };
}

/** The problem that an integrator solves. */
export function flowProblem(parts: ProblemParts): FlowProblem {
  const { entry, parameters, n, d } = parts;
  const settings = entry.normalisation?.(parameters);
  const strength = entry.noise?.(parameters) ?? 0;
  const onSphere = entry.space === 'sphere';
  return {
    size: settings ? n * d + n : n * d,
    ...(settings ? regulatedField(parts, settings) : plainField(parts)),
    breakpoints: entry.breakpoints?.(parameters) ?? [],
    ...(onSphere && { retract: (state) => normaliseRows(positionsOf(state, n, d), d) }),
    ...(strength > 0 && { diffuse: diffusion(strength, onSphere, n, d) }),
  };
}

type Rates = Required<Pick<FlowProblem, 'velocity' | 'ambient'>>;

function plainField({ entry, velocities }: ProblemParts): Rates {
  const { ambient, tangent } = velocities;
  return { velocity: entry.space === 'sphere' ? tangent : ambient, ambient };
}

/** θ̇_i = P v_i / s_i and ṙ_i (arXiv 2510.22026); the layer adds v_i / s_i. */
function regulatedField({ velocities, n, d }: ProblemParts, settings: NormalisationSettings) {
  const free = new Float64Array(n * d);
  const scaleInto = (time: number, state: Float64Array, out: Float64Array) => {
    const [directions, radii] = [positionsOf(state, n, d), radiiOf(state, n, d)];
    for (let i = 0; i < n; i++) {
      const { along, length } = lengthsOf(directions, free, i, d);
      const { speed, radiusRate } = regulate(settings, { time, radius: radii[i], along, length });
      for (let k = i * d; k < (i + 1) * d; k++) out[k] *= speed;
      out[n * d + i] = radiusRate;
    }
  };
  return {
    velocity(time: number, state: Float64Array, out: Float64Array) {
      velocities.ambient(time, positionsOf(state, n, d), free);
      velocities.tangent(time, positionsOf(state, n, d), positionsOf(out, n, d));
      scaleInto(time, state, out);
    },
    ambient(time: number, state: Float64Array, out: Float64Array) {
      velocities.ambient(time, positionsOf(state, n, d), free);
      out.set(free);
      scaleInto(time, state, out);
    },
  };
}

/** ⟨θ_i, v_i⟩ and |v_i|. */
function lengthsOf(directions: Float64Array, v: Float64Array, i: number, d: number) {
  let along = 0;
  let square = 0;
  for (let k = i * d; k < (i + 1) * d; k++) {
    along += directions[k] * v[k];
    square += v[k] * v[k];
  }
  return { along, length: Math.sqrt(square) };
}

/** Σ(x) dW = strength · P_x dW on the sphere, strength · dW in R^d. */
function diffusion(strength: number, onSphere: boolean, n: number, d: number) {
  return (state: Float64Array, increments: Float64Array, out: Float64Array) => {
    for (let k = 0; k < n * d; k++) out[k] = strength * increments[k];
    if (onSphere) projectRows(positionsOf(state, n, d), out, d);
  };
}

/** v_i ← v_i − ⟨x_i, v_i⟩ x_i, in place. */
function projectRows(x: Float64Array, v: Float64Array, d: number): void {
  for (let start = 0; start < x.length; start += d) {
    let along = 0;
    for (let k = start; k < start + d; k++) along += x[k] * v[k];
    for (let k = start; k < start + d; k++) v[k] -= along * x[k];
  }
}

/** x_i ← x_i / |x_i|, in place. */
export function normaliseRows(x: Float64Array, d: number): void {
  for (let start = 0; start < x.length; start += d) {
    let square = 0;
    for (let k = start; k < start + d; k++) square += x[k] * x[k];
    const length = Math.sqrt(square);
    for (let k = start; k < start + d; k++) x[k] /= length;
  }
}
