/**
 * Reading a folder of a Hugging Face checkpoint from disk: config.json, weights in one file or in shards, each tensor
 * by its bytes. Not what they mean: src/pretrained. Nothing is fetched.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { PretrainedDescription } from '../language/model-record.ts';
import { PretrainedModel } from '../language/pretrained-model.ts';
import { DamagedFileError, InputError, LimitError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';
import { describe } from '../pretrained/families.ts';
import { type Network, openNetwork } from '../pretrained/network.ts';
import type { Precision } from '../pretrained/precision.ts';
import { readHeader, type TensorEntry } from '../pretrained/safetensors.ts';
import { checkTensors } from '../pretrained/tensors.ts';
import {
  openTokenizer,
  type PretrainedTokenizer,
  TOKENIZER_FILES,
  type TokenizerFiles,
} from '../pretrained/tokenizer/files.ts';
import { spawnFieldThread } from './field-threads.ts';
import { fileSource } from './file-source.ts';
import { errorCode } from './files.ts';
import { isGguf, pretrainedName } from './formats.ts';
import { readGgufFile } from './gguf.ts';

export interface NetworkOptions {
  /** What the network computes with; weights stay as wide as their file has them. Default float32. */
  readonly precision?: Precision;
  /**
   * Threads that multiply in float32, with the caller's own; default 1. Numbers have the same bits for any. Others
   * are started at once, take part when they are up, do not keep the process alive, and end with the network's
   * `close`.
   */
  readonly threads?: number;
}

/** What a folder or a GGUF file holds, its numbers not yet read. */
interface Checkpoint {
  /** config.json, parsed. */
  readonly config: unknown;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  tokenizer(): PretrainedTokenizer;
}

/**
 * The network of a folder as the hub has it, of the transformer inside a sentence-transformers folder, or of a GGUF
 * file. Throws InputError, LimitError or DamagedFileError, each beginning with the path, before weights are read:
 * for a folder without weights that can be read, a missing shard, weights that do not fit the memory, and whatever
 * `openNetwork` throws.
 */
export const readNetwork = (path: string, options?: NetworkOptions): Network =>
  inFolder(path, () => networkOf(checkpointAt(path), options));

/**
 * The model of such a folder or file: its network, and its tokenizer, whose files lie beside it or beside
 * modules.json. Throws as `readNetwork`, and for a tokenizer that cannot be read as its file means it.
 */
export const readPretrained = (path: string, options?: NetworkOptions): PretrainedModel =>
  inFolder(path, () => {
    const checkpoint = checkpointAt(path);
    const network = networkOf(checkpoint, options);
    return new PretrainedModel({
      name: pretrainedName(path),
      network,
      tokenizer: checkpoint.tokenizer(),
    });
  });

/** What such a model is, by its config.json or its metadata, and its tensors' shapes. Throws as `readNetwork`. */
export const describePretrained = (path: string): PretrainedDescription =>
  inFolder(path, () => {
    const { config, tensors } = checkpointAt(path);
    const { architecture, names } = describe(config);
    const { parameters, head } = checkTensors(architecture, names, tensors);
    return { architecture, parameters, hasHead: head !== null };
  });

function checkpointAt(path: string): Checkpoint {
  if (isGguf(path)) return readGgufFile(path);
  const inner = transformerFolder(path);
  const config = readJson(inner, 'config.json');
  return {
    config,
    tensors: readTensors(inner, config),
    tokenizer() {
      const files = tokenizerFiles(hasTokenizer(inner) ? inner : path);
      const { model_type: type } = z.looseObject({ model_type: z.string() }).parse(config);
      return openTokenizer(files, type);
    },
  };
}

function networkOf(
  { config, tensors }: Checkpoint,
  { precision = 'float32', threads = 1 }: NetworkOptions = {},
): Network {
  if (!Number.isInteger(threads) || threads < 1)
    throw new InputError('threads', `threads is ${threads}: expected a whole number from 1 on`);
  checkMemory(tensors);
  return openNetwork({ config, tensors, precision, threads: { threads, spawn: spawnFieldThread } });
}

const hasTokenizer = (folder: string) =>
  TOKENIZER_FILES.some(
    (file) => file !== 'tokenizer_config.json' && existsSync(join(folder, file)),
  );

function tokenizerFiles(folder: string): TokenizerFiles {
  const found = TOKENIZER_FILES.filter((file) => existsSync(join(folder, file)));
  return Object.fromEntries(found.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** Puts the folder before the message of an error that a user can meet. */
function inFolder<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError || error instanceof DamagedFileError)
      error.message = `${folder}: ${error.message}`;
    throw error;
  }
}

const MODULES = z.array(z.object({ path: z.string(), type: z.string() })).min(1);

/** The folder itself, or that of the first module of a sentence-transformers one. */
export function transformerFolder(folder: string): string {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new InputError('model', 'there is no such folder: check the path');
  if (!existsSync(join(folder, 'modules.json'))) return folder;
  const modules = MODULES.safeParse(readJson(folder, 'modules.json'));
  const first = modules.data?.[0];
  if (!first?.type.endsWith('.Transformer') || first.path.split(/[\\/]/).includes('..'))
    throw new DamagedFileError(
      `modules.json: expected a Transformer as its first module, found ${show(first)}`,
    );
  return join(folder, first.path);
}

function readJson(folder: string, file: string): unknown {
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    const found =
      errorCode(error) === 'ENOENT' ? 'is missing' : `cannot be read (${errorCode(error)})`;
    throw new DamagedFileError(`${file} ${found}: expected a folder as save_pretrained writes it`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedFileError(`${file} is no JSON: fetch the file again`);
  }
}

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** The tensors of all weight files by name, none of their numbers read. */
function readTensors(folder: string, config: unknown): Map<string, TensorEntry> {
  if (existsSync(join(folder, WEIGHTS))) return new Map(openShard(folder, WEIGHTS));
  if (existsSync(join(folder, INDEX))) return readShards(folder);
  throw withoutSafetensors(folder, config);
}

const INDEX_SHAPE = z.object({ weight_map: z.record(z.string(), z.string()) });

function readShards(folder: string): Map<string, TensorEntry> {
  const parsed = INDEX_SHAPE.safeParse(readJson(folder, INDEX));
  if (!parsed.success)
    throw new DamagedFileError(`${INDEX}: expected weight_map, a file for each tensor`);
  const { weight_map: map } = parsed.data;
  const shards = [...new Set(Object.values(map))].sort();
  const outside = shards.filter((shard) => basename(shard) !== shard);
  if (outside.length > 0)
    throw new DamagedFileError(
      `${INDEX} names ${outside.join(', ')}: expected names without a folder`,
    );
  const missing = shards.filter((shard) => !existsSync(join(folder, shard)));
  if (missing.length > 0)
    throw new DamagedFileError(
      `of ${shards.length} shards ${missing.length === 1 ? 'one is' : `${missing.length} are`} missing, ${missing.join(', ')}: fetch the folder again`,
    );
  const all = new Map<string, TensorEntry>();
  for (const shard of shards)
    for (const [name, entry] of openShard(folder, shard)) {
      if (map[name] !== shard)
        throw new DamagedFileError(
          `${shard} holds tensor ${name}, which ${INDEX} ${map[name] === undefined ? 'does not name' : `has in ${map[name]}`}: fetch the folder again`,
        );
      all.set(name, entry);
    }
  const absent = Object.keys(map).filter((name) => !all.has(name));
  if (absent.length > 0)
    throw new DamagedFileError(
      `${INDEX} names ${absent.map((name) => `${name} in ${map[name]}`).join(', ')}, which is not there: fetch the folder again`,
    );
  return all;
}

const openShard = (folder: string, file: string) =>
  readHeader(fileSource(join(folder, file))).entries;

/** Of all weights together: kernels address 32 bits. */
const MOST_BYTES = 2 ** 32;

function checkMemory(tensors: ReadonlyMap<string, TensorEntry>): void {
  let bytes = 0;
  for (const { from, to } of tensors.values()) bytes += to - from;
  const size = (value: number) => `${(value / 2 ** 30).toFixed(2)} GiB`;
  if (bytes > MOST_BYTES)
    throw new LimitError(
      'model',
      `the weights are ${size(bytes)}, at most ${size(MOST_BYTES)} are read: take a smaller model, or one in 16 bits`,
    );
  if (bytes > freemem())
    throw new LimitError(
      'model',
      `the weights are ${size(bytes)} and ${size(freemem())} of memory are free: close other programs, or take a smaller model`,
    );
}

/** By the reference library, from a folder with another format of weights. */
const conversion = (folder: string, architecture: string, from = '') =>
  `convert them once by python3 -c "from transformers import ${architecture} as M; M.from_pretrained('${folder}'${from}).save_pretrained('${folder}')"`;

type Remedy = (folder: string, architecture: string) => string;

const older =
  (name: string, program: string): Remedy =>
  (folder, architecture) =>
    `${conversion(folder, architecture, `, from_${name}=True`)} with pip install "transformers<5" torch ${program}`;

const fetched: Remedy = () =>
  `no program turns that back, so fetch ${WEIGHTS} of the same model, or save it anew by save_pretrained`;

/** Other files of weights, and what to do about each. */
const OTHER_FORMATS: readonly (readonly [files: readonly string[], what: string, Remedy])[] = [
  [
    ['pytorch_model.bin', 'pytorch_model.bin.index.json'],
    'which can hold any code',
    (folder, architecture) => conversion(folder, architecture),
  ],
  [
    ['tf_model.h5', 'tf_model.h5.index.json'],
    'the format of TensorFlow',
    older('tf', 'tensorflow tf-keras'),
  ],
  [
    ['flax_model.msgpack', 'flax_model.msgpack.index.json'],
    'the format of Flax',
    older('flax', 'flax jax'),
  ],
  [['model.onnx', join('onnx', 'model.onnx')], 'a graph without the weights’ names', fetched],
  [['rust_model.ot'], 'the format of rust-bert', fetched],
  [
    ['adapter_model.safetensors', 'adapter_model.bin'],
    'changes of another model’s weights',
    (folder) =>
      `merge both once by python3 -c "from peft import AutoPeftModelForCausalLM as M; M.from_pretrained('${folder}').merge_and_unload().save_pretrained('${folder}-merged')"`,
  ],
];

/** A folder whose weights are in another format, or absent. */
function withoutSafetensors(folder: string, config: unknown): Error {
  for (const [files, what, remedy] of OTHER_FORMATS) {
    const found = files.find((file) => existsSync(join(folder, file)));
    if (found === undefined) continue;
    const [architecture = 'AutoModel'] =
      z.object({ architectures: z.array(z.string().regex(/^\w+$/)).min(1) }).safeParse(config).data
        ?.architectures ?? [];
    return new InputError(
      'model',
      `its weights are ${found}, ${what}: ${remedy(folder, architecture)}`,
    );
  }
  return new DamagedFileError(`neither ${WEIGHTS} nor ${INDEX} is there: fetch the folder again`);
}
