/** The models on this machine: which there are, and reading one from its folder. Not the format (language/checkpoint). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import {
  loadModel,
  parseConfig,
  type StoredConfig,
  type TrainedModel,
} from '../language/checkpoint.ts';
import type { FlowModel } from '../language/flow-model.ts';
import { asFlow, type LanguageModel } from '../language/model.ts';
import type { PretrainedDescription } from '../language/model-record.ts';
import { notOwn } from '../language/own-model.ts';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import type { Precision } from '../pretrained/precision.ts';
import { errorCode } from './files.ts';
import { isGguf } from './gguf.ts';
import { packageRoot } from './package.ts';
import { describePretrained, isPretrained, pretrainedName, readPretrained } from './pretrained.ts';

/** The model that answers when the caller names none. */
export const DEFAULT_MODEL = 'alltag';

const INSTALLED = join(packageRoot, 'models');
const REMEDY = 'fetch or train the model again';

export interface InstalledModel {
  readonly name: string;
  readonly folder: string;
  /** Absent for a model whose config.json cannot be used; `problem` says why. */
  readonly config?: StoredConfig;
  /** Of somebody else's model. */
  readonly pretrained?: PretrainedDescription;
  readonly problem?: string;
}

/** The models in the package's `models/`, by name. Damaged ones are listed with their problem. */
export function listModels(root = INSTALLED): InstalledModel[] {
  return modelNames(root).map((name) => describeModel(join(root, name)));
}

function modelNames(root: string): string[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root).filter((name) => isFolder(join(root, name)));
  return folders.filter((name) => !name.startsWith('.')).sort();
}

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The model of a folder; its name is the folder's. */
export function describeModel(folder: string): InstalledModel {
  const name = isGguf(folder) ? pretrainedName(folder) : basename(folder);
  try {
    if (isPretrained(folder)) return { name, folder, pretrained: describePretrained(folder) };
    return { name, folder, config: readConfig(folder).config };
  } catch (error) {
    return { name, folder, problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The folder of a model: a name under `models/`, or the path of a folder or of a GGUF file.
 * Throws InputError (field `model`) with the nearest name and the list of names.
 */
export function modelFolder(name: string = DEFAULT_MODEL, root = INSTALLED): string {
  const isPath = /[\\/]/.test(name) || name === '.' || name === '..';
  const installed = join(root, name);
  if (!isPath && name !== '' && isFolder(installed)) return installed;
  if (name !== '' && (isFolder(name) || isGguf(name))) return resolve(name);
  if (isPath)
    throw new InputError(
      'model',
      `there is no model folder at "${name}", expected a folder with config.json, or a GGUF file: check the path`,
    );
  throw unknownModel(name, modelNames(root));
}

function unknownModel(name: string, names: readonly string[]): InputError {
  const remedy =
    names.length === 0
      ? 'no model is installed: train one, or give the path of a model folder or of a GGUF file'
      : `did you mean "${closest(name, names)}"? Installed are ${names.join(', ')}; the path of a model folder or of a GGUF file works too`;
  return new InputError('model', `unknown model "${name}": ${remedy}`);
}

export interface ReadOptions {
  /** Where names are looked for; the package's models by default. */
  readonly root?: string;
  /** What a network of layers computes with, float32 by default; a flow has float64 alone. */
  readonly precision?: Precision;
  /** Threads that multiply in a Hugging Face folder's model; default 1. Numbers have the same bits for any. */
  readonly threads?: number;
}

/**
 * The model of a name or path: one that was trained here, or a Hugging Face folder as it comes from the hub. Throws
 * InputError when there is none or it cannot be read as it is meant, and DamagedFileError, naming folder, file and
 * remedy, when a file is missing, truncated or altered.
 */
export function readModel(
  name?: string,
  { root, precision, threads }: ReadOptions = {},
): LanguageModel {
  const folder = modelFolder(name, root);
  return isPretrained(folder)
    ? readPretrained(folder, { precision, threads })
    : readOwn(folder, precision);
}

/** The flow of a name or path. Throws as `readModel`, and for a model that is none, saying what needs one. */
export function readFlow(name?: string, what = 'this', options?: ReadOptions): FlowModel {
  return asFlow(readModel(name, options), what);
}

/** The model of a name or path that was trained here. Throws as `readModel`, and for another, saying what needs one. */
export function readTrained(name: string | undefined, what: string): TrainedModel {
  const folder = modelFolder(name);
  if (isPretrained(folder)) throw notOwn(basename(folder), what);
  return readOwn(folder);
}

function readOwn(folder: string, precision?: Precision): TrainedModel {
  const { text, config } = readConfig(folder);
  const { file } = config.weights;
  if (basename(file) !== file)
    throw new DamagedFileError(
      `${shown(folder)}: config.json: weights.file is "${file}", expected a file name without a folder: ${REMEDY}`,
    );
  const weights = readPart(folder, file);
  return inFolder(folder, () => loadModel({ config: text, weights }, { precision }));
}

function readConfig(folder: string): { text: string; config: StoredConfig } {
  const text = new TextDecoder().decode(readPart(folder, 'config.json'));
  return { text, config: inFolder(folder, () => parseConfig(text)) };
}

function readPart(folder: string, file: string): Uint8Array {
  try {
    return readFileSync(join(folder, file));
  } catch (error) {
    const found =
      errorCode(error) === 'ENOENT' ? 'is missing' : `cannot be read (${errorCode(error)})`;
    throw new DamagedFileError(`${shown(folder)}: ${file} ${found}: ${REMEDY}`);
  }
}

/** Puts the folder before the message of a damaged file. */
function inFolder<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedFileError)
      throw new DamagedFileError(`${shown(folder)}: ${error.message}`);
    throw error;
  }
}

/** A folder as a reader would write it: relative to where they are, unless that leads upward. */
function shown(folder: string): string {
  const path = relative(process.cwd(), folder);
  if (path === '') return '.';
  return path.startsWith('..') ? folder : path;
}
