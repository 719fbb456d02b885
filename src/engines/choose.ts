/** Which engine computes the velocities of a run, and why. Not the engines: they say themselves what they refuse. */
import { InputError } from '../numerics/errors.ts';
import { ENGINE_NAMES, type EngineName, type Engines } from './catalogue.ts';
import type { Engine, FieldRequest } from './field.ts';

export interface EngineChoice {
  readonly engine: Engine;
  /** One clause, for the result. */
  readonly reason: string;
}

/**
 * The engine that was asked for, or for `auto` the one that has a velocity first of those that serve the
 * request, at the latest the most general; `relative`: of those whose error is.
 * Throws InputError (field `engine`) with the engine's own refusal.
 */
export function chooseEngine(
  wanted: EngineName | 'auto',
  request: FieldRequest,
  engines: Engines,
  { relative = false } = {},
): EngineChoice {
  if (wanted !== 'auto') {
    const engine = engines[wanted];
    const refusal = engine.refusal(request);
    if (refusal === null) return { engine, reason: 'asked for' };
    throw refused(engine, refusal);
  }
  const all = ENGINE_NAMES.map((name) => engines[name]).filter(
    (one) => !(relative && one.absolute),
  );
  const general = mostGeneral(all, request);
  const latest = first(general, request);
  // of equals the later one
  const soonest = all
    .filter((one) => first(one, request) <= latest)
    .reverse()
    .sort((a, b) => first(a, request) - first(b, request));
  const engine = soonest.find((one) => one.refusal(request) === null);
  if (engine) return { engine, reason: engine.reason(request) };
  throw refused(general, general.refusal(request));
}

/** When an engine has its first velocity. */
function first(engine: Engine, request: FieldRequest): number {
  const { opening, velocity } = engine.cost(request);
  return opening + velocity;
}

/** Of the engines that compute in the precision the one of most couplings: what it refuses nobody serves. */
const mostGeneral = (engines: readonly Engine[], { precision }: FieldRequest): Engine =>
  engines
    .filter(({ precisions }) => precisions.includes(precision))
    .reduce((most, one) => (one.couplings.length > most.couplings.length ? one : most));

const refused = ({ name }: Engine, refusal: string | null) =>
  new InputError('engine', `engine ${name} refuses: ${refusal}`);
