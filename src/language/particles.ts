/** A sentence as the start of a simulation, and a trained model as its dynamics. Not predictions. */
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import type { Dynamics } from '../dynamics/dynamics.ts';
import { fromWeights } from '../dynamics/from-weights.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import type { Float64Tensor } from '../engines/tensor.ts';
import { asMatrix } from '../engines/tensor.ts';
import { weightsAt } from '../flow/depth-weights.ts';
import type { SimulationOptions } from '../flow/simulation-settings.ts';
import type { Algebra } from '../numerics/algebra.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { FlowParts } from './checkpoint.ts';
import { layOut } from './layout.ts';
import type { Token } from './tokenizer.ts';
import { embed } from './transformer.ts';

export interface SentenceParticles {
  readonly tokens: readonly Token[];
  /** x_i(0), [n, d], as the model's own flow begins. */
  readonly positions: Matrix;
  readonly coupling: CouplingName;
}

/**
 * The particles of a text, with or without a blank, before the first layer.
 * Throws InputError or LimitError like `fillBlank`.
 */
export function sentenceParticles(
  model: FlowParts,
  text: string,
  coupling?: CouplingName,
): SentenceParticles {
  const layout = layOut(model, text, coupling);
  const ids = layout.tokens.map(({ id }) => id);
  const { tokens } = layout;
  return {
    tokens,
    positions: asMatrix(embed(model, ids, layout.positions)),
    coupling: layout.coupling,
  };
}

/**
 * The model's flow ẋ = P v(θ(t/T), x) as dynamics: with scheme `layer` and step T/L it is the model's
 * forward pass of L layers. With `reuse` the weights of a time are good until those of another are asked
 * for: a long run then spends its time on the flow, not on making room for weights.
 */
export function modelDynamics(
  model: FlowParts,
  coupling: CouplingName = 'full',
  reuse = false,
): Dynamics {
  const { beta, horizon, knots, name } = model.config;
  const algebra = reuse ? reusing(4) : referenceAlgebra;
  const weights = (t: number) => {
    const { query, key, value, output } = weightsAt(algebra, model.weights.attention, t);
    return {
      query: asMatrix(query),
      key: asMatrix(key),
      value: asMatrix(value),
      output: asMatrix(output),
    };
  };
  return fromWeights(weights, {
    beta,
    horizon,
    knots,
    causal: modelCouplings[coupling].causal,
    coupling: modelCouplings[coupling].kind,
    name: 'model',
    title: `The flow of ${name}`,
  });
}

/** Interpolates into so many arrays in turn. */
function reusing(count: number): Pick<Algebra<Float64Tensor>, 'interpolate'> {
  const arrays: Float64Array[] = [];
  let turn = 0;
  return {
    interpolate({ shape, data: left }, { data: right }, t) {
      turn = (turn + 1) % count;
      arrays[turn] ??= new Float64Array(left.length);
      const data = arrays[turn];
      for (let i = 0; i < data.length; i++) data[i] = (1 - t) * left[i] + t * right[i];
      return { shape, data };
    },
  };
}

/** What a simulation takes from a trained model. */
export interface ModelPart {
  /** Its tokens are the start. */
  readonly text?: string;
  /** `model` for the model's own flow; other names are of the catalogue. */
  readonly dynamics?: unknown;
  readonly coupling?: CouplingName;
  /** As for `modelDynamics`: for one run at a time. */
  readonly reuse?: boolean;
}

/** The options of a simulation that the model gives: where the tokens are, and its flow where that is asked for. */
export function modelOptions(
  model: FlowParts,
  { text, dynamics, coupling, reuse }: ModelPart,
): SimulationOptions {
  const sentence = text === undefined ? null : sentenceParticles(model, text, coupling);
  const own = sentence?.coupling ?? coupling;
  return {
    ...(sentence ? { init: sentence.positions } : { d: model.config.dimension }),
    ...(dynamics === 'model' && { dynamics: modelDynamics(model, own, reuse) }),
  };
}
