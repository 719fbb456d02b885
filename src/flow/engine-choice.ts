/** Which engine computes the velocities of a run, and why. Not the engines: they say themselves what they refuse. */
import type { Engine, FieldRequest } from '../engines/field.ts';
import { InputError } from '../numerics/errors.ts';

export interface Engines {
  readonly mean: Engine;
  readonly reference: Engine;
  readonly wasm: Engine;
  readonly spectral: Engine;
}

export type EngineName = keyof Engines;

export interface EngineChoice {
  readonly engine: Engine;
  /** One clause, for the result. */
  readonly reason: string;
}

/** Below, the reference engine is done before the kernels have been compiled. */
const FEW = 48;
/** From here on the sums over modes cost less than those over pairs, by d. */
const MANY: Readonly<Record<number, number>> = { 2: 1_000, 3: 2_000 };

/**
 * The engine that was asked for, or for `auto` the cheapest that serves the request: the mean where it is all
 * that is heard, the spectral one for
 * many particles on a circle or a 2-sphere, the reference one for few and for what the kernels do not serve,
 * else the wasm one.
 * Throws InputError (field `engine`) with the engine's own refusal.
 */
export function chooseEngine(
  wanted: EngineName | 'auto',
  request: FieldRequest,
  engines: Engines,
): EngineChoice {
  if (wanted !== 'auto') return asked(engines[wanted], request);
  const { n, d, precision } = request;
  if (!engines.mean.refusal(request))
    return {
      engine: engines.mean,
      reason: `${n} particles that hear all alike: their mean instead of pairs`,
    };
  if (n >= (MANY[d] ?? Number.POSITIVE_INFINITY) && !engines.spectral.refusal(request))
    return {
      engine: engines.spectral,
      reason: `${n} particles in d = ${d}: sums over modes instead of pairs`,
    };
  if (n <= FEW && precision === 'float64' && !engines.reference.refusal(request))
    return { engine: engines.reference, reason: `${n} particles are few: plain Float64` };
  // What the kernels refuse is left to the reference engine, whose refusal then says why.
  if (precision === 'float64' && engines.wasm.refusal(request))
    return asked(engines.reference, request, 'the kernels do not serve it: plain Float64');
  return asked(engines.wasm, request, `${n} particles in d = ${d}: SIMD over pairs`);
}

function asked(engine: Engine, request: FieldRequest, reason = 'asked for'): EngineChoice {
  const refusal = engine.refusal(request);
  if (refusal === null) return { engine, reason };
  throw new InputError('engine', `engine ${engine.name} refuses: ${refusal}`);
}
