/**
 * A model that was trained here, as a language model: its texts with blanks of several places, its answers of one
 * or more tokens, its sizes. How its particles run, each kind says: flow-model.ts, standard-model.ts.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { Float64Tensor } from '../engines/tensor.ts';
import { InputError } from '../numerics/errors.ts';
import type { Network } from '../pretrained/network.ts';
import { type AnswerRules, answerRules } from './answers.ts';
import type { OwnConfig, OwnParts } from './checkpoint.ts';
import type { FlowModel } from './flow-model.ts';
import { type Layout, layOut } from './layout.ts';
import type { LanguageModel, ModelRun, ModelSizes, RunSettings } from './model.ts';
import type { Tokenizer } from './tokenizer.ts';

/** First and last states [n, d] of a run. */
export interface Ends {
  readonly first: Float64Tensor;
  readonly last: Float64Tensor;
}

/** A model that was trained here. */
export abstract class OwnModel implements OwnParts, LanguageModel {
  abstract readonly config: OwnConfig;
  abstract readonly tokenizer: Tokenizer;
  abstract readonly notes?: readonly string[];
  abstract readonly onSphere: boolean;
  abstract readonly flow: FlowModel | null;
  abstract readonly network: Network | null;

  abstract run(layout: Layout, settings?: RunSettings): ModelRun;
  abstract tokenProbabilities(states: Float64Array): Float64Array;
  /** Of tokens at the positions 0, 1, 2 …, each seeing those before it. */
  abstract causalEnds(ids: readonly number[], settings?: RunSettings): Ends;

  get masks(): boolean {
    return false;
  }

  get reads(): boolean {
    return true;
  }

  get name(): string {
    return this.config.name;
  }

  get languages(): readonly string[] {
    return this.config.languages;
  }

  get end(): number {
    return this.tokenizer.special.end;
  }

  get sizes(): ModelSizes {
    const { dimension, heads, depth, maximumPositions, slots } = this.config;
    return { dimension, heads, depth, positions: maximumPositions, answerTokens: slots - 1 };
  }

  layOut(text: string, coupling?: CouplingName): Layout {
    return layOut(this, text, coupling);
  }

  rules(layout: Layout): AnswerRules | null {
    return layout.kind === 'next-token' ? null : answerRules(this, layout);
  }

  answerTokens({ kind, leadingBlank }: Layout, text: string): number[] {
    return this.tokenizer.encodeIds(kind === 'blank' && leadingBlank ? ` ${text}` : text);
  }
}

/** The model as one that was trained here. Throws InputError (field `model`) for somebody else's. */
export function asOwn(model: LanguageModel, what: string): OwnModel {
  if (model instanceof OwnModel) return model;
  throw notOwn(model.name, what);
}

export const notOwn = (name: string, what: string) =>
  new InputError(
    'model',
    `${what} needs a model that was trained here, and "${name}" is somebody else's: choose one such as alltag`,
  );
