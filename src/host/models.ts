/** The models on this machine: which there are, and reading one from its folder. Not the format (language/checkpoint). */
import { basename, join } from 'node:path';
import type { StoredConfig, TrainedModel } from '../language/checkpoint.ts';
import type { FlowModel } from '../language/flow-model.ts';
import { asFlow, type LanguageModel } from '../language/model.ts';
import type { PretrainedDescription } from '../language/model-record.ts';
import { notOwn } from '../language/own-model.ts';
import { isGguf, isPretrained, pretrainedName } from './formats.ts';
import {
  INSTALLED,
  modelFolder,
  modelNames,
  type ReadOptions,
  readConfig,
  readOwn,
} from './open-model.ts';
import { describePretrained, readPretrained } from './pretrained.ts';

export { DEFAULT_MODEL, modelFolder, type ReadOptions } from './open-model.ts';

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
