/** The engines of the simulator by name. Which one computes a run: choose.ts. */
import type { Engine, EnginePlatform } from './field.ts';
import { meanField } from './mean-field.ts';
import { referenceField } from './reference-field.ts';
import { spectralEngine } from './spectral/engine.ts';
import { wasmEngine } from './wasm/engine.ts';

const engines = {
  mean: () => meanField,
  reference: () => referenceField,
  wasm: wasmEngine,
  spectral: spectralEngine,
} satisfies Record<string, (platform: EnginePlatform) => Engine>;

/** A name of the engines: `mean`, `reference`, `wasm`, `spectral`. */
export type EngineName = keyof typeof engines;

/** The engines by name, as `simulate` takes them. */
export type Engines = Readonly<Record<EngineName, Engine>>;

export const ENGINE_NAMES = Object.keys(engines) as EngineName[];

/** All engines; on the caller's thread alone unless told how to start others. */
export function simulationEngines(platform: EnginePlatform = {}): Engines {
  const named = ENGINE_NAMES.map((name) => [name, engines[name](platform)]);
  return Object.fromEntries(named) as Engines;
}

/** What may be asked for instead of a name. */
export const AUTO = {
  name: 'auto',
  title: 'Chosen by size and dynamics',
  help: 'The result says which engine was chosen, and why.',
} as const;

/** What a run may be asked for. */
export const ENGINE_CHOICES = [AUTO.name, ...ENGINE_NAMES] as const;
