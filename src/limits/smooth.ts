/** What limits of flows ask of the dynamics, and what they tell of them. */
import { type SimulationOptions, simulationSettings } from '../flow/simulation-settings.ts';
import { InputError } from '../numerics/errors.ts';

/** Which flow it was, as plain data. */
export interface FlowRecord {
  readonly dynamics: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The name of a start, or `given`. */
  readonly start: string;
  readonly startParameters: Readonly<Record<string, unknown>>;
  readonly n: number;
  readonly d: number;
  readonly seed: number;
  readonly time: number;
}

/** Throws InputError as `simulationSettings` does, and for dynamics with noise, whose limit is no flow. */
export function checkSmooth(flow: SimulationOptions): FlowRecord {
  // heun serves every dynamics, and any time
  const settings = simulationSettings({ ...flow, scheme: 'heun' });
  const { entry, parameters, noise, given, start, startParameters, n, d, seed, time } = settings;
  if (noise > 0)
    throw flow.kappa === undefined || entry.noise
      ? new InputError(
          'dynamics',
          `dynamics ${entry.name} have noise, and their limit is no flow: choose dynamics without noise`,
        )
      : new InputError(
          'kappa',
          `option kappa is ${flow.kappa}, and the limit of a flow with noise is no flow: expected none, leave it out`,
        );
  const shown = { dynamics: entry.name, parameters, startParameters };
  return { ...shown, start: given ? 'given' : start, n, d, seed, time };
}
