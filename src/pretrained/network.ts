/**
 * A network of other people's weights: token ids in; states, attentions and scores of tokens out. It knows no
 * tokenizer, no blank and no answer. Frames are numbered 0 … L: the embedding, then one after every layer; the last
 * one is before the final norm, where there is one.
 */

import type { Float32Threads } from '../engines/float32/engine.ts';
import { counted } from '../numerics/counted.ts';
import { tanh } from '../numerics/elementary.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import type { Architecture } from './architecture.ts';
import { type Arithmetic, arithmeticOf, mapInPlace, sum, type Tensor } from './arithmetic.ts';
import {
  type BlockSettings,
  flowBlock,
  type Hooks,
  type KeysAndValues,
  type Moved,
  type PartFlow,
  runBlock,
  textRows,
  velocityAt,
} from './block.ts';
import { logEnergiesAt } from './energies.ts';
import { describe } from './families.ts';
import { type LinearisedPart, linearisedPart } from './linearised.ts';
import { branchMask, maskOf } from './masks.ts';
import type { Precision } from './precision.ts';
import { type Angles, anglesOf, dependsOnLength, type Rotary } from './rotary.ts';
import {
  checkLayer,
  everyLayer,
  type Part,
  pacedStages,
  pacingOf,
  type Stage,
  type Steps,
} from './schedule.ts';
import { widen } from './stored.ts';
import { type Entries, readWeights } from './tensors.ts';
import type { NetworkWeights } from './weights.ts';

/** Where the tokens of a text stand, and whom they see. */
export interface Places {
  /** Where absent they count on from the past or the token before, or as the family has it. */
  readonly positions?: readonly number[];
  /** Rows of the embedding of token types; 0 where absent. */
  readonly typeIds?: readonly number[];
  /** Of a causal network without a past: its tokens see both sides, and those that go on from them see all of them. */
  readonly bothSides?: boolean;
}

export interface RunSettings extends Places {
  /** Keep the stream after attention and after the MLP of every layer. */
  readonly parts?: boolean;
  /** Keep the attention of every layer. */
  readonly attentions?: boolean;
  readonly hooks?: Hooks;
  /** The blocks that the run takes, each with a frame behind it; default every layer once. */
  readonly schedule?: readonly Stage[];
  /** Of a network that `goesOn`: what a run of the tokens before has kept. */
  readonly past?: readonly KeysAndValues[];
  /**
   * Of a run that goes on in branches: the token before each among these tokens, −1 for the last of the past. A token
   * sees the past and its own branch, as if this were the only one.
   */
  readonly parents?: readonly number[];
}

/** Of texts that run together: typeIds are those of each. */
export type FrameSettings = Pick<RunSettings, 'typeIds' | 'hooks' | 'schedule'>;

export interface NetworkRun {
  /** L + 1 frames [n, width]; with a schedule one more than it has stages, and so below. */
  readonly states: readonly Tensor[];
  /** L of [heads, n, m], m with the past; empty where not asked for. */
  readonly attentions: readonly Tensor[];
  /** L of [2, n, width]: after attention, after the MLP; empty where not asked for. */
  readonly parts: readonly Tensor[];
  /** Of each step of attention, for a run of the same schedule that goes on. */
  readonly kept: readonly KeysAndValues[];
}

export interface Network {
  readonly architecture: Architecture;
  readonly weights: NetworkWeights;
  readonly precision: Precision;
  /** What was decided where the files say two things, and what was left aside. */
  readonly notes: readonly string[];
  /** Whether states become scores of tokens. */
  readonly hasHead: boolean;
  /**
   * Whether a run may go on from what another one has kept, with the numbers of one run: the network is causal and
   * turns its keys by the same angles in texts of any length.
   */
  readonly goesOn: boolean;
  /** Throws InputError for ids, positions or types that there are none of, LimitError for a text that is too long. */
  run(ids: readonly number[], settings?: RunSettings): NetworkRun;
  /**
   * Frames [texts · n, width] of texts of n tokens each, below each other, each as a run of it alone has them. Throws as
   * `run`.
   */
  frames(texts: readonly (readonly number[])[], settings?: FrameSettings): readonly Tensor[];
  /** Its layers, for texts of n tokens. */
  layersFor(tokens: number, places?: Places): NetworkLayers;
  /** States [n, width] behind the final norm; the same where there is none. */
  finished(states: Tensor): Tensor;
  /** Scores [n, vocabulary] of every token at states [n, width] of any frame. Throws InputError without a head. */
  logits(states: Tensor): Tensor;
  /** Ends the threads that it has started; it goes on with the caller's. */
  close(): void;
}

/** Layers 1 … L of a network, for any states of texts of n tokens. They throw InputError as a schedule. */
export interface NetworkLayers {
  /**
   * States [texts · n, width] of texts below each other, behind a layer, each text in steps of its own: as a run has
   * it of each alone.
   */
  advanced(states: Tensor, layer: number, steps: readonly Steps[]): Tensor;
  /**
   * A(x) [n, width], what a part of a layer adds to the stream at x, or at several texts below each other: the
   * velocity of which `Steps` are Euler steps. Norms before the part and within it belong to it, one behind the sum
   * does not.
   */
  velocity(layer: number, part: Part, states: Tensor): Tensor;
  /**
   * ln of the mean of e^{β⟨q_i, k_j⟩} over the pairs that attention sees, of each head of a layer at states [n, width]
   * of one text. A norm before attention divides each state by what it divides that of `scaledAs` by; default its own.
   */
  logEnergies(layer: number, states: Tensor, scaledAs?: Tensor): Float64Array;
  /** States of a text behind a layer whose moved parts are flows instead of a step; null where a flow gives up. */
  flowed(states: Tensor, layer: number, moved: Moved, flow: PartFlow): Tensor | null;
  /** A(x) and its Jacobian at x [n, width], in Float64 whatever the network's precision. */
  linearised(layer: number, part: Part, states: Tensor): LinearisedPart;
}

export interface NetworkFiles {
  /** config.json, parsed. */
  readonly config: unknown;
  /** Tensors of all weight files by name, their numbers not yet read. */
  readonly tensors: Entries;
  readonly precision: Precision;
  /** For float32, which gives the same bits for any number of threads; default the caller's alone. */
  readonly threads?: Float32Threads;
}

/**
 * The network of a checkpoint. Throws InputError for a config that it cannot honour, DamagedFileError for tensors
 * that are not those of the config, both before numbers are read; and for numbers that are not finite.
 */
export function openNetwork({ config, tensors, precision, threads }: NetworkFiles): Network {
  const { architecture, names, notes } = describe(config);
  const arithmetic = arithmeticOf(precision, threads);
  const { weights, notes: decided } = readWeights(architecture, names, tensors, arithmetic.hold);
  return networkOf({ arithmetic, architecture, weights, notes: [...notes, ...decided] });
}

/** What a network is made of. */
export interface NetworkParts {
  /** Holds the weights. */
  readonly arithmetic: Arithmetic;
  readonly architecture: Architecture;
  readonly weights: NetworkWeights;
  readonly notes: readonly string[];
}

/** The network of weights that are read. */
export function networkOf({ arithmetic, architecture, weights, notes }: NetworkParts): Network {
  const run = (ids: readonly number[], settings: RunSettings = {}) =>
    runNetwork(arithmetic, architecture, weights, [ids], settings);
  const finished = (states: Tensor) =>
    weights.finalNorm ? arithmetic.normalised(states, weights.finalNorm) : states;
  const logits = (states: Tensor) =>
    headScores(arithmetic, architecture, weights, finished(states));
  const hasHead = weights.head !== null;
  return {
    architecture,
    weights,
    precision: arithmetic.precision,
    notes,
    hasHead,
    goesOn: goesOn(architecture),
    run,
    frames: (texts, settings = {}) =>
      runNetwork(arithmetic, architecture, weights, texts, settings).states,
    layersFor: (tokens, places) => layersFor({ arithmetic, architecture, weights }, tokens, places),
    finished,
    logits,
    close: arithmetic.close,
  };
}

const goesOn = ({ causal, layers }: Architecture) =>
  causal && !layers.some(({ rotary }) => rotary && dependsOnLength(rotary));

/** Of texts of n tokens, below each other; attentions and what is kept are of the last one. */
function runNetwork(
  arithmetic: Arithmetic,
  architecture: Architecture,
  weights: NetworkWeights,
  texts: readonly (readonly number[])[],
  settings: RunSettings,
): NetworkRun {
  const { hooks = {}, past, parents, schedule = everyLayer(architecture) } = settings;
  const before = past ? past[0].keys.shape[0] : 0;
  const tokens = texts[0].length;
  const places = texts.map(
    (ids) =>
      settings.positions ??
      (parents ? branchPlaces(parents, before) : placesOf(architecture, ids, before)),
  );
  for (const [text, ids] of texts.entries())
    check(architecture, ids, places[text], before, settings);
  if (texts.some(({ length }) => length !== tokens))
    throw new InputError('text', 'texts of different lengths do not run together: divide them');
  const stages = pacedStages(architecture, schedule);
  // rotary positions are the same in all texts: only learned ones depend on the tokens
  const angles = anglesFor(places[0]);
  const causal = architecture.causal && !settings.bothSides;
  const types = settings.typeIds ?? texts[0].map(() => 0);
  const typeIds = texts.flatMap(() => types);
  let x = embedded(arithmetic, architecture, weights, texts.flat(), places.flat(), typeIds);
  const hookStates = (frame: number) => {
    for (const text of hooks.states ? texts.keys() : [])
      hooks.states?.(frame, textRows(x, text, tokens));
  };
  hookStates(0);
  const states = [x];
  const attentions: Tensor[] = [];
  const parts: Tensor[] = [];
  const kept: KeysAndValues[] = [];
  for (const { layer, pace } of stages) {
    const shape = architecture.layers[layer];
    const paces = texts.map(() => pace);
    const result = runBlock(x, paces, {
      arithmetic,
      architecture,
      weights: weights.layers[layer],
      shape,
      layer,
      tokens,
      angles: shape.rotary && angles(shape.rotary),
      mask: parents
        ? branchMask(arithmetic, shape, parents, before)
        : maskOf(arithmetic, causal, shape, tokens, before + tokens),
      hooks,
      past: past?.slice(kept.length) ?? null,
    });
    x = result.state;
    hookStates(states.length);
    states.push(x);
    kept.push(...result.kept);
    if (settings.attentions) attentions.push(result.coupling);
    if (settings.parts) parts.push(paired(arithmetic, result.middle, x));
  }
  return { states, attentions, parts, kept };
}

function layersFor(
  { arithmetic, architecture, weights }: Omit<NetworkParts, 'notes'>,
  tokens: number,
  { positions = Array.from({ length: tokens }, (_, i) => i), bothSides = false }: Places = {},
): NetworkLayers {
  const angles = anglesFor(positions);
  const causal = architecture.causal && !bothSides;
  const block = (layer: number): BlockSettings => {
    checkLayer(architecture, layer);
    const shape = architecture.layers[layer - 1];
    return {
      arithmetic,
      architecture,
      weights: weights.layers[layer - 1],
      shape,
      layer: layer - 1,
      tokens,
      angles: shape.rotary && angles(shape.rotary),
      mask: maskOf(arithmetic, causal, shape, tokens, tokens),
      hooks: {},
      past: null,
    };
  };
  return {
    advanced: (states, layer, steps) =>
      runBlock(
        states,
        steps.map((own) => pacingOf(architecture, own)),
        block(layer),
      ).state,
    velocity: (layer, part, states) => velocityAt(part, states, block(layer)),
    logEnergies: (layer, states, scaledAs) => logEnergiesAt(states, scaledAs, block(layer)),
    flowed: (states, layer, moved, flow) => flowBlock(states, moved, flow, block(layer)),
    linearised: (layer, part, states) =>
      linearisedPart(part, Float64Array.from(states.data), block(layer)),
  };
}

/** The angles of each kind of rotary positions, computed once a run. */
function anglesFor(positions: readonly number[]): (rotary: Rotary) => Angles {
  const known = new Map<Rotary, Angles>();
  return (rotary) => {
    const angles = known.get(rotary) ?? anglesOf(rotary, positions);
    known.set(rotary, angles);
    return angles;
  };
}

function paired(arithmetic: Arithmetic, middle: Tensor, state: Tensor): Tensor {
  const out = arithmetic.zeros([2, ...state.shape]);
  out.data.set(middle.data);
  out.data.set(state.data, middle.data.length);
  return out;
}

/** Where the tokens stand. */
function placesOf(
  { positions }: Architecture,
  ids: readonly number[],
  before: number,
): readonly number[] {
  if (positions.kind === 'rotary' || positions.padding === null)
    return ids.map((_, i) => before + i);
  const { padding } = positions;
  let count = 0;
  return ids.map((id) => (id === padding ? padding : padding + ++count));
}

/** Where the tokens of branches stand: one behind the token before. */
function branchPlaces(parents: readonly number[], before: number): number[] {
  const places: number[] = [];
  for (const parent of parents) places.push(parent < 0 ? before : places[parent] + 1);
  return places;
}

/** The longest text, in tokens; null: no bound. */
export const longestText = ({ positions }: Architecture): number | null =>
  positions.kind === 'learned' && positions.padding !== null
    ? positions.rows - positions.padding - 1
    : positions.rows;

function check(
  architecture: Architecture,
  ids: readonly number[],
  positions: readonly number[],
  before: number,
  settings: RunSettings,
): void {
  const { typeIds, past } = settings;
  const { vocabulary, tokenTypes, family } = architecture;
  const longest = longestText(architecture);
  if (ids.length === 0)
    throw new InputError('text', 'the text has no tokens, expected at least one: give a text');
  const length = settings.parents ? Math.max(...positions) + 1 : before + ids.length;
  if (longest !== null && length > longest)
    throw new LimitError(
      'text',
      `the text has ${counted(length, 'token')}, this ${family} has ${counted(longest, 'position')}: shorten it`,
    );
  checkRows('token id', ids, vocabulary);
  if (positions.length !== ids.length || (typeIds && typeIds.length !== ids.length))
    throw new InputError(
      'text',
      `${counted(ids.length, 'token')} with ${counted(positions.length, 'position')}${typeIds ? ` and ${typeIds.length} token types` : ''}: expected one of each a token`,
    );
  checkRows('position', positions, architecture.positions.rows ?? Number.POSITIVE_INFINITY);
  if (typeIds) checkRows('token type', typeIds, Math.max(1, tokenTypes));
  if (past && !goesOn(architecture))
    throw new InputError(
      'past',
      `a text of this ${family} cannot go on from a run of its beginning, whose numbers change with what follows: run the whole text`,
    );
}

function checkRows(what: string, values: readonly number[], rows: number): void {
  const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value >= rows);
  if (wrong !== undefined)
    throw new InputError(
      'text',
      `${what} ${wrong} is not there: expected a whole number from 0 to ${rows - 1}`,
    );
}

/** Frame 0 [n, width]: rows of the embeddings summed, through norm and map where there are any. */
function embedded(
  arithmetic: Arithmetic,
  architecture: Architecture,
  weights: NetworkWeights,
  ids: readonly number[],
  positions: readonly number[],
  typeIds: readonly number[],
): Tensor {
  const { width, rootWidth } = architecture.embedding;
  const factor = rootWidth ? rootOf(width, arithmetic.precision) : 1;
  let x = rowsOf(arithmetic, weights.token, ids);
  if (rootWidth) mapInPlace(x, (value) => factor * value);
  if (weights.tokenType) x = sum(arithmetic, x, rowsOf(arithmetic, weights.tokenType, typeIds));
  if (weights.position) x = sum(arithmetic, x, rowsOf(arithmetic, weights.position, positions));
  if (weights.embeddingNorm) x = arithmetic.normalised(x, weights.embeddingNorm);
  return weights.mapping ? arithmetic.linear(x, weights.mapping) : x;
}

/** √width as a number of the precision (transformers rounds it to the type in which a model is loaded). */
const rootOf = (width: number, precision: Precision) =>
  precision === 'float32' ? Math.fround(Math.sqrt(width)) : Math.sqrt(width);

function rowsOf(
  arithmetic: Arithmetic,
  table: NetworkWeights['token'],
  rows: readonly number[],
): Tensor {
  const [, width] = table.shape;
  const out = arithmetic.zeros([rows.length, width]);
  for (const [i, row] of rows.entries()) widen(table, row * width, out.data, i * width, width);
  return out;
}

function headScores(
  arithmetic: Arithmetic,
  { family, head: { transform, cap } }: Architecture,
  { head }: NetworkWeights,
  states: Tensor,
): Tensor {
  if (!head)
    throw new InputError(
      'model',
      `this ${family} has no head that scores tokens: its folder holds the body only, take one that was saved with its language-model head`,
    );
  let x = states;
  if (transform && head.dense && head.norm) {
    x = arithmetic.linear(x, head.dense);
    arithmetic.activate(x, transform.activation);
    x = arithmetic.normalised(x, head.norm);
  }
  const scores = arithmetic.linear(x, head.decoder);
  if (cap !== null) mapInPlace(scores, (value) => cap * tanh(value / cap));
  return scores;
}
