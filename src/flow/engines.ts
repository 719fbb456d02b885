/** The engines of the simulator, put together for a platform: what starts a thread is handed in. */
import { meanField } from '../engines/mean-field.ts';
import { referenceField } from '../engines/reference-field.ts';
import { spectralEngine } from '../engines/spectral/engine.ts';
import { type WasmEngineOptions, wasmEngine } from '../engines/wasm/engine.ts';
import type { Engines } from './engine-choice.ts';

/** All engines; on the caller's thread alone unless told how to start others. */
export function simulationEngines(options: WasmEngineOptions = {}): Engines {
  return {
    mean: meanField,
    reference: referenceField,
    wasm: wasmEngine(options),
    spectral: spectralEngine(options),
  };
}
