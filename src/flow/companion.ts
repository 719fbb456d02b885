/**
 * A run beside another: the same in all but one thing, in step with it, compared with it at every frame. What
 * the one thing is, and what is compared, is the caller's: a run without merging, or with another step.
 */
import type { Continuation } from '../integrators/integrate.ts';
import { DivergedError } from '../numerics/errors.ts';
import type { SimulationFrame } from './frames.ts';
import type { SimulationContinuation } from './run.ts';
import type { SimulationSettings } from './simulation-settings.ts';

export interface Companion {
  /** Of the run beside. Its times are those of the run, whatever stands here. */
  readonly settings: SimulationSettings;
  /** Whether a run that goes on is compared again: the companion has to have as many particles. */
  readonly goesOn: boolean;
  /** The frame with what it says against the one beside; null where that has diverged. */
  compare(frame: SimulationFrame, beside: SimulationFrame | null): SimulationFrame;
}

/** Opens the run beside; its frames are the generator's. */
export type OpenBeside = (
  settings: SimulationSettings,
  from?: SimulationContinuation,
) => Promise<AsyncGenerator<SimulationFrame, void>>;

/** The settings of a run that is only looked at: without diagnostics, and without an end of its own. */
export function besideSettings(settings: SimulationSettings): SimulationSettings {
  const { stopClusters: _, stopBelow: __, ...rest } = settings;
  return { ...rest, mergeError: false, chosen: [] };
}

/**
 * The frames of a run, compared with its companion's. Both begin at `from`, or at the start. Where the companion
 * diverges the run goes on alone.
 */
export async function* withCompanion(
  frames: AsyncGenerator<SimulationFrame, void>,
  { settings, goesOn, compare }: Companion,
  openBeside: OpenBeside,
  from?: SimulationContinuation,
): AsyncGenerator<SimulationFrame, void> {
  const saved = new Set(settings.times);
  let reached = from && { ...from, integrator: from.beside ?? from.integrator };
  let others: AsyncGenerator<SimulationFrame, void> | null = null;
  let alone = false;
  try {
    for await (const frame of frames) {
      if (!alone && !(others && saved.has(frame.time))) {
        // A run that stopped between save times: the other goes there, not to its next one.
        const times = saved.has(frame.time) ? settings.times : Float64Array.of(frame.time);
        await others?.return();
        others = await openBeside({ ...settings, times, time: times[times.length - 1] }, reached);
      }
      const other: SimulationFrame | null = others && !alone ? await nextOf(others) : null;
      alone = other === null;
      const there = other?.continuation();
      reached = there;
      const continuation = () => ({
        ...frame.continuation(),
        ...(goesOn && there && { beside: plain(there.integrator) }),
      });
      yield { ...compare(frame, other), continuation };
    }
  } finally {
    await others?.return();
  }
}

/** Numbers only, for JSON. */
const plain = (continuation: Continuation): Continuation => ({
  ...continuation,
  state: Array.from(continuation.state),
});

async function nextOf(
  frames: AsyncGenerator<SimulationFrame, void>,
): Promise<SimulationFrame | null> {
  try {
    return (await frames.next()).value ?? null;
  } catch (error) {
    if (error instanceof DivergedError) return null;
    throw error;
  }
}
