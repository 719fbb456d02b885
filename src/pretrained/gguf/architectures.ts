/**
 * The architectures that GGUF files may have, one entry each: the config.json that the same model has as a folder, by
 * which its family reads it, and what the format does to tensors on the way. Names of the metadata: ggml's docs/gguf.md;
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
  /** A whole number, or as many equal ones as there are layers. */
  count(key: string): number;
  /** Throws InputError where the key is no text. */
  text(key: string): string;
  has(key: string): boolean;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

type Config = Readonly<Record<string, unknown>>;

interface GgufArchitecture {
  /** config.json's `model_type`. */
  readonly modelType: string;
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
    pairedRows: true,
    config(read) {
      if (read.numberOr('expert_count', 0) > 0)
        throw refusal(`expert_count is ${read.number('expert_count')}`, 'an MLP of one expert');
      return {
        attention_bias: read.tensors.has('blk.0.attn_q.bias'),
        mlp_bias: read.tensors.has('blk.0.ffn_up.bias'),
      };
    },
  },
  qwen2: { modelType: 'qwen2', config: () => ({}) },
  qwen3: { modelType: 'qwen3', config: () => ({}) },
  gemma3: {
    modelType: 'gemma3_text',
    wholeNorms: true,
    names: {
      ffn_norm: 'pre_feedforward_layernorm',
      post_attention_norm: 'post_attention_layernorm',
      post_ffw_norm: 'post_feedforward_layernorm',
    },
    config: (read) => ({
      // scores are scaled by the size of a head unless the file says otherwise
      query_pre_attn_scalar: read.has('attention.scale')
        ? 1 / (read.number('attention.scale') * read.number('attention.scale'))
        : headSize(read),
      sliding_window: read.numberOr('attention.sliding_window', null),
      sliding_window_pattern: read.numberOr('attention.sliding_window_pattern', 6),
      rope_local_base_freq: read.numberOr('rope.freq_base_swa', 10_000),
      final_logit_softcapping: read.numberOr('final_logit_softcapping', null),
    }),
  },
};

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
  const read = readerOf(name, metadata, tensors);
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
  return { config, tensors: entries };
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
      if (!Array.isArray(value)) return number(key);
      const [first] = value;
      if (typeof first !== 'number' || value.some((one) => one !== first))
        throw refusal(`${architecture}.${key} is ${show(value)}`, 'one number for all layers');
      return first;
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

function headSize(read: Reader): number {
  const whole = read.number('embedding_length') / read.count('attention.head_count');
  const size = read.numberOr('attention.key_length', whole);
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
function commonConfig(read: Reader, { modelType }: GgufArchitecture): Config {
  const embedding = read.tensors.get('token_embd.weight');
  if (!embedding) throw new DamagedFileError('the GGUF file has no tensor token_embd.weight');
  const heads = read.count('attention.head_count');
  return {
    model_type: modelType,
    vocab_size: embedding.shape[0],
    hidden_size: read.number('embedding_length'),
    intermediate_size: read.count('feed_forward_length'),
    num_hidden_layers: read.number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: read.has('attention.head_count_kv')
      ? read.count('attention.head_count_kv')
      : heads,
    head_dim: headSize(read),
    max_position_embeddings: read.number('context_length'),
    rms_norm_eps: read.number('attention.layer_norm_rms_epsilon'),
    tie_word_embeddings: !read.tensors.has('output.weight'),
    rope_theta: read.numberOr('rope.freq_base', 10_000),
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
