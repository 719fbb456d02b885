/** From the Lab's settings to what a run is asked for: options of the library's `simulate`, nothing else. */
import { gridIndex } from '../../integrators/clock.ts';
import { parseSaveAt } from '../../integrators/save-at.ts';
import { schemes } from '../../integrators/schemes.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import type { RunOptions } from '../simulation/messages.ts';
import { asOptions, entryOf, hasNoise, type LabSettings, startCalled } from './settings.ts';

/** Frames of a run whose times lie evenly in the logarithm, besides the start. */
const LOG_FRAMES = 300;
/**
 * Absolute error of a velocity where the engine approximates. A hundred times the library's default, so that
 * the modes serve larger β; a run that becomes slower than this goes on in pairs by itself.
 */
const ACCURACY = 1e-10;

export interface FramePlan {
  /** The end of the run. */
  readonly end: number;
  /** The index of its last frame; the start is frame 0. */
  readonly last: number;
  readonly saveAt: string | readonly number[];
}

export const isAdaptive = ({ scheme }: LabSettings): boolean =>
  schemes.some(({ name, adaptive }) => name === scheme && adaptive);

/** When there are frames: a step apart, over the whole steps nearest to the time asked for, or in log t. */
export function framePlan(settings: LabSettings): FramePlan {
  const { time, step, pace } = settings;
  if (pace === 'log' && step < time) {
    const times = parseSaveAt(`log:${step}:${time}:${LOG_FRAMES}`, time);
    return { end: time, last: LOG_FRAMES, saveAt: [0, ...times] };
  }
  const whole = gridIndex(time, step);
  const last = Math.max(1, whole ?? Math.round(time / step));
  // A product of the step may be off by a rounding error, which the grid forgives.
  const end = whole ? time : last * step;
  return { end, last, saveAt: `linear:0:${end}:${last + 1}` };
}

/** The options of the run; `init`: positions in place of a start. Diagnostics are another worker's. */
export function runOptions(settings: LabSettings, init: Matrix | null): RunOptions {
  const { end, saveAt } = framePlan(settings);
  return {
    ...optionsAt(settings, init),
    time: end,
    saveAt: typeof saveAt === 'string' ? saveAt : [...saveAt],
    diagnostics: [],
  };
}

/** Everything but times and diagnostics. */
export function optionsAt(settings: LabSettings, init: Matrix | null): RunOptions {
  const { n, d, seed, start, startParameters, scheme, step, tolerance } = settings;
  const { kappa, merge, stopClusters, stopBelow, engine, precision } = settings;
  const entry = entryOf(settings);
  const drawn = { n, d, start, ...filled('startParameters', startParameters) };
  return {
    dynamics: entry.name,
    ...filled('parameters', asOptions(entry.parameters, settings.parameters)),
    ...(init ? { init } : drawn),
    ...((hasNoise(settings) || startCalled(start)?.seeded) && { seed }),
    ...(kappa > 0 && { kappa }),
    scheme,
    ...(isAdaptive(settings) ? { tolerance } : { step }),
    ...(engine !== 'auto' && { engine: engine as RunOptions['engine'] }),
    ...(precision !== 'float64' && { precision: precision as RunOptions['precision'] }),
    accuracy: ACCURACY,
    ...(merge > 0 && { merge }),
    ...(stopClusters > 0 && { stopClusters }),
    ...(stopBelow > 0 && { stopBelow }),
  };
}

const filled = (name: string, values: object) =>
  Object.keys(values).length === 0 ? {} : { [name]: values };
