/**
 * Opening one model of this machine: where its folder is, and those that were trained here. What reads others' folders
 * is loaded for one of them alone: it is a fifth of all that a first answer loads. Lists of models are in models.ts.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import {
  loadModel,
  parseConfig,
  type StoredConfig,
  type TrainedModel,
} from '../language/checkpoint.ts';
import type { LanguageModel } from '../language/model.ts';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import type { Precision } from '../pretrained/precision.ts';
import { sha256Of } from './digest.ts';
import { errorCode } from './files.ts';
import { isGguf, isPretrained } from './formats.ts';
import { packageRoot } from './package.ts';

/** The model that answers when the caller names none. */
export const DEFAULT_MODEL = 'alltag';

/** Where models are installed. */
export const INSTALLED = join(packageRoot, 'models');
const REMEDY = 'fetch or train the model again';

export interface ReadOptions {
  /** Where names are looked for; the package's models by default. */
  readonly root?: string;
  /** What a network of layers computes with, float32 by default; a flow has float64 alone. */
  readonly precision?: Precision;
  /** Threads that multiply in a Hugging Face folder's model; default 1. Numbers have the same bits for any. */
  readonly threads?: number;
}

/** As `readModel` of models.ts, and it throws as that. */
export async function openModel(
  name?: string,
  { root, precision, threads }: ReadOptions = {},
): Promise<LanguageModel> {
  const folder = modelFolder(name, root);
  if (!isPretrained(folder)) return readOwn(folder, precision);
  const { readPretrained } = await import('./pretrained.ts');
  return readPretrained(folder, { precision, threads });
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

/** The names of folders in one of models, in order. */
export function modelNames(root: string): string[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root).filter((name) => isFolder(join(root, name)));
  return folders.filter((name) => !name.startsWith('.')).sort();
}

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The model of a folder that was trained here. Throws as `openModel`. */
export function readOwn(folder: string, precision?: Precision): TrainedModel {
  const { text, config } = readConfig(folder);
  const { file } = config.weights;
  if (basename(file) !== file)
    throw new DamagedFileError(
      `${shown(folder)}: config.json: weights.file is "${file}", expected a file name without a folder: ${REMEDY}`,
    );
  const weights = readPart(folder, file);
  return inFolder(folder, () =>
    loadModel({ config: text, weights }, { precision, digest: sha256Of }),
  );
}

/** Its config.json. */
export function readConfig(folder: string): { text: string; config: StoredConfig } {
  const text = new TextDecoder().decode(readPart(folder, 'config.json'));
  return { text, config: inFolder(folder, () => parseConfig(text, sha256Of)) };
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
