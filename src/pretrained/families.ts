/**
 * The architectures whose checkpoints can be read, one line each. A new one is a file in families/, a line here, and
 * a fixture (bench/peers/pretrained.py).
 */
import { closest } from 'fastest-levenshtein';
import { InputError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';
import type { Architecture } from './architecture.ts';
import { type ConfigSource, refuse } from './config.ts';
import { albert } from './families/albert.ts';
import { bert } from './families/bert.ts';
import { distilbert } from './families/distilbert.ts';
import type { Family } from './families/family.ts';
import { gemma3 } from './families/gemma3.ts';
import { gptNeox } from './families/gpt-neox.ts';
import { gpt2 } from './families/gpt2.ts';
import { llama } from './families/llama.ts';
import { mistral } from './families/mistral.ts';
import { modernbert } from './families/modernbert.ts';
import { qwen2 } from './families/qwen2.ts';
import { qwen3 } from './families/qwen3.ts';
import { roberta } from './families/roberta.ts';
import type { Names } from './weights.ts';

export const FAMILIES: readonly Family[] = [
  bert,
  roberta,
  distilbert,
  albert,
  modernbert,
  gpt2,
  gptNeox,
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma3,
];

/** What a config describes. */
export interface Description {
  readonly architecture: Architecture;
  readonly names: Names;
  readonly notes: string[];
}

/**
 * The architecture that a parsed config.json describes. Throws InputError (field `model`) for one that is not among
 * FAMILIES, with the nearest that is, for quantised weights, remote code, and fields that cannot be honoured.
 */
export function describe(config: unknown): Description {
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refuse(`it is ${show(config)}: expected an object with model_type`);
  const source: ConfigSource = { values: config as Record<string, unknown>, notes: [] };
  refuseForeign(source.values);
  const { architecture, names } = familyOf(source.values.model_type);
  return { architecture: architecture(source), names, notes: source.notes };
}

function familyOf(type: unknown): Family {
  const found = FAMILIES.find(({ modelTypes }) => modelTypes.some((own) => own === type));
  if (found) return found;
  const types = FAMILIES.flatMap(({ modelTypes }) => modelTypes);
  const nearest = typeof type === 'string' ? `the nearest is "${closest(type, types)}"; ` : '';
  throw new InputError(
    'model',
    `config.json: model_type is ${show(type)}, which this version does not read: ${nearest}it reads ${types.join(', ')}; to add one, see "An architecture" in CONTRIBUTING.md`,
  );
}

/** What no family can honour. */
function refuseForeign(values: Readonly<Record<string, unknown>>): void {
  if (values.auto_map !== undefined && values.auto_map !== null)
    throw refuse(
      `auto_map is ${show(values.auto_map)}: it asks for code of the model's own, which is never run: expected a model of the library itself`,
    );
  const { quantization_config: quantised } = values;
  if (quantised !== undefined && quantised !== null)
    throw refuse(
      `quantization_config is ${show(quantised)}: expected weights as numbers of 16, 32 or 64 bits, so save a model that was dequantised`,
    );
}
