/** How far a run must go so that its last frame is the one shown. */
import type { LabFrame } from '../frame.ts';
import { framePlan, isAdaptive } from '../options.ts';

export interface ShownTimes {
  readonly time: number;
  readonly saveAt: readonly number[];
}

/** An adaptive scheme goes to the end of the run: an earlier end would change its last step. */
export function shownTimes({ of: { settings }, time }: LabFrame): ShownTimes {
  const { end } = framePlan(settings);
  const saveAt = time > 0 ? [0, time] : [0];
  if (time === 0) return { time: isAdaptive(settings) ? end : settings.step, saveAt };
  return { time: isAdaptive(settings) ? end : time, saveAt };
}
