/** What limits of flows ask of the dynamics. */
import { type SimulationOptions, simulationSettings } from '../flow/simulation-settings.ts';
import { InputError } from '../numerics/errors.ts';

/** Throws InputError as `simulationSettings` does, and for dynamics with noise, whose limit is no flow. */
export function checkSmooth(flow: SimulationOptions): void {
  // heun serves every dynamics, and any time
  const { entry, parameters } = simulationSettings({ ...flow, scheme: 'heun' });
  if ((entry.noise?.(parameters) ?? 0) > 0)
    throw new InputError(
      'dynamics',
      `dynamics ${entry.name} have noise, and their limit is no flow: choose dynamics without noise`,
    );
}
