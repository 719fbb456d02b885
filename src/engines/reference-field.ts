/**
 * The simulator's reference engine: attention/field.ts on Float64 arrays, one thread, obvious.
 * The other engines are certified against it. It holds the couplings of a block of queries at a
 * time, never all n × n of them.
 */
import { COUPLING_KINDS, massMask } from '../attention/coupling.ts';
import {
  couplesDifferences,
  effectiveWeights,
  exponentialOverflow,
  fromMean,
  velocityScale,
} from '../attention/effective.ts';
import {
  fieldAmbient,
  fieldCoupling,
  fieldTangent,
  type Sources,
  sources,
} from '../attention/field.ts';
import type { Interaction } from '../attention/interaction.ts';
import { type AttentionWeights, mapWeights } from '../attention/scores.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { balancingOf, type Engine, type Field, type FieldRequest, notCausal } from './field.ts';
import { warmed } from './reference-balance.ts';
import { referenceCouplings } from './reference-coupling.ts';
import { hasDerivative, softmaxDerivatives } from './reference-derivative.ts';
import { asTensor, type Float64Tensor, tensor } from './tensor.ts';

/** Most particles: 4e8 pairs already take half a minute a velocity. */
const MOST_PARTICLES = 20_000;
/** Doubly stochastic couplings are scaled all at once, again and again: 32 MB a copy. */
const MOST_BALANCED = 2000;
/** Couplings computed at a time, all heads together: 8 MB. */
const PAIRS = 2 ** 20;
/** Up to so many, it has the first velocity before the kernels are compiled. */
const FEW = 48;

export const referenceField: Engine = {
  name: 'reference',
  title: 'Reference',
  help: 'Plain Float64 over all pairs, against which the others are certified; up to 20,000 particles.',
  couplings: COUPLING_KINDS,
  precisions: ['float64'],
  absolute: false,
  reason: ({ n }) =>
    n <= FEW
      ? `${n} particles are few: plain Float64`
      : 'the kernels do not serve it: plain Float64',
  // three to nine times the kernels' time
  cost: ({ n }) => ({ opening: 0, velocity: 4 * n * n }),
  refusal,
  open: async (request) => openReferenceField(request),
};

function refusal({ interaction, n, precision }: FieldRequest): string | null {
  if (precision !== 'float64')
    return `it computes in float64 only, not ${precision}: ask for float64, or for the wasm engine`;
  if (n > MOST_PARTICLES)
    return `n = ${n} particles are more than the ${MOST_PARTICLES} whose pairs it can go through: use fewer, or the wasm engine`;
  return (
    notCausal(interaction) ??
    unbalanced(interaction, n) ??
    exponentialOverflow(interaction, precision)
  );
}

function unbalanced({ coupling }: Interaction, n: number): string | null {
  if (coupling !== 'sinkhorn' || n <= MOST_BALANCED) return null;
  return `n = ${n} particles are more than the ${MOST_BALANCED} whose couplings it can balance: use fewer`;
}

/** Of one flow: every doubly stochastic scaling begins where the last one ended. */
export const fieldAlgebra = () => warmed(referenceCouplings);

/**
 * The field at once, for an interaction that changes with time: opening costs a look at the weights.
 * The accuracy of the request is the residual of a doubly stochastic coupling; it and threads have no other
 * effect. Throws InputError with the refusal; velocities throw ConvergenceError where a coupling cannot be
 * balanced.
 */
export function openReferenceField(request: FieldRequest, algebra = fieldAlgebra()): Field {
  const clause = refusal(request);
  if (clause) throw new InputError('engine', `the reference engine refuses: ${clause}`);
  const { d, space } = request;
  const interaction = { ...request.interaction, balancing: balancingOf(request) };
  const weights = effectiveWeights(interaction);
  const setting = {
    interaction,
    weights: weights && mapWeights(weights, asTensor),
    // on the sphere no origin but its centre has unit vectors
    shifted: space === 'euclidean' && couplesDifferences(interaction, weights),
  };
  const evaluate =
    (velocity: typeof fieldAmbient<Float64Tensor>) =>
    (positions: Float64Array, masses: Float64Array, out: Float64Array) => {
      for (const { x, scored, from, mask, begin } of blocks(setting, positions, masses)) {
        const { data } = velocity(algebra, x, from, mask, scored);
        for (let at = 0; at < data.length; at++) out[begin * d + at] = interaction.sign * data[at];
      }
    };
  return {
    tangent: evaluate(fieldTangent),
    ambient: evaluate(fieldAmbient),
    ...(hasDerivative(interaction) && {
      derivatives: (positions, masses, directions, out) =>
        softmaxDerivatives(
          interaction,
          setting.weights,
          space !== 'euclidean',
          positions,
          masses,
          directions,
          out,
        ),
    }),
    couplings: (positions, masses) => allCouplings(setting, positions, masses),
    // Positions are only known to the last place, so velocities are to that of the largest one. Asked
    // for once a run, where weights that change with time open a field for every velocity.
    get floor() {
      return 2 ** -53 * velocityScale(interaction, d);
    },
    note: null,
    close: () => {},
  };
}

type Weights = AttentionWeights<Float64Tensor> | null;

interface Setting {
  readonly interaction: Interaction;
  readonly weights: Weights;
  /** Particles are coupled from their mean. */
  readonly shifted: boolean;
}

/** Queries begin … begin + b − 1. */
interface Block {
  readonly begin: number;
  /** [b, d], and for their scores. */
  readonly x: Float64Tensor;
  readonly scored: Float64Tensor;
  readonly from: Sources<Float64Tensor>;
  /** [b, n] */
  readonly mask: Float64Tensor;
}

/** All queries, as many at a time as PAIRS allows. */
function* blocks(
  { interaction, weights, shifted }: Setting,
  positions: Float64Array,
  masses: Float64Array,
): Generator<Block> {
  const n = masses.length;
  const d = positions.length / n;
  const near = shifted ? fromMean(positions, masses) : positions;
  const moved = interaction.relative ? near : positions;
  const [all, allScored] = [moved, near].map((data) => tensor([n, d], data));
  const from = sources(referenceCouplings, all, interaction, weights, allScored);
  const whole = interaction.coupling === 'sinkhorn';
  const size = whole ? n : Math.max(1, Math.floor(PAIRS / (n * interaction.beta.length)));
  for (let begin = 0; begin < n; begin += size) {
    const end = Math.min(n, begin + size);
    const mask = massMask(masses, interaction.causal, begin, end);
    const [x, scored] = [moved, near].map((data) =>
      tensor([end - begin, d], data.subarray(begin * d, end * d)),
    );
    yield { begin, x, scored, from, mask: tensor([end - begin, n], mask) };
  }
}

/** A_ij per head, [n, n] each. */
function allCouplings(setting: Setting, positions: Float64Array, masses: Float64Array): Matrix[] {
  const n = masses.length;
  const out = setting.interaction.beta.map(() => matrix(n, n));
  for (const { begin, scored, from, mask } of blocks(setting, positions, masses)) {
    const { data } = fieldCoupling(referenceCouplings, scored, from, mask);
    const size = mask.data.length;
    for (const [h, { data: target }] of out.entries())
      target.set(data.subarray(h * size, (h + 1) * size), begin * n);
  }
  return out;
}
