/**
 * The architectures that GGUF files may have, one entry each: the config.json that the same model has as a folder, by
 * which its family reads it, and what the format does to tensors on the way. Names of the metadata: the description of the format in github.com/ggml-org/ggml;
 * what a converter writes: convert_hf_to_gguf.py of llama.cpp.
 */
import { closest } from 'fastest-levenshtein';
import { log } from '../../numerics/elementary.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { show } from '../../numerics/parameters.ts';
import type { ByteSource, TensorEntry } from '../safetensors.ts';
import { readStored } from '../stored.ts';
import type { Entries } from '../tensors.ts';
import { FOLDER_LINES, type GgufHeader, type GgufTensor, type Metadata } from './header.ts';
import { type Change, entryOf } from './tensors.ts';

/** The metadata of an architecture, without its name before each key. */
interface Reader {
  /** Throws InputError where the key is missing or no number. */
  number(key: string): number;
  numberOr<V>(key: string, absent: V): number | V;
  /** A whole number from 1 on, or as many equal ones as there are layers. */
  count(key: string): number;
  /** Throws InputError where the key is neither a number nor a list of true and false. */
  numberOrFlags(key: string, absent: number): number | readonly boolean[];
  /** Throws InputError where the key is no text. */
  text(key: string): string;
  has(key: string): boolean;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

type Config = Readonly<Record<string, unknown>>;

interface GgufArchitecture {
  /** config.json's `model_type`. */
  readonly modelType: string;
  /** The base of rotary positions where the header does not say. */
  readonly base: number;
  /** What its family reads besides what all have. */
  config(read: Reader): Config;
  /** Names that are others than those of a Llama. */
  readonly names?: Readonly<Record<string, string>>;
  /** Rows of queries and keys lie in pairs (k, k + half) of each head. */
  readonly pairedRows?: boolean;
  /** Norms hold the gain itself, and checkpoints of the family the gain − 1. */
  readonly wholeNorms?: boolean;
}

const ARCHITECTURES: Readonly<Record<string, GgufArchitecture>> = {
  llama: {
    modelType: 'llama',
    base: 10_000,
    pairedRows: true,
    config: (read) => ({
      attention_bias: read.tensors.has('blk.0.attn_q.bias'),
      mlp_bias: read.tensors.has('blk.0.ffn_up.bias'),
      // a Llama whose layers have windows is a Mistral
      ...(hasWindow(read) && { model_type: 'mistral', ...windowConfig(read, 0) }),
    }),
  },
  qwen2: { modelType: 'qwen2', base: 10_000, config: qwenConfig },
  qwen3: { modelType: 'qwen3', base: 10_000, config: qwenConfig },
  gemma3: {
    modelType: 'gemma3_text',
    base: 1_000_000,
    wholeNorms: true,
    names: {
      ffn_norm: 'pre_feedforward_layernorm',
      post_attention_norm: 'post_attention_layernorm',
      post_ffw_norm: 'post_feedforward_layernorm',
    },
    config: (read) => ({
      query_pre_attn_scalar: gemmaScale(read),
      ...windowConfig(read, 6),
      rope_local_base_freq: read.numberOr('rope.freq_base_swa', 10_000),
      // 0 is none
      final_logit_softcapping: read.numberOr('final_logit_softcapping', 0) || null,
    }),
  },
};

const hasWindow = (read: Reader) => read.numberOr('attention.sliding_window', 0) > 0;

function qwenConfig(read: Reader): Config {
  return hasWindow(read) ? { use_sliding_window: true, ...windowConfig(read, 0) } : {};
}

/** The window, and which layers have it: all but every so many, or as a list says. `every` is 0 for all. */
function windowConfig(read: Reader, every: number): Config {
  const layers = read.count('block_count');
  const pattern = read.numberOrFlags('attention.sliding_window_pattern', every);
  if (typeof pattern !== 'number' && pattern.length !== layers)
    throw refusal(
      `attention.sliding_window_pattern has ${pattern.length} entries`,
      `${layers}, one a layer`,
    );
  const slides = (layer: number) =>
    typeof pattern === 'number' ? pattern === 0 || (layer + 1) % pattern !== 0 : pattern[layer];
  return {
    sliding_window: hasWindow(read) ? read.number('attention.sliding_window') : null,
    layer_types: Array.from({ length: layers }, (_, layer) =>
      hasWindow(read) && slides(layer) ? 'sliding_attention' : 'full_attention',
    ),
  };
}

/** What scores are divided by the root of: as the header says, of the largest model its own, else the size of a head. */
function gemmaScale(read: Reader): number {
  const scale = read.numberOr('attention.scale', 0);
  if (scale > 0) return 1 / (scale * scale);
  // gemma_pytorch, config.py: 27B
  if (read.count('block_count') === 62)
    return read.number('embedding_length') / read.count('attention.head_count');
  return headSize(read);
}

/** Keys that change a network as none of these families has it, and the values with which they change nothing. */
const NEUTRAL: Readonly<Record<string, readonly (number | boolean)[]>> = {
  expert_count: [0],
  expert_used_count: [0],
  nextn_predict_layers: [0],
  logit_scale: [0, 1],
  residual_scale: [0, 1],
  embedding_scale: [0, 1],
  use_parallel_residual: [false],
  'attention.causal': [true],
  'attention.clamp_kqv': [0],
  'attention.max_alibi_bias': [0],
};

/** Throws InputError for what the header says and no family of these can honour. */
function refuseForeign(name: string, metadata: Metadata): void {
  for (const [key, allowed] of Object.entries(NEUTRAL)) {
    const value = metadata.get(`${name}.${key}`);
    if (value !== undefined && !allowed.some((one) => one === value))
      throw refusal(`${name}.${key} is ${show(value)}`, `${allowed.join(' or ')}, or no such key`);
  }
}

const NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};
const OUTER: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};
/** Factors of rotary wavelengths, which are tensors here and numbers of a config there. */
const FACTORS = /^rope_(freqs|factors_long|factors_short)\.weight$/;

const refusal = (found: string, expected: string) =>
  new InputError('model', `the metadata of the GGUF file: ${found}: expected ${expected}`);

/** A GGUF file in the terms of a folder. */
export interface GgufCheckpoint {
  /** As config.json, parsed. */
  readonly config: Config;
  readonly tensors: Entries;
}

/**
 * Config and tensors of a file, by the names of its family's folders. Throws InputError for an architecture that is
 * not read, and for settings that cannot be honoured.
 */
export function checkpointOf(
  source: ByteSource,
  { metadata, tensors }: GgufHeader,
): GgufCheckpoint {
  const { name, architecture } = architectureOf(source, metadata);
  refuseForeign(name, metadata);
  const read = readerOf(name, metadata, tensors);
  checkScale(read, architecture);
  const config = {
    ...commonConfig(read, architecture),
    ...architecture.config(read),
    ...ropeConfig(source, read),
  };
  const entries = new Map<string, TensorEntry>();
  for (const tensor of tensors) {
    if (FACTORS.test(tensor.name)) continue;
    const own = checkpointName(tensor.name, architecture);
    entries.set(own, entryOf(source, tensor, own, changeOf(tensor.name, architecture, read)));
  }
  const storedName = (own: string) => nameInFile(own, architecture);
  return { config, tensors: Object.assign(entries, { storedName }) };
}

function architectureOf(source: ByteSource, metadata: Metadata) {
  const name = metadata.get('general.architecture');
  const architecture = typeof name === 'string' ? ARCHITECTURES[name] : undefined;
  if (typeof name === 'string' && architecture) return { name, architecture };
  const known = Object.keys(ARCHITECTURES);
  const nearest = typeof name === 'string' ? ` (the nearest is ${closest(name, known)})` : '';
  throw new InputError(
    'model',
    `general.architecture is ${show(name)}, which is not read from GGUF: expected ${known.join(', ')}${nearest}. Others are read as folders, which this makes where transformers knows them:\n${FOLDER_LINES(source.name)}`,
  );
}

function readerOf(
  architecture: string,
  metadata: Metadata,
  tensors: readonly GgufTensor[],
): Reader {
  const at = (key: string) => metadata.get(`${architecture}.${key}`);
  const number = (key: string): number => {
    const value = at(key);
    if (typeof value !== 'number')
      throw refusal(`${architecture}.${key} is ${show(value)}`, 'a number');
    return value;
  };
  return {
    number,
    numberOr: (key, absent) => (at(key) === undefined ? absent : number(key)),
    count(key) {
      const value = at(key);
      const first = Array.isArray(value) ? value[0] : number(key);
      if (Array.isArray(value) && (value.length === 0 || value.some((one) => one !== first)))
        throw refusal(`${architecture}.${key} is ${show(value)}`, 'one number for all layers');
      if (!Number.isInteger(first) || first < 1)
        throw refusal(`${architecture}.${key} is ${show(value)}`, 'a whole number from 1 on');
      return first;
    },
    numberOrFlags(key, absent) {
      const value = at(key);
      if (Array.isArray(value) && value.every((one) => typeof one === 'boolean')) return value;
      return value === undefined ? absent : number(key);
    },
    text(key) {
      const value = at(key);
      if (typeof value !== 'string')
        throw refusal(`${architecture}.${key} is ${show(value)}`, 'a text');
      return value;
    },
    has: (key) => at(key) !== undefined,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
  };
}

/** Only Gemma's configs say how scores are scaled. */
function checkScale(read: Reader, { modelType }: GgufArchitecture): void {
  const [scale, usual] = [read.numberOr('attention.scale', 0), 1 / Math.sqrt(headSize(read))];
  if (modelType !== 'gemma3_text' && scale > 0 && Math.abs(scale / usual - 1) > 1e-6)
    throw refusal(`attention.scale is ${scale}`, `${usual}, 1 / √ of a head's size`);
}

/** Of its keys, else as many numbers as turn, else its share of the width. */
function headSize(read: Reader): number {
  const heads = read.count('attention.head_count');
  const share = read.numberOr('rope.dimension_count', read.number('embedding_length') / heads);
  const size = read.numberOr('attention.key_length', share);
  if (!Number.isInteger(size) || size % 2 !== 0)
    throw refusal(`heads are ${size} numbers wide`, 'an even whole number');
  const values = read.numberOr('attention.value_length', size);
  if (values !== size)
    throw refusal(
      `attention.key_length is ${size} and attention.value_length ${values}`,
      'one size',
    );
  const turned = read.numberOr('rope.dimension_count', size);
  if (turned !== size)
    throw refusal(
      `rope.dimension_count is ${turned} of heads of ${size}`,
      'heads that turn as a whole',
    );
  return size;
}

/** What all families call alike. */
function commonConfig(read: Reader, { modelType, base }: GgufArchitecture): Config {
  const embedding = read.tensors.get('token_embd.weight');
  if (!embedding) throw new DamagedFileError('the GGUF file has no tensor token_embd.weight');
  const heads = read.count('attention.head_count');
  const keyHeads = read.has('attention.head_count_kv')
    ? read.count('attention.head_count_kv')
    : heads;
  if (heads % keyHeads !== 0)
    throw refusal(`attention.head_count_kv is ${keyHeads}`, `a divisor of the ${heads} heads`);
  return {
    model_type: modelType,
    vocab_size: embedding.shape[0],
    hidden_size: read.count('embedding_length'),
    intermediate_size: read.count('feed_forward_length'),
    num_hidden_layers: read.count('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    head_dim: headSize(read),
    max_position_embeddings: read.count('context_length'),
    rms_norm_eps: read.number('attention.layer_norm_rms_epsilon'),
    tie_word_embeddings: !read.tensors.has('output.weight'),
    rope_theta: read.numberOr('rope.freq_base', base),
  };
}

const SCALED = ['none', 'linear', 'yarn', 'longrope'];

/** Rotary scaling: of the header, or as factors that are tensors. */
function ropeConfig(source: ByteSource, read: Reader): Config {
  const type = read.has('rope.scaling.type') ? read.text('rope.scaling.type') : 'none';
  if (!SCALED.includes(type))
    throw refusal(`rope.scaling.type is ${show(type)}`, SCALED.join(', '));
  const factors = (name: string) => {
    const tensor = read.tensors.get(`${name}.weight`);
    if (!tensor) return undefined;
    const entry = entryOf(source, tensor, name, {});
    return Array.from(readStored(entry).data);
  };
  const all = factors('rope_freqs');
  const [short, long] = [factors('rope_factors_short'), factors('rope_factors_long')];
  if (type === 'longrope' && !(short && long))
    throw refusal(
      'rope.scaling.type is longrope',
      'tensors rope_factors_short and rope_factors_long',
    );
  // the wavelengths of Llama 3 as they are: one list for all lengths
  if (all) {
    if (type !== 'none')
      throw refusal(`rope.scaling.type is ${type} beside rope_freqs.weight`, 'one of them');
    if (all.length !== headSize(read) / 2)
      throw refusal(
        `rope_freqs.weight has ${all.length} numbers`,
        `${headSize(read) / 2}, half a head`,
      );
    return {
      rope_scaling: {
        rope_type: 'longrope',
        factor: 1,
        short_factor: all,
        long_factor: all,
        attention_factor: 1,
      },
    };
  }
  const factor = read.numberOr(
    'rope.scaling.factor',
    read.numberOr('rope.scale_linear', undefined),
  );
  const original = read.numberOr('rope.scaling.original_context_length', undefined);
  const magnitude = read.numberOr('rope.scaling.attn_factor', undefined);
  const given = {
    ...(factor !== undefined && { factor }),
    ...(original !== undefined && { original_max_position_embeddings: original }),
  };
  if (type === 'longrope')
    return {
      rope_scaling: {
        rope_type: type,
        ...given,
        short_factor: short,
        long_factor: long,
        attention_factor: magnitude ?? 1,
      },
    };
  if (type === 'yarn') {
    // llama.cpp multiplies what it computes itself
    const own = factor === undefined || factor <= 1 ? 1 : 0.1 * log(factor) + 1;
    return {
      rope_scaling: {
        rope_type: type,
        ...given,
        ...(magnitude !== undefined && { attention_factor: magnitude * own }),
      },
    };
  }
  const linear = type === 'linear' || read.has('rope.scale_linear');
  return linear && factor !== undefined && factor !== 1
    ? { rope_scaling: { rope_type: 'linear', factor } }
    : {};
}

function checkpointName(name: string, { names = {} }: GgufArchitecture): string {
  const [, layer, part, kind] = /^blk\.(\d+)\.([a-z_]+)\.(weight|bias)$/.exec(name) ?? [];
  if (part !== undefined) {
    const own = names[part] ?? NAMES[part];
    return own ? `model.layers.${layer}.${own}.${kind}` : name;
  }
  const [, outer, outerKind] = /^([a-z_]+)\.(weight|bias)$/.exec(name) ?? [];
  return outer !== undefined && OUTER[outer] ? `${OUTER[outer]}.${outerKind}` : name;
}

/** What a file calls a tensor of a checkpoint: `checkpointName` backwards. */
function nameInFile(own: string, { names = {} }: GgufArchitecture): string {
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(own) ?? [];
  const known = part === undefined ? OUTER : { ...NAMES, ...names };
  const wanted = part ?? own.replace(/\.(weight|bias)$/, '');
  // what this architecture calls otherwise comes last
  const name = Object.keys(known).findLast((one) => known[one] === wanted);
  if (name === undefined) return own;
  return part === undefined ? own.replace(wanted, name) : `blk.${layer}.${name}.${kind}`;
}

function changeOf(
  name: string,
  { pairedRows, wholeNorms }: GgufArchitecture,
  read: Reader,
): Change {
  const lessOne = wholeNorms && name.endsWith('norm.weight');
  const [, kind] = /^blk\.\d+\.attn_([qk])\.(?:weight|bias)$/.exec(name) ?? [];
  if (!pairedRows || kind === undefined) return { lessOne };
  const size = headSize(read);
  const half = size / 2;
  // rows k and k + half of a head stand next to each other in the file
  return {
    rows: (row) => {
      const [head, within] = [Math.floor(row / size), row % size];
      return head * size + (within < half ? 2 * within : 2 * (within - half) + 1);
    },
  };
}
