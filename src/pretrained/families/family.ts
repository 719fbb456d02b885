/** What a file of this folder gives: one architecture of the reference library, its configs and its tensors' names. */
import type { Architecture } from '../architecture.ts';
import type { ConfigSource } from '../config.ts';
import type { Names } from '../weights.ts';

export interface Family {
  /** Its name in lists and messages. */
  readonly name: string;
  /** `model_type` of its configs. */
  readonly modelTypes: readonly string[];
  /** Throws InputError for a value that the network cannot honour, by name. */
  readonly architecture: (source: ConfigSource) => Architecture;
  readonly names: Names;
}
