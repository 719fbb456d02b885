/**
 * A language model as everything that reads texts sees it: which particles a text is, how they run through the
 * layers, what is read at a state. Who makes one (flow-model.ts) answers for all of it, and nothing outside asks
 * for weights or sizes of one kind of model. Not what is done with it: search, lens and trace.
 *
 * Legend: n particles, d dimension of a state, H heads, L layers, V tokens.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { Float64Tensor } from '../engines/tensor.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import type { Network } from '../pretrained/network.ts';
import type { Stage } from '../pretrained/schedule.ts';
import type { AnswerRules } from './answers.ts';
import type { FlowModel } from './flow-model.ts';
import type { Layout } from './layout.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Number of layers, or the flow itself by an adaptive integrator. */
export type Depth = number | 'ode';

export interface ModelSizes {
  /** d */
  readonly dimension: number;
  /** H */
  readonly heads: number;
  /** L when the caller names none. */
  readonly depth: number;
  /** The most particles of a text. */
  readonly positions: number;
  /** The most tokens of an answer. */
  readonly answerTokens: number;
}

/** Factors on what each of the H heads does in a layer 1 … L, or at any time of an `ode` (null). */
export type HeadFactors = (layer: number | null) => readonly number[];

/** What an experimenter changes in a run; absent parts leave it as it is. */
export interface RunHooks {
  /** On the scores β_h⟨q_i, k_j⟩. */
  readonly scores?: HeadFactors;
  /** On what a head adds, O_h Σ_j A_ij V_h x_j. */
  readonly heads?: HeadFactors;
  /** A factor on what the MLP of a layer adds; of models that have one. */
  readonly mlp?: (layer: number) => number;
  /** Moves the particles [n, d] of frame 0 … L before the run goes on from there; not of an `ode`. */
  readonly patch?: (frame: number, x: Float64Tensor) => Float64Tensor;
}

/** The particles behind so many layers. */
export interface ModelFrame {
  /** Depth-time. */
  readonly time: number;
  /** [n, d] */
  readonly positions: Float64Tensor;
  /** [H, n, n] of the layer that led here; null at the start. */
  readonly coupling: Float64Tensor | null;
}

/** The coupling of a frame, one matrix a head; none before the first layer. */
export function headsOf({ coupling }: ModelFrame): Matrix[] {
  if (!coupling) return [];
  const [count, n, m] = coupling.shape;
  return Array.from({ length: count }, (_, h) =>
    matrix(n, m, coupling.data.subarray(h * n * m, (h + 1) * n * m)),
  );
}

/** The tokens of an answer so far; none of them at its first place. */
export type Tokens = readonly number[];

/** States [B, d] at which what comes behind each of B beginnings is read. */
export interface StatesBehind {
  readonly time: number;
  readonly states: Float64Array;
}

/** The run of a text, with all its frames, and of answers that begin in it. */
export interface ModelRun {
  readonly depth: Depth;
  /** The start, then one behind each layer, or stage of the schedule: L + 1. */
  readonly frames: readonly ModelFrame[];
  /** [2, n, d] of each layer, the stream behind attention and behind the MLP; where they were asked for and are told. */
  readonly parts?: readonly Float64Tensor[];
  /** How many beginnings are best asked for together. */
  readonly batch: number;
  /** [B, d] of the last frame; each beginning's own beginnings were asked for before. */
  behind(beginnings: readonly Tokens[]): Float64Array;
  /** The same of every frame, of any beginnings. */
  framesBehind(beginnings: readonly Tokens[]): Iterable<StatesBehind>;
}

export interface RunSettings {
  readonly depth?: Depth;
  readonly hooks?: RunHooks;
  /** Whether the parts of layers are kept. */
  readonly parts?: boolean;
  /** The layers that are run, of models whose layers have weights of their own; default each once. */
  readonly schedule?: readonly Stage[];
}

export type ModelTokenizer = Pick<
  Tokenizer,
  'size' | 'encodeIds' | 'decode' | 'decodeStrict' | 'hasText'
>;

/** A model of texts: how they become particles, how these run, and what their states say of tokens. */
export interface LanguageModel {
  readonly name: string;
  /** By their ISO codes, where they are known. */
  readonly languages: readonly string[];
  readonly sizes: ModelSizes;
  readonly tokenizer: ModelTokenizer;
  /** The token that says that the text is over; null where there is none. */
  readonly end: number | null;
  /** A blank is so many masks, each for one token, instead of one place for an answer of any length. */
  readonly masks: boolean;
  /** Whether states say anything of tokens: a body without a head is for looking inside only. */
  readonly reads: boolean;
  /** Whether states are unit vectors; else their directions are the particles. */
  readonly onSphere: boolean;
  /** What its numbers are computed in, where that is a choice. */
  readonly precision?: 'float32' | 'float64';
  /** What was decided where its files say two things, and what of them was left aside. */
  readonly notes?: readonly string[];
  /** Which block of weights each layer is, where layers have their own. */
  readonly blocks?: readonly string[];
  /** The model itself where it is a flow in continuous depth; null for a network of layers. */
  readonly flow: FlowModel | null;
  /** The network that it is; null for a flow. */
  readonly network: Network | null;
  /**
   * The particles of a text. Throws InputError for texts without meaning and for a coupling that does not fit,
   * LimitError for texts with more tokens than the model has positions. `slots`: how many masks a blank is.
   */
  layOut(text: string, coupling?: CouplingName, slots?: number): Layout;
  /** The tokens of an answer in the place of the blank, or behind a text without one. */
  answerTokens(layout: Layout, text: string): number[];
  /** How an answer ends; null where one token is the answer. */
  rules(layout: Layout): AnswerRules | null;
  run(layout: Layout, settings?: RunSettings): ModelRun;
  /** p(token) at states [B, d] of any frame: [B, V]. */
  tokenProbabilities(states: Float64Array): Float64Array;
}

/** Throws InputError (field `slots`) where slots are asked of a model that fills no masks. */
export function checkMasks({ masks, name }: LanguageModel, slots: number | undefined): void {
  if (slots === undefined || masks) return;
  throw new InputError(
    'slots',
    `option slots is for models that fill masks, and "${name}" finds answers of any length: leave it out`,
  );
}

/** Throws InputError (field `model`) for a body without a head. */
export function checkReads({ reads, name }: LanguageModel): void {
  if (reads) return;
  throw new InputError(
    'model',
    `"${name}" has no head that says anything of tokens: expected a folder that was saved with its language-model head; trace shows its inside`,
  );
}

/** The model as a flow in continuous depth. Throws InputError (field `model`) for one that is none. */
export function asFlow(model: LanguageModel, what: string): FlowModel {
  if (model.flow) return model.flow;
  throw new InputError(
    'model',
    `${what} needs a model that is a flow in continuous depth, and "${model.name}" has layers only: choose a flow such as alltag`,
  );
}

/** The model's layers with weights of their own. Throws InputError (field `model`) for a flow, which has none. */
export function asNetwork({ network, name }: LanguageModel, what: string): Network {
  if (network) return network;
  throw new InputError(
    'model',
    `${what} needs layers with weights of their own, and "${name}" is a flow in continuous depth: take the folder of another model`,
  );
}
