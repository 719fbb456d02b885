/** A sentence as the start of a simulation, and what else it takes from a model. Not predictions. */
import type { CouplingName } from '../attention/model-coupling.ts';
import { asMatrix } from '../engines/tensor.ts';
import type { SimulationOptions } from '../flow/simulation-settings.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { FlowParts } from './checkpoint.ts';
import { layOut } from './layout.ts';
import { modelDynamics } from './model-dynamics.ts';
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

/** What a simulation takes from a trained model. */
export interface ModelPart {
  /** Its tokens are the start. */
  readonly text?: string;
  /** `model` for the model's own flow; other names are of the catalogue. */
  readonly dynamics?: unknown;
  readonly coupling?: CouplingName;
}

/** The options of a simulation that the model gives: where the tokens are, and its flow where that is asked for. */
export function modelOptions(
  model: FlowParts,
  { text, dynamics, coupling }: ModelPart,
): SimulationOptions {
  const sentence = text === undefined ? null : sentenceParticles(model, text, coupling);
  const own = sentence?.coupling ?? coupling;
  return {
    ...(sentence ? { init: sentence.positions } : { d: model.config.dimension }),
    ...(dynamics === 'model' && { dynamics: modelDynamics(model, own) }),
  };
}
