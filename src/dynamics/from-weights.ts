/** The flow of given weights θ(t), such as a checkpoint's, as an entry. Where they come from is not known here. */
import type { CouplingKind } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { AttentionWeights } from '../attention/scores.ts';
import { InputError } from '../numerics/errors.ts';
import { knotTimes } from '../numerics/knots.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Dynamics, Properties } from './dynamics.ts';

export interface WeightsFlow {
  /** β_h, one number a head. */
  readonly beta: readonly number[];
  /** T: at time t the flow reads θ(t/T), and θ(1) from T on. */
  readonly horizon: number;
  /** K: θ is piecewise linear between K equally spaced knots of [0, 1]. */
  readonly knots: number;
  /** Causal coupling (token i listens to j ≤ i). Default false. */
  readonly causal?: boolean;
  /** Default softmax. */
  readonly coupling?: CouplingKind;
  /** Default `from_weights`. */
  readonly name?: string;
  readonly title?: string;
  readonly citation?: string;
}

/** An entry that has weights at every time. */
export interface WeightsDynamics extends Dynamics {
  readonly interaction: (
    ...at: Parameters<NonNullable<Dynamics['interaction']>>
  ) => Interaction & { readonly weights: AttentionWeights<Matrix> };
}

/** Of matrices without structure little can be promised. */
function promises(causal: boolean): Properties {
  return {
    rotationEquivariant: false,
    permutationEquivariant: !causal,
    energy: null,
    keepsCones: false,
    causal,
    conservesMean: false,
  };
}

/**
 * An entry whose interaction is attention (softmax unless said) with weights θ(t/T), row-vector convention y = x W;
 * θ is asked for t ∈ [0, 1]. A layer over [t, t + h] reads it at t + h/2, as the model's layers do.
 * Throws InputError for a horizon, knots or β that do not fit.
 */
export function fromWeights(
  theta: (t: number) => AttentionWeights<Matrix>,
  { beta, horizon, knots, causal = false, coupling = 'softmax', ...described }: WeightsFlow,
): WeightsDynamics {
  checkFlow(horizon, knots);
  const d = checkWeights(theta(0), beta);
  return {
    name: described.name ?? 'from_weights',
    title: described.title ?? 'Flow of given weights',
    help: 'Attention whose weights depend on time: a trained model as a flow.',
    citation: described.citation ?? '',
    space: 'sphere',
    dimension: d,
    parameters: [],
    properties: promises(causal),
    timeDependent: true,
    interaction: (_, __, time) => ({
      coupling,
      causal,
      beta,
      weights: theta(Math.min(1, Math.max(0, time / horizon))),
      sign: 1,
      tie: 0,
    }),
    breakpoints: () => knotTimes(knots, horizon),
  };
}

function checkFlow(horizon: number, knots: number): void {
  if (!(horizon > 0 && Number.isFinite(horizon)))
    throw new InputError('horizon', `horizon is ${horizon}: expected a positive time, such as 1`);
  if (!(Number.isInteger(knots) && knots >= 1))
    throw new InputError('knots', `knots is ${knots}: expected a whole number from 1, such as 3`);
}

/** d of weights [d, H·k], [d, H·k], [d, H·k], [H·k, d]. Throws InputError where they do not fit. */
export function checkWeights(
  { query, key, value, output }: AttentionWeights<Matrix>,
  beta: readonly number[],
): number {
  const [d, width] = [query.rows, query.columns];
  const fits = [key, value].every(({ rows, columns }) => rows === d && columns === width);
  if (!fits || output.rows !== width || output.columns !== d)
    throw new InputError(
      'weights',
      `query is ${query.rows} × ${query.columns}, key ${key.rows} × ${key.columns}, value ${value.rows} × ${value.columns}, output ${output.rows} × ${output.columns}: expected d × w three times and w × d, correct the weights`,
    );
  if (beta.length === 0 || width % beta.length !== 0 || !beta.every(Number.isFinite))
    throw new InputError(
      'beta',
      `beta is [${beta.join(', ')}]: expected one finite number a head, a divisor of ${width} many`,
    );
  return d;
}
