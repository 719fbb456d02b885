/**
 * Checks what an entry promises (Properties) on random particles. The same checks are the property
 * tests of the catalogue and what every run of a user's own dynamics begins with. Evidence, not proof.
 */

import { tangent } from '../geometry/sphere.ts';
import { uniformDirection } from '../geometry/uniform.ts';
import { counted } from '../numerics/counted.ts';
import { exp } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';
import { type Random, random } from '../numerics/random.ts';
import { dot, largestDifference, norm, sumOf } from '../numerics/vectors.ts';
import {
  type Dynamics,
  energyBetaOf,
  type ParameterValues,
  type Particles,
  type Properties,
} from './dynamics.ts';
import { regulate } from './normalisation.ts';
import { completeParameters } from './parameters.ts';

/** v_i [n, d] of an entry, not projected: from an engine, or the entry's own velocity. */
export type VelocityOf = (
  particles: Particles,
  parameters: ParameterValues,
  time: number,
) => Float64Array;

export interface BrokenPromise {
  readonly promise: keyof Properties;
  /** The largest violation seen, in the unit of velocities (or of energy over time). */
  readonly measured: number;
  /** What round-off may explain. */
  readonly allowed: number;
  /** One line. */
  readonly message: string;
}

export interface CheckSettings {
  readonly n?: number;
  /** Default: the entry's own d, or 4. */
  readonly d?: number;
  /** Parameters other than the defaults. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly trials?: number;
  /** Trials are at times from 0 to this one; 1.48 by default. */
  readonly time?: number;
  /** [at least n, d], places in R^d to choose particles from; Gaussian ones by default. Not on the sphere. */
  readonly positions?: Float64Array;
}

interface Trial {
  readonly entry: Dynamics;
  readonly velocityOf: VelocityOf;
  readonly parameters: ParameterValues;
  readonly particles: Particles;
  readonly time: number;
  readonly random: Random;
  /** Another place for a particle at x. */
  readonly elsewhere: (x: Float64Array) => Float64Array;
  /** What round-off explains, relative to the largest speed. */
  readonly roundOff: number;
}

interface Violation {
  readonly measured: number;
  readonly allowed: number;
}

/** Relative to the largest speed (or to the sum of absolute terms), where the velocity does not magnify more. */
const ROUND_OFF = 1e-10;

/**
 * The promises that the entry breaks on random particles with random masses, each with its largest
 * violation; empty if it keeps them all. An entry with an interaction needs velocities of an engine.
 * Throws InputError for parameters that do not fit, for velocities of a wrong length or not finite,
 * and for those that are no function: that change the particles, or differ when asked for again.
 */
export function checkProperties(
  entry: Dynamics,
  velocityOf: VelocityOf = ownVelocity(entry),
  seed = 1,
  settings: CheckSettings = {},
): BrokenPromise[] {
  const { n = 7, d = entry.dimension ?? 4, trials = 5, time: end = 1.48, positions } = settings;
  const parameters = completeParameters(entry, settings.parameters ?? {}, d);
  const all = Array.from({ length: trials }, (_, index): Trial => {
    const stream = random(seed, CHECK_STREAM, index);
    const particles = randomParticles(entry, n, d, stream, positions);
    const time = (end * index) / Math.max(1, trials - 1);
    const elsewhere = positions
      ? (x: Float64Array) => x.map((value) => value + 0.1 * (1 + value) * stream.gaussian())
      : () => randomPoint(entry, d, stream);
    const trial = { entry, velocityOf, parameters, particles, time, random: stream, elsewhere };
    return { ...trial, roundOff: ROUND_OFF };
  });
  for (const trial of all) checkVelocity(trial);
  const measured = all.map((trial) => ({ ...trial, roundOff: roundOffOf(trial) }));
  return promisesOf(entry).flatMap((promise) => {
    const violations = measured.map((trial) => ({ trial, ...MEASURES[promise](trial) }));
    const broken = violations.filter(({ measured, allowed }) => !(measured <= allowed));
    return broken.length > 0 ? [worstOf(promise, broken)] : [];
  });
}

const CHECK_STREAM = 0xc4ec;

function promisesOf({ properties }: Dynamics): (keyof Properties)[] {
  return PROMISES.filter((promise) => properties[promise]);
}

function worstOf(
  promise: keyof Properties,
  broken: readonly (Violation & { readonly trial: Trial })[],
): BrokenPromise {
  const worst = broken.reduce((a, b) => (b.measured > a.measured ? b : a));
  const { measured, allowed, trial } = worst;
  const { entry, particles, time } = trial;
  const wanted = promise === 'energy' ? `energy ${entry.properties.energy}` : promise;
  const place = [...shown(trial.parameters), `n = ${particles.n}`, `t = ${time.toPrecision(3)}`];
  const message = `dynamics ${entry.name} promise ${wanted}, but at ${place.join(', ')} it fails by ${measured.toPrecision(3)} where round-off explains ${allowed.toPrecision(3)}: correct the velocity or withdraw the promise`;
  return { promise, measured, allowed, message };
}

const shown = (parameters: ParameterValues) =>
  Object.entries(parameters).map(([name, value]) => `${name} = ${shortened(show(value))}`);

const shortened = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** How much of the largest speed is lost where positions are known to a few last bits only. */
function roundOffOf(trial: Trial): number {
  const { particles, parameters } = trial;
  const near = particles.positions.map(
    (value, at) => value * (1 + (at % 2 ? 4 : -4) * Number.EPSILON),
  );
  const { rate, scale } = flow(trial, particles, parameters);
  const other = flow(trial, { ...particles, positions: near }, parameters);
  const lost = largestDifference(rate, other.rate) / scale;
  return Math.max(ROUND_OFF, 100 * (lost || 0));
}

function randomParticles(
  entry: Dynamics,
  n: number,
  d: number,
  stream: Random,
  places?: Float64Array,
): Particles {
  const positions = new Float64Array(n * d);
  const chosen = places && shuffled(places.length / d, stream);
  for (let i = 0; i < n; i++)
    positions.set(
      places && chosen ? rowOf(places, chosen[i], d) : randomPoint(entry, d, stream),
      i * d,
    );
  const raw = Float64Array.from({ length: n }, () => 0.2 + stream.uniform());
  const total = sumOf(raw);
  return { n, d, positions, masses: raw.map((value) => value / total) };
}

function randomPoint({ space }: Dynamics, d: number, stream: Random): Float64Array {
  if (space === 'sphere') return uniformDirection(d, stream);
  return Float64Array.from({ length: d }, () => stream.gaussian());
}

/** The velocity that an entry brings. Throws InputError where it has none. */
function ownVelocity({ name, velocity }: Dynamics): VelocityOf {
  if (!velocity)
    throw new InputError(
      'velocityOf',
      `dynamics ${name} have an interaction: expected a second argument that gives its velocities, pass one made of an engine's field`,
    );
  return (particles, parameters, time) => {
    const out = new Float64Array(particles.n * particles.d);
    velocity(particles, parameters, time, out);
    return out;
  };
}

function checkVelocity({ entry, velocityOf, particles, parameters, time }: Trial): void {
  const before = [particles.positions.slice(), particles.masses.slice()];
  const v = velocityOf(particles, parameters, time).slice();
  const refuse = (what: string) => {
    throw new InputError('velocity', `the velocity of dynamics ${entry.name} ${what}, correct it`);
  };
  const size = particles.n * particles.d;
  if (v.length !== size) refuse(`has ${counted(v.length, 'number')}: expected n · d = ${size}`);
  const broken = v.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) refuse(`has ${v[broken]} at entry ${broken}: expected finite numbers`);
  const again = velocityOf(particles, parameters, time);
  const differs = v.findIndex((value, at) => value !== again[at]);
  const moved = differ(before[0], particles.positions) || differ(before[1], particles.masses);
  if (moved) refuse('changes the particles that it is given: expected that it writes to out only');
  if (differs >= 0)
    refuse(
      `is ${v[differs]} at entry ${differs}, and asked again ${again[differs]}: expected the same for the same particles, parameters and time`,
    );
}

const differ = (a: Float64Array, b: Float64Array) => a.some((value, at) => value !== b[at]);

/** ẋ_i [n, d], and the largest speed before projection: what round-off is relative to. */
function flow(
  { entry, velocityOf, time }: Trial,
  particles: Particles,
  parameters: ParameterValues,
): { rate: Float64Array; scale: number } {
  const v = velocityOf(particles, parameters, time);
  const settings = entry.normalisation?.(parameters);
  const rate = new Float64Array(v.length);
  let scale = 0;
  for (let i = 0; i < particles.n; i++) {
    const [x, own] = [rowOf(particles.positions, i, particles.d), rowOf(v, i, particles.d)];
    const [along, length] = [dot(x, own), norm(own)];
    const radius = settings?.initialRadius ?? 1;
    const regulated = { time, radius, along, length, step: 0 };
    const speed = settings ? regulate(settings, regulated).speed : 1;
    const part = entry.space === 'sphere' ? tangent(x, own) : own;
    rate.set(
      part.map((value) => speed * value),
      i * particles.d,
    );
    scale = Math.max(scale, speed * length);
  }
  return { rate, scale };
}

const rowOf = (values: Float64Array, i: number, d: number) => values.subarray(i * d, (i + 1) * d);

const MEASURES: Record<keyof Properties, (trial: Trial) => Violation> = {
  rotationEquivariant: rotation,
  permutationEquivariant: permutation,
  energy: energyDirection,
  keepsCones: cone,
  causal: causality,
  conservesMean: meanDrift,
};

const PROMISES: readonly (keyof Properties)[] = [
  'rotationEquivariant',
  'permutationEquivariant',
  'energy',
  'keepsCones',
  'causal',
  'conservesMean',
];

/** |v(Rx) − R v(x)| with all matrices the identity. */
function rotation(trial: Trial): Violation {
  const { entry, particles, parameters } = trial;
  const matrices = entry.parameters.filter(({ type }) => type === 'matrix');
  const plain = {
    ...parameters,
    ...Object.fromEntries(matrices.map(({ name }) => [name, 'identity' as const])),
  };
  const turn = randomRotation(particles.d, trial.random);
  const turned = { ...particles, positions: turn(particles.positions) };
  const before = flow(trial, particles, plain);
  const after = flow(trial, turned, plain);
  return {
    measured: largestDifference(after.rate, turn(before.rate)),
    allowed: trial.roundOff * before.scale,
  };
}

/** An even number of reflections one after another, applied to every row; few in many dimensions. */
function randomRotation(d: number, stream: Random): (rows: Float64Array) => Float64Array {
  const mirrors = Array.from({ length: 2 * Math.min(d, 16) }, () => uniformDirection(d, stream));
  return (rows) => {
    const out = Float64Array.from(rows);
    for (let i = 0; i < out.length / d; i++)
      for (const mirror of mirrors) reflect(rowOf(out, i, d), mirror);
    return out;
  };
}

/** x − 2⟨x, m⟩ m, in place. */
function reflect(x: Float64Array, mirror: Float64Array): void {
  const along = dot(x, mirror);
  for (let k = 0; k < x.length; k++) x[k] -= 2 * along * mirror[k];
}

/** v of the reordered particles against the reordered v. */
function permutation(trial: Trial): Violation {
  const { particles, parameters } = trial;
  const order = shuffled(particles.n, trial.random);
  const reorder = (values: Float64Array, d: number) => {
    const out = new Float64Array(values.length);
    order.forEach((from, to) => {
      out.set(rowOf(values, from, d), to * d);
    });
    return out;
  };
  const moved = {
    ...particles,
    positions: reorder(particles.positions, particles.d),
    masses: reorder(particles.masses, 1),
  };
  const before = flow(trial, particles, parameters);
  const { rate } = flow(trial, moved, parameters);
  return {
    measured: largestDifference(rate, reorder(before.rate, particles.d)),
    allowed: trial.roundOff * before.scale,
  };
}

function shuffled(n: number, stream: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** e^x of more is near the end of Float64. */
const MOST_EXPONENT = 600;

/**
 * Ė = Σ_i w_i ⟨Σ_j w_j e^{β⟨x_i,x_j⟩} x_j, ẋ_i⟩ (arXiv 2312.10794, eq. 3.3), as far as it has the
 * wrong sign; in units of a power of e where it is too large for a number.
 */
function energyDirection(trial: Trial): Violation {
  const { entry, particles, parameters } = trial;
  const { n, d, positions, masses } = particles;
  const { rate, scale } = flow(trial, particles, parameters);
  const beta = energyBetaOf(entry, parameters);
  const rows = Array.from({ length: n }, (_, i) => rowOf(positions, i, d));
  const largest = Math.max(...rows.flatMap((x) => rows.map((y) => beta * dot(x, y))));
  const unit = Math.max(0, largest - MOST_EXPONENT);
  let total = 0;
  let size = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const [x, y] = [rows[i], rows[j]];
      const weight = masses[i] * masses[j] * exp(beta * dot(x, y) - unit);
      total += weight * dot(y, rowOf(rate, i, d));
      size += weight * norm(y) * scale;
    }
  const fall = entry.properties.energy === 'increases' ? -total : total;
  return { measured: Math.max(0, fall), allowed: trial.roundOff * size };
}

/** A token on the boundary of a cone that holds all others: −⟨v, w⟩ if it is pulled out. */
function cone(trial: Trial): Violation {
  const { entry, particles, parameters } = trial;
  const { n, d } = particles;
  const pole = uniformDirection(d, trial.random);
  const inside = Float64Array.from(particles.positions);
  for (let i = 0; i < n; i++)
    if (dot(rowOf(inside, i, d), pole) < 0) reflect(rowOf(inside, i, d), pole);
  const edge = trial.random.integer(n);
  const x = rowOf(inside, edge, d);
  const flat = tangent(pole, x);
  const length = entry.space === 'sphere' ? norm(flat) : 1;
  x.set(flat.map((value) => value / length));
  const { rate, scale } = flow(trial, { ...particles, positions: inside }, parameters);
  const out = -dot(rowOf(rate, edge, d), pole);
  return { measured: Math.max(0, out), allowed: trial.roundOff * scale };
}

/** How much the first tokens' velocities change when the tokens after them do. */
function causality(trial: Trial): Violation {
  const { particles, parameters } = trial;
  const { n, d } = particles;
  const kept = 1 + trial.random.integer(Math.max(1, n - 1));
  const changed = Float64Array.from(particles.positions);
  for (let i = kept; i < n; i++) changed.set(trial.elsewhere(rowOf(changed, i, d)), i * d);
  const before = flow(trial, particles, parameters);
  const after = flow(trial, { ...particles, positions: changed }, parameters);
  const first = (values: Float64Array) => values.subarray(0, kept * d);
  return {
    measured: largestDifference(first(before.rate), first(after.rate)),
    allowed: trial.roundOff * before.scale,
  };
}

/** The largest coordinate of Σ w_i ẋ_i. */
function meanDrift(trial: Trial): Violation {
  const { particles, parameters } = trial;
  const { n, d, masses } = particles;
  const { rate, scale } = flow(trial, particles, parameters);
  const drift = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) drift[k] += masses[i] * rate[i * d + k];
  return {
    measured: drift.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    allowed: trial.roundOff * scale,
  };
}
