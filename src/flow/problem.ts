/**
 * A dynamics as a problem for an integrator: particles with masses become a flat state, and the field of
 * an engine (or the entry's own velocity) its rate. Not the integration, and not the choice of an engine.
 *
 * The state is [positions n·d, then n radii where the entry has a normalisation, or n amplitudes √w_i
 * where it has a reaction]. Amplitudes lie on the unit sphere of R^n, where the Hellinger distance of the
 * masses is the angle between them, and so are kept there as particles are on theirs.
 */
import type { Dynamics, ParameterValues, Particles } from '../dynamics/dynamics.ts';
import { type NormalisationSettings, regulate } from '../dynamics/normalisation.ts';
import type { Field } from '../engines/field.ts';
import { moveOnSphere, tangentVariance } from '../geometry/brownian.ts';
import type { FlowNoise, FlowProblem } from '../integrators/problem.ts';

/** v_i to out [n, d] at a time, for positions [n, d] and masses [n]. */
type Velocity = (
  time: number,
  positions: Float64Array,
  masses: Float64Array,
  out: Float64Array,
) => void;

/** Dv(x)[y_a] to out [k, n, d] for directions [k, n, d]: of the tangent field on the sphere. */
type Derivatives = (
  time: number,
  positions: Float64Array,
  masses: Float64Array,
  directions: Float64Array,
  out: Float64Array,
) => void;

/** v_i(x) as an engine gives it: tangent to the sphere, or as it is. */
export interface Velocities {
  readonly tangent: Velocity;
  readonly ambient: Velocity;
  /** Absent where they are known by differences alone. */
  readonly derivatives?: Derivatives;
}

export interface ProblemParts {
  readonly entry: Dynamics;
  /** Complete and checked. */
  readonly parameters: ParameterValues;
  /** [n], of sum 1; where there is a reaction, those of the start. */
  readonly masses: Float64Array;
  readonly d: number;
  readonly velocities: Velocities;
  /** √(2/κ), the strength of Brownian motion beside the dynamics; 0 without. */
  readonly noise: number;
}

/** Where the parts of a state lie. */
const positionsOf = (state: Float64Array, n: number, d: number) => state.subarray(0, n * d);

/** Dynamics have radii or changing masses, not both. */
const sizeOf = ({ normalisation, reaction }: Dynamics, n: number, d: number) =>
  n * d + (normalisation || reaction ? n : 0);

/** The state at the start, from positions [n · d] and masses [n]. */
export function stateOf(
  entry: Dynamics,
  parameters: ParameterValues,
  positions: Float64Array,
  masses: Float64Array,
): Float64Array {
  const state = new Float64Array(sizeOf(entry, masses.length, positions.length / masses.length));
  state.set(positions);
  const settings = entry.normalisation?.(parameters);
  if (settings) state.fill(settings.initialRadius, positions.length);
  if (entry.reaction) state.set(masses.map(Math.sqrt), positions.length);
  return state;
}

/** What a state of n particles says besides their positions; null where the dynamics do not have it. */
export function partsOf(entry: Dynamics, state: Float64Array, n: number, d: number) {
  const rest = state.slice(n * d);
  return {
    radii: entry.normalisation ? rest : null,
    masses: entry.reaction ? rest.map((root) => root * root) : null,
  };
}

/** Who had derivatives at first has them later. Throws RangeError where that is not so. */
export function present<D>(derivatives: D | undefined): D {
  if (!derivatives)
    throw new RangeError('the derivatives of a field are gone in the course of a run');
  return derivatives;
}

/** The velocities of an engine's field, the same at every time. */
export function fieldVelocities(field: () => Field): Velocities {
  return {
    tangent: (_, positions, masses, out) => field().tangent(positions, masses, out),
    ambient: (_, positions, masses, out) => field().ambient(positions, masses, out),
    ...(field().derivatives && {
      derivatives: (_, ...where) => present(field().derivatives)(...where),
    }),
  };
}

/** The velocities of a field that is opened anew at every time, because the interaction changes with it. */
export function changingVelocities(openAt: (time: number) => Field): Velocities {
  let opened: { time: number; field: Field } | null = null;
  const at = (time: number) => {
    if (opened?.time !== time) {
      opened?.field.close();
      opened = { time, field: openAt(time) };
    }
    return opened.field;
  };
  return {
    tangent: (time, positions, masses, out) => at(time).tangent(positions, masses, out),
    ambient: (time, positions, masses, out) => at(time).ambient(positions, masses, out),
    ...(at(0).derivatives && {
      derivatives: (time, ...where) => present(at(time).derivatives)(...where),
    }),
  };
}

/** The velocities of an entry that brings its own. Throws RangeError where it has none. */
export function ownVelocities(
  { velocity, name }: Dynamics,
  parameters: ParameterValues,
  d: number,
): Velocities {
  if (!velocity) throw new RangeError(`dynamics ${name} have no velocity of their own`);
  const ambient: Velocity = (time, positions, masses, out) => {
    out.fill(0);
    velocity({ n: masses.length, d, positions, masses }, parameters, time, out);
  };
  const tangent: Velocity = (time, positions, masses, out) => {
    ambient(time, positions, masses, out);
    projectRows(positions, out, d);
  };
  return { ambient, tangent };
}

/** The problem that an integrator solves. */
export function flowProblem(parts: ProblemParts): FlowProblem {
  const { entry, parameters, masses, d, noise } = parts;
  const n = masses.length;
  const onSphere = entry.space === 'sphere';
  return {
    size: sizeOf(entry, n, d),
    ...ratesOf(parts),
    breakpoints: entry.breakpoints?.(parameters) ?? [],
    ...((onSphere || entry.reaction) && {
      retract(state) {
        if (onSphere) normaliseRows(positionsOf(state, n, d), d);
        if (entry.reaction) normaliseRows(state.subarray(n * d), n);
      },
    }),
    ...(noise > 0 && { noise: brownian(noise, onSphere, n, d) }),
  };
}

type Rates = Required<Pick<FlowProblem, 'velocity' | 'ambient'>> & Pick<FlowProblem, 'derivatives'>;

function ratesOf(parts: ProblemParts): Rates {
  const { entry, parameters } = parts;
  if (entry.reaction) return reactingField(parts, entry.reaction);
  const settings = entry.normalisation?.(parameters);
  return settings ? regulatedField(parts, settings) : plainField(parts);
}

function plainField({ entry, velocities, masses }: ProblemParts): Rates {
  const { ambient, tangent, derivatives } = velocities;
  const onSphere = entry.space === 'sphere';
  return {
    velocity: (time, state, out) => (onSphere ? tangent : ambient)(time, state, masses, out),
    ambient: (time, state, out) => ambient(time, state, masses, out),
    ...(derivatives && {
      derivatives: (time, state, directions, out) =>
        derivatives(time, state, masses, directions, out),
    }),
  };
}

/**
 * ẇ_i = w_i (g_i − Σ_k w_k g_k) beside the velocities, as r_i = √w_i: ṙ_i = ½ r_i (g_i − Σ_k w_k g_k). With the
 * positions, (r_i, x_i) is a point of the cone whose distance is Hellinger–Kantorovich's.
 */
function reactingField(
  { entry, parameters, masses, d, velocities }: ProblemParts,
  reaction: NonNullable<Dynamics['reaction']>,
): Rates {
  const n = masses.length;
  const growth = new Float64Array(n);
  const now = new Float64Array(n);
  const rates =
    (velocity: Velocity): FlowProblem['velocity'] =>
    (time, state, out) => {
      const positions = positionsOf(state, n, d);
      for (let i = 0; i < n; i++) now[i] = state[n * d + i] ** 2;
      velocity(time, positions, now, positionsOf(out, n, d));
      growth.fill(0);
      const particles: Particles = { n, d, positions, masses: now };
      reaction(particles, parameters, time, growth);
      let mean = 0;
      for (let i = 0; i < n; i++) mean += now[i] * growth[i];
      for (let i = 0; i < n; i++) out[n * d + i] = 0.5 * state[n * d + i] * (growth[i] - mean);
    };
  return {
    velocity: rates(entry.space === 'sphere' ? velocities.tangent : velocities.ambient),
    ambient: rates(velocities.ambient),
  };
}

/** θ̇_i = P v_i / s_i and ṙ_i (arXiv 2510.22026); the layer adds v_i / s_i, and what its sum is longer. */
function regulatedField(
  { velocities, masses, d }: ProblemParts,
  settings: NormalisationSettings,
): Rates {
  const n = masses.length;
  const free = new Float64Array(n * d);
  const scaleInto = (time: number, state: Float64Array, out: Float64Array, step = 0) => {
    const directions = positionsOf(state, n, d);
    for (let i = 0; i < n; i++) {
      const { along, length } = lengthsOf(directions, free, i, d);
      const radius = state[n * d + i];
      const { speed, radiusRate } = regulate(settings, { time, radius, along, length, step });
      for (let k = i * d; k < (i + 1) * d; k++) out[k] *= speed;
      out[n * d + i] = radiusRate;
    }
  };
  return {
    velocity(time: number, state: Float64Array, out: Float64Array) {
      velocities.ambient(time, positionsOf(state, n, d), masses, free);
      velocities.tangent(time, positionsOf(state, n, d), masses, positionsOf(out, n, d));
      scaleInto(time, state, out);
    },
    ambient(time: number, state: Float64Array, out: Float64Array, h: number) {
      velocities.ambient(time, positionsOf(state, n, d), masses, free);
      out.set(free);
      scaleInto(time, state, out, h);
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

/** Brownian motion of the positions, generator strength²/2 · Δ: radii and masses have no noise of their own. */
function brownian(strength: number, onSphere: boolean, n: number, d: number): FlowNoise {
  // What makes an increment of variance h a tangent vector of a step of time h; steps are alike, so it is kept.
  let known = { h: 0, factor: 0 };
  const factorOf = (h: number) => {
    if (h !== known.h)
      known = { h, factor: Math.sqrt(tangentVariance((strength ** 2 * h) / 2, d) / h) };
    return known.factor;
  };
  return {
    size: n * d,
    width: d,
    move(state, increments, h) {
      const positions = positionsOf(state, n, d);
      if (onSphere) moveOnSphere(positions, increments, d, factorOf(h));
      else for (let k = 0; k < n * d; k++) positions[k] += strength * increments[k];
    },
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
