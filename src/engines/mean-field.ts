/**
 * The engine of particles that hear all others alike, in O(n): A_ij = w_j at β = 0, so that every one is told
 * the mean, and nothing is told where V or O is 0. Not the mean-field equation of n → ∞ (limits/mean-field).
 */
import { effectiveWeights, passesItselfAlong, velocityScale } from '../attention/effective.ts';
import type { Interaction } from '../attention/interaction.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, product } from '../numerics/matrix.ts';
import type { Engine, Field, FieldRequest } from './field.ts';
import { openReferenceField } from './reference-field.ts';

export const meanField: Engine = {
  name: 'mean',
  title: 'Mean',
  help: 'One velocity for all, in O(n), where all hear all alike: β = 0, or V = 0.',
  couplings: ['softmax', 'exponential', 'linear', 'sinkhorn'],
  precisions: ['float64', 'float32'],
  absolute: false,
  reason: ({ n }) => `${n} particles that hear all alike: their mean instead of pairs`,
  cost: ({ n }) => ({ opening: 0, velocity: n }),
  refusal: ({ interaction }) => refusal(interaction),
  async open(request) {
    const clause = refusal(request.interaction);
    if (clause) throw new InputError('engine', `the mean engine refuses: ${clause}`);
    return openMeanField(request);
  },
};

function refusal(interaction: Interaction): string | null {
  const { beta, coupling, causal, relative } = interaction;
  if (isSilent(interaction)) return null;
  if (!meanField.couplings.includes(coupling) || causal || relative)
    return 'it serves particles that hear all others alike: use another engine';
  if (beta.every((one) => one === 0)) return null;
  return `β = ${beta} is not 0, and so particles do not hear all others alike: use another engine`;
}

/** Whether no particle is told anything, whatever the positions. */
function isSilent({ weights, coupling, beta }: Interaction): boolean {
  const zero = ({ data }: Matrix) => data.every((value) => value === 0);
  if (coupling === 'linear' && beta.every((one) => one === 0)) return true;
  return weights !== null && (zero(weights.value) || zero(weights.output));
}

function openMeanField(request: FieldRequest): Field {
  const { interaction, d } = request;
  const silent = isSilent(interaction);
  const told = silent ? null : passed(interaction);
  const radial = passesItselfAlong(interaction, effectiveWeights(interaction));
  const velocity = silent ? 0 : velocityScale(interaction, d);
  return {
    tangent(positions, masses, out) {
      if (silent) out.fill(0);
      else tangentOf(positions, meanOf(positions, masses, d), told, radial, interaction.sign, out);
    },
    ambient(positions, masses, out) {
      if (silent) out.fill(0);
      else repeat(through(told, meanOf(positions, masses, d), d, interaction.sign), out);
    },
    couplings: (positions, masses) =>
      openReferenceField({ ...request, precision: 'float64' }).couplings?.(positions, masses) ?? [],
    floor: 2 ** -53 * velocity,
    note: null,
    close: () => {},
  };
}

/** Σ_h V_h O_h, for row vectors; null for the identity. */
function passed(interaction: Interaction): Matrix | null {
  const weights = effectiveWeights(interaction);
  return weights && product(weights.value, weights.output);
}

/** Σ_j w_j x_j / Σ_j w_j as its way from the first particle: in a cluster, as accurate as the cluster is small. */
function meanOf(positions: Float64Array, masses: Float64Array, d: number): Float64Array {
  const way = new Float64Array(d);
  let total = 0;
  for (let j = 0; j < masses.length; j++) {
    total += masses[j];
    for (let k = 0; k < d; k++) way[k] += masses[j] * (positions[j * d + k] - positions[k]);
  }
  return way.map((sum, k) => positions[k] + (total > 0 ? sum / total : 0));
}

/** sign · x M for rows x [n, d]. */
function through(told: Matrix | null, x: Float64Array, d: number, sign: number): Float64Array {
  const { data } = told ? product(matrix(x.length / d, d, x), told) : { data: x };
  return sign === 1 ? data : data.map((value) => -value);
}

function repeat(one: Float64Array, out: Float64Array): void {
  for (let from = 0; from < out.length; from += one.length) out.set(one, from);
}

/** P_x (M(m − x)) + P_x M x, the second left out where it is radial: fieldTangent of attention/field.ts. */
function tangentOf(
  x: Float64Array,
  mean: Float64Array,
  told: Matrix | null,
  radial: boolean,
  sign: number,
  out: Float64Array,
): void {
  const d = mean.length;
  const ways = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) ways[i] = mean[i % d] - x[i];
  out.fill(0);
  addProjected(x, through(told, ways, d, sign), d, out);
  if (!radial) addProjected(x, through(told, x, d, sign), d, out);
}

/** out_i += v_i − ⟨x_i, v_i⟩ x_i */
function addProjected(x: Float64Array, v: Float64Array, d: number, out: Float64Array): void {
  for (let from = 0; from < x.length; from += d) {
    let along = 0;
    for (let k = from; k < from + d; k++) along += x[k] * v[k];
    for (let k = from; k < from + d; k++) out[k] += v[k] - along * x[k];
  }
}
