/**
 * A model as two files, `config.json` and safetensors weights, and as an object in memory.
 * It reads and makes bytes; finding, reading and writing files is the host's.
 *
 * Legend: V vocabulary, d dimension, K knots, P positions, H heads, k = d / H; of a standard transformer L layers
 * of m hidden units. Weights are float32 or float16, row-vector convention y = x W:
 * `embedding` [V+3, d], `positions` [P, d], `attention` [K, 4, d, d] (per knot query, key, value,
 * output; head h owns columns h·k … (h+1)·k of the first three and the same rows of the last),
 * `output` [V+3, d], or `readout` [d, d] where the embedding E reads out too: the output is then
 * E · readoutᵀ; `bias` [V+3]. A standard transformer has `attention` [L, 4, d, d], `up` [L, d, m] and
 * `down` [L, m, d].
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { z } from 'zod';
import type { AttentionWeights } from '../attention/scores.ts';
import { projectTransposed } from '../engines/reference.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { type Digest, entriesSum } from '../numerics/entries-sum.ts';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import { hold } from '../numerics/held.ts';
import { matrix } from '../numerics/matrix.ts';
import { notFiniteAt, shapeSize } from '../numerics/vectors.ts';
import type { Precision } from '../pretrained/precision.ts';
import { FlowModel } from './flow-model.ts';
import { decodeSafetensors, encodeSafetensors, type Tensors } from './safetensors.ts';
import { StandardModel } from './standard-model.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';
import { type Vocabulary, vocabularyFault } from './vocabulary.ts';

export const FORMAT = 'schmetterling/1';
/** Of a standard transformer, which is no flow. */
export const STANDARD_FORMAT = 'schmetterling-standard/1';

const count = z.int().positive();

/** What all models have in their config, in the order of the file. */
const NAMED = {
  name: z.string().min(1),
  /** d */
  dimension: count,
  /** H, a divisor of d. */
  heads: count,
};
const ROOM = {
  /** S: positions that a blank reserves for its answer. */
  slots: count,
  /** P */
  maximumPositions: count,
  /** L; of a flow when the caller names none. */
  depth: count,
};
const TEXTS = {
  /** Whether the embedding reads out too, through a matrix [d, d], instead of an output matrix of its own. */
  tied: z.literal(true).optional(),
  /** Of the stored parameters; float32 when absent. */
  precision: z.enum(['float32', 'float16']).optional(),
  /** Tokens by id, V of them; start, end and blank are V, V+1 and V+2. */
  vocabulary: z.custom<Vocabulary>((value) => vocabularyFault(value) === undefined, {
    error: ({ input }) => vocabularyFault(input),
  }),
  /** First words (lower case) that take a second one into the answer. */
  determiners: z.array(z.string()),
  languages: z.array(z.string()),
  /** How the model was made; free in form. */
  training: z.record(z.string(), z.unknown()),
};

const FLOW = z.object({
  format: z.literal(FORMAT),
  ...NAMED,
  /** K: knots of the weights θ(t), equally spaced on [0, 1]. */
  knots: count,
  /** T: depth-time of the flow. */
  horizon: z.number().positive(),
  /** β_h, one number a head. */
  beta: z.array(z.number()),
  /** logits = logitScale · U x + bias. */
  logitScale: z.number(),
  ...ROOM,
  /** Of a text with a blank when the caller names none; full when absent. */
  coupling: z.literal('sinkhorn').optional(),
  ...TEXTS,
});

/** β is √(H/d) and logits are U x √d / |x| + bias: what training/standard-transformer.ts computes. */
const STANDARD = z.object({
  format: z.literal(STANDARD_FORMAT),
  ...NAMED,
  /** m: width of the MLPs between their two matrices. */
  hidden: count,
  ...ROOM,
  ...TEXTS,
});

const WEIGHTS = {
  weights: z.object({ file: z.string().min(1), sha256: z.string(), bytes: count }),
  /** Of all other entries; absent in files of older versions. */
  sha256: z.string().optional(),
};
const STORED = z.discriminatedUnion('format', [FLOW.extend(WEIGHTS), STANDARD.extend(WEIGHTS)], {
  error: ({ code }) =>
    code === 'invalid_union' ? `expected "${FORMAT}" or "${STANDARD_FORMAT}"` : undefined,
});

/** What config.json of a flow says, but for the weights file. */
export type ModelConfig = z.infer<typeof FLOW>;

/** The same of a standard transformer. */
export type StandardConfig = z.infer<typeof STANDARD>;

/** The same of any model that was trained here. */
export type OwnConfig = ModelConfig | StandardConfig;

/** What config.json says. */
export type StoredConfig = z.infer<typeof STORED>;

export interface ModelWeights {
  /** [V+3, d] */
  readonly embedding: Float64Tensor;
  /** [P, d] */
  readonly positions: Float64Tensor;
  /** K knots of four matrices [d, d]. */
  readonly attention: readonly AttentionWeights<Float64Tensor>[];
  /** [V+3, d] */
  readonly output: Float64Tensor;
  /** [d, d]; of a tied model, whose output is embedding · readoutᵀ. */
  readonly readout?: Float64Tensor;
  /** [V+3] */
  readonly bias: Float64Array;
}

/** What reading and answering texts takes of a model's files. */
export interface OwnParts {
  readonly config: OwnConfig;
  readonly tokenizer: Tokenizer;
  /** What is to be said of its files. */
  readonly notes?: readonly string[];
}

/** What the files of a flow hold, in memory. */
export interface FlowParts extends OwnParts {
  readonly config: ModelConfig;
  readonly weights: ModelWeights;
}

/** The same of a standard transformer, its tensors as the file has them. */
export interface StandardParts extends OwnParts {
  readonly config: StandardConfig;
  readonly tensors: Tensors;
}

/** A model that was trained here. */
export type TrainedModel = FlowModel | StandardModel;

/** The two files of a model, as the host reads and writes them. */
export interface ModelFiles {
  readonly config: string;
  readonly weights: Uint8Array;
}

const REMEDY = 'fetch or train the model again';

const damaged = (file: string, found: string, expected: string) =>
  new DamagedFileError(`${file}: found ${found}, expected ${expected}: ${REMEDY}`);

/** A machine's own is ten times as fast as this one in JavaScript. */
const portableDigest: Digest = (bytes) => bytesToHex(sha256(bytes));

/** Reads config.json. Throws DamagedFileError naming the first entry that is wrong, or where its sum is another. */
export function parseConfig(json: string, digest: Digest = portableDigest): StoredConfig {
  const document = parseJson(json);
  const result = STORED.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0];
    const place = issue.path.join('.') || 'the document';
    const other = place === 'format' ? ', or model_type of a Hugging Face model' : '';
    throw new DamagedFileError(`config.json: ${place}: ${issue.message}${other}: ${REMEDY}`);
  }
  checkArchitecture(result.data);
  const { sha256: written } = result.data;
  if (written !== undefined && written !== entriesSum(document as object, digest))
    throw new DamagedFileError(
      `config.json: found other entries than were written, by its sha256: ${REMEDY}, or remove the entry sha256 if you changed it yourself`,
    );
  return result.data;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw damaged('config.json', 'text that is no JSON', 'a JSON object');
  }
}

function checkArchitecture(config: OwnConfig): void {
  const { heads, dimension, maximumPositions, slots } = config;
  if (dimension % heads !== 0)
    throw damaged('config.json', `${heads} heads`, `a divisor of the dimension ${dimension}`);
  if (config.format === FORMAT && config.beta.length !== heads)
    throw damaged(
      'config.json',
      `${config.beta.length} entries of beta`,
      `one for each of ${heads} heads`,
    );
  if (maximumPositions <= slots)
    throw damaged('config.json', `${maximumPositions} positions`, `more than the ${slots} slots`);
}

/** The name and shape of every tensor of a model. */
export function tensorShapes(config: OwnConfig): Record<string, number[]> {
  const { dimension: d, maximumPositions, vocabulary, tied } = config;
  const size = vocabulary.length + 3;
  return {
    ...layerShapes(config),
    bias: [size],
    embedding: [size, d],
    ...(tied ? { readout: [d, d] } : { output: [size, d] }),
    positions: [maximumPositions, d],
  };
}

function layerShapes(config: OwnConfig): Record<string, number[]> {
  const { dimension: d } = config;
  if (config.format === FORMAT) return { attention: [config.knots, 4, d, d] };
  const { depth, hidden } = config;
  return { attention: [depth, 4, d, d], up: [depth, d, hidden], down: [depth, hidden, d] };
}

export interface LoadOptions {
  /** What a standard transformer computes with; a flow has float64 alone. */
  readonly precision?: Precision;
  readonly digest?: Digest;
}

/**
 * The model of the two files. Throws DamagedFileError, with file, what was found and what was
 * expected, when one of them is truncated, altered or does not fit the other; InputError for a precision that a flow
 * has not.
 */
export function loadModel(
  { config: json, weights: bytes }: ModelFiles,
  { precision, digest = portableDigest }: LoadOptions = {},
): TrainedModel {
  const { weights: stored, sha256: checked, ...config } = parseConfig(json, digest);
  if (config.format === FORMAT && precision === 'float32')
    throw new InputError(
      'precision',
      `option precision is "float32", and "${config.name}" computes in float64: leave it out`,
    );
  if (bytes.length !== stored.bytes)
    throw damaged(stored.file, `${bytes.length} bytes`, `${stored.bytes} as config.json says`);
  const hash = digest(bytes);
  if (hash !== stored.sha256)
    throw damaged(stored.file, `sha256 ${hash}`, `${stored.sha256} as config.json says`);
  const { tensors } = decodeSafetensors(bytes, stored.file);
  const notes = checked === undefined ? [UNCHECKED] : undefined;
  return assembleModel(config, tensors, { file: stored.file, precision, notes });
}

const UNCHECKED =
  'config.json was written by a version that kept no sum of it, so damage would go unseen';

interface AssemblyOptions extends Pick<LoadOptions, 'precision'>, Pick<OwnParts, 'notes'> {
  /** For messages. */
  readonly file?: string;
}

/** A model of a config and its tensors. Throws DamagedFileError, naming the file, for a wrong shape or value. */
export function assembleModel(
  config: ModelConfig,
  tensors: Tensors,
  options?: AssemblyOptions,
): FlowModel;
export function assembleModel(
  config: OwnConfig,
  tensors: Tensors,
  options?: AssemblyOptions,
): TrainedModel;
export function assembleModel(
  config: OwnConfig,
  tensors: Tensors,
  { file = 'the weights', precision, notes }: AssemblyOptions = {},
): TrainedModel {
  checkTensors(config, tensors, file);
  const tokenizer = createTokenizer(config.vocabulary);
  if (config.format === STANDARD_FORMAT)
    return new StandardModel({ config, tokenizer, tensors, notes }, precision);
  return new FlowModel({ config, tokenizer, weights: flowWeights(config, tensors), notes });
}

function flowWeights(config: ModelConfig, tensors: Tensors): ModelWeights {
  const whole = (name: string) => tensor(tensors[name].shape, new Float64Array(tensors[name].data));
  const embedding = whole('embedding');
  const readout = config.tied && whole('readout');
  return {
    embedding,
    positions: whole('positions'),
    attention: knots(tensors.attention.data, config.knots, config.dimension),
    ...(readout
      ? { output: projectTransposed(embedding, readout), readout }
      : { output: whole('output') }),
    bias: whole('bias').data,
  };
}

function checkTensors(config: OwnConfig, tensors: Tensors, file: string): void {
  for (const [name, shape] of Object.entries(tensorShapes(config))) {
    const found = tensors[name];
    if (!found) throw damaged(file, `no tensor ${name}`, `one of shape [${shape}]`);
    if (found.shape.join() !== shape.join())
      throw damaged(file, `tensor ${name} of shape [${found.shape}]`, `[${shape}]`);
    const place = notFiniteAt(found.data);
    if (place >= 0) throw damaged(file, `${found.data[place]} in tensor ${name}`, 'finite numbers');
  }
}

function knots(data: Float32Array, count: number, d: number): AttentionWeights<Float64Tensor>[] {
  const all = Array.from({ length: 4 * count }, (_, index) =>
    matrix(d, d, new Float64Array(data.subarray(index * d * d, (index + 1) * d * d))),
  );
  hold(all);
  const part = (index: number) => tensor([d, d], all[index].data);
  return Array.from({ length: count }, (_, knot) => ({
    query: part(4 * knot),
    key: part(4 * knot + 1),
    value: part(4 * knot + 2),
    output: part(4 * knot + 3),
  }));
}

/** The two files of a model; what `loadModel` reads back. Weights are rounded to the config's precision. */
export function saveModel(
  model: FlowParts | StandardParts,
  file = 'model.safetensors',
): ModelFiles {
  const { config } = model;
  const metadata = { format: config.format, name: config.name };
  const type = config.precision === 'float16' ? 'F16' : 'F32';
  const weights = encodeSafetensors(modelTensors(model), metadata, type);
  const stored: StoredConfig = {
    ...config,
    weights: { file, sha256: portableDigest(weights), bytes: weights.length },
  };
  return { config: configText({ ...stored, sha256: entriesSum(stored, portableDigest) }), weights };
}

/** The tensors of a model, by the names of the file. */
export function modelTensors(model: FlowParts | StandardParts): Tensors {
  if ('tensors' in model) return model.tensors;
  const { config, weights } = model;
  const shapes = tensorShapes(config);
  const attention = new Float32Array(shapeSize(shapes.attention));
  const square = config.dimension ** 2;
  weights.attention
    .flatMap((knot) => [knot.query, knot.key, knot.value, knot.output])
    .forEach((part, index) => {
      attention.set(part.data, index * square);
    });
  const stored = (name: string, data: Float64Array) => ({
    shape: shapes[name],
    data: Float32Array.from(data),
  });
  return {
    attention: { shape: shapes.attention, data: attention },
    bias: stored('bias', weights.bias),
    embedding: stored('embedding', weights.embedding.data),
    ...(weights.readout
      ? { readout: stored('readout', weights.readout.data) }
      : { output: stored('output', weights.output.data) }),
    positions: stored('positions', weights.positions.data),
  };
}

/** Readable JSON, but the vocabulary, which would be thousands of lines, on one. */
function configText(config: StoredConfig): string {
  const mark = '@vocabulary@';
  const text = JSON.stringify({ ...config, vocabulary: mark }, null, 2);
  return `${text.replace(JSON.stringify(mark), () => JSON.stringify(config.vocabulary))}\n`;
}
