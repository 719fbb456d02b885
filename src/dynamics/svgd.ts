/**
 * Stein variational gradient descent: particles that sample a density by moving together, pulled up its slope
 * through a kernel and pushed apart by the kernel's own.
 */
import { z } from 'zod';
import { cbrt } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import { defineDynamics } from './define.ts';
import type { Dynamics, ParameterValues, Particles, Properties } from './dynamics.ts';
import { BANDWIDTH, KERNEL, type RadialKernel, radialKernel } from './kernels.ts';
import { choiceOf, numberOf } from './parameters.ts';
import {
  checkTargetAt,
  type SlopedTarget,
  TARGET_PARAMETERS,
  type Target,
  targetOf,
} from './targets.ts';

const PROPERTIES: Properties = {
  rotationEquivariant: false,
  permutationEquivariant: true,
  energy: null,
  keepsCones: false,
  causal: false,
  conservesMean: false,
};

export const svgd: Dynamics = {
  name: 'svgd',
  title: 'Stein variational gradient descent',
  help: 'v_i = Σ_j w_j [k(x_j, x_i) ∇log π(x_j) + ∇_{x_j} k(x_j, x_i)]: attention with a kernel as its coupling, values that climb, and a repulsion.',
  citation: 'arXiv 1608.04471',
  space: 'euclidean',
  parameters: [...TARGET_PARAMETERS, KERNEL, BANDWIDTH],
  properties: PROPERTIES,
  velocity: (particles, parameters, _, out) =>
    steinVelocity(particles, targetOf(parameters, particles.d), parameters, out),
  checkStart: (particles, parameters) =>
    checkTargetAt(targetOf(parameters, particles.d), particles),
};

/** A density π on R^d to sample from, up to a constant. At least one of `logDensity` and `gradient`. */
export interface SvgdDefinition {
  /** snake_case; default my_svgd. */
  readonly name?: string;
  /** log π up to a constant; may be absent, as only its slope moves the particles. */
  readonly logDensity?: Target['logDensity'];
  /** ∇ log π [d] to out; absent: central differences of the log-density, good to about 1e-9. */
  readonly gradient?: Target['gradient'];
  /** The only d that it is made for; any if absent. */
  readonly dimension?: number;
}

const callable = <F>(example: string) =>
  z
    .custom<F>((value) => typeof value === 'function', `expected a function, such as ${example}`)
    .optional();

/** Name and dimension are checked where the dynamics are defined. */
const DEFINITION = z.strictObject({
  name: z.string('expected text, such as my_svgd').default('my_svgd'),
  logDensity: callable<Target['logDensity']>('(x) => -(x[0] ** 2) / 2'),
  gradient: callable<Target['gradient']>('(x, out) => { out[0] = -x[0]; }'),
  dimension: z.number('expected a whole number').optional(),
});

/**
 * SVGD of a density of one's own, with kernel and bandwidth as parameters. Throws InputError for a definition
 * that does not fit; a run refuses starts where the density is not finite.
 */
export function svgdDynamics(definition: SvgdDefinition): Dynamics {
  const { name, dimension, ...given } = parseOptions(DEFINITION, definition);
  const target = withSlope(given);
  return defineDynamics({
    name,
    title: 'Stein variational gradient descent',
    space: 'euclidean',
    citation: svgd.citation,
    parameters: [KERNEL, BANDWIDTH],
    properties: PROPERTIES,
    ...(dimension !== undefined && { dimension }),
    velocity: (particles, parameters, _, out) => steinVelocity(particles, target, parameters, out),
    checkStart: (particles) => checkTargetAt(target, particles),
  });
}

function withSlope({ logDensity, gradient }: Partial<Target>): SlopedTarget {
  if (gradient) return { logDensity, gradient };
  if (logDensity) return { logDensity, gradient: differences(logDensity) };
  throw new InputError(
    'logDensity',
    'there is neither logDensity nor gradient: expected at least one of them, such as logDensity: (x) => -(x[0] ** 2) / 2',
  );
}

/** Σ_j w_j [k(x_j, x_i) ∇log π(x_j) + ∇_{x_j} k(x_j, x_i)] to out [n, d], which holds zeros. O(n²d). */
function steinVelocity(
  particles: Particles,
  target: SlopedTarget,
  parameters: ParameterValues,
  out: Float64Array,
): void {
  const slopes = slopesAt(particles, target);
  const bandwidth = numberOf(parameters, 'bandwidth');
  const kernel = radialKernel(choiceOf(parameters, 'kernel'), bandwidth, particles);
  if (!kernel) {
    linearVelocity(particles, slopes, out);
    return;
  }
  radialVelocity(particles, slopes, kernel, out);
}

/** The kernel is symmetric and its slope odd, so that every pair is computed once. */
function radialVelocity(
  { n, d, positions, masses }: Particles,
  slopes: Float64Array,
  kernel: RadialKernel,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (positions[i * d + k] - positions[j * d + k]) ** 2;
      const pull = kernel.value(square);
      const push = kernel.slope(pull);
      for (let k = 0; k < d; k++) {
        const apart = push * (positions[j * d + k] - positions[i * d + k]);
        out[i * d + k] += masses[j] * (pull * slopes[j * d + k] + apart);
        if (j < i) out[j * d + k] += masses[i] * (pull * slopes[i * d + k] - apart);
      }
    }
}

/**
 * k = ⟨x_j, x_i⟩ + 1: v_i = (Σ_j w_j ∇log π(x_j) x_jᵀ) x_i + Σ_j w_j ∇log π(x_j) + x_i, which is linear attention
 * with the slopes as values, plus their mean and x_i. O(nd²).
 */
function linearVelocity(
  { n, d, positions, masses }: Particles,
  slopes: Float64Array,
  out: Float64Array,
): void {
  const mixed = new Float64Array(d * d);
  const mean = new Float64Array(d);
  for (let j = 0; j < n; j++)
    for (let k = 0; k < d; k++) {
      const slope = masses[j] * slopes[j * d + k];
      mean[k] += slope;
      for (let l = 0; l < d; l++) mixed[k * d + l] += slope * positions[j * d + l];
    }
  for (let i = 0; i < n; i++)
    for (let k = 0; k < d; k++) {
      let moved = mean[k] + positions[i * d + k];
      for (let l = 0; l < d; l++) moved += mixed[k * d + l] * positions[i * d + l];
      out[i * d + k] = moved;
    }
}

/** ∇ log π at every particle, [n, d]. */
function slopesAt({ n, d, positions }: Particles, { gradient }: SlopedTarget): Float64Array {
  const slopes = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    gradient(positions.slice(i * d, (i + 1) * d), slopes.subarray(i * d, (i + 1) * d));
  return slopes;
}

/** Cube root of the machine's epsilon: what a central difference errs least with. */
const STEP = cbrt(Number.EPSILON);

function differences(logDensity: (x: Float64Array) => number): Target['gradient'] {
  return (x, out) => {
    const moved = x.slice();
    for (let k = 0; k < x.length; k++) {
      const h = STEP * Math.max(1, Math.abs(x[k]));
      moved[k] = x[k] + h;
      const above = logDensity(moved);
      moved[k] = x[k] - h;
      out[k] = (above - logDensity(moved)) / (2 * h);
      moved[k] = x[k];
    }
  };
}
