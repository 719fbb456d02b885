/**
 * Where steps begin and end. Fixed steps lie on the grid of multiples of h; a stop between grid points
 * cuts one in two and the grid goes on behind it. All of it is a function of the time alone, so that
 * a run can be continued anywhere. Not the choice of the step size.
 */
import { InputError } from '../numerics/errors.ts';

export interface Stretch {
  readonly time: number;
  readonly h: number;
  readonly end: number;
}

/** The k with time = k · step up to rounding errors; null between the grid points. */
export function gridIndex(time: number, step: number): number | null {
  const ratio = time / step;
  const nearest = Math.round(ratio);
  return Math.abs(ratio - nearest) <= 1e-12 + 4 * Number.EPSILON * nearest ? nearest : null;
}

/** The next fixed step: to the next grid point, or to the next of the rising `stops` before it. */
export function fixedStretch(time: number, step: number, stops: ArrayLike<number>): Stretch {
  const here = gridIndex(time, step);
  const index = (here ?? Math.floor(time / step)) + 1;
  const stop = stops[firstAfter(stops, time)];
  const onGrid = gridIndex(stop, step) === index;
  // On the grid the time is that of the stop, as its asker wrote it.
  const end = onGrid ? stop : Math.min(index * step, stop);
  const whole = here !== null && (onGrid || end < stop);
  return { time, h: whole ? step : end - time, end };
}

/** The next adaptive step: of the proposed size, or to the next of the rising `stops`. */
export function adaptiveStretch(time: number, step: number, stops: ArrayLike<number>): Stretch {
  const stop = stops[firstAfter(stops, time)];
  const reaches = time + step * (1 + 1e-10) >= stop;
  return reaches ? { time, h: stop - time, end: stop } : { time, h: step, end: time + step };
}

/** Index of the first entry of a rising list that is larger than the value. */
export function firstAfter(rising: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * That the end and the save times lie between whole steps. Throws InputError (fields `step`, `saveAt`)
 * with the nearest that do.
 */
export function checkWholeSteps(step: number, end: number, times: ArrayLike<number>): void {
  if (gridIndex(end, step) === null) {
    const fewer = Math.max(1, Math.floor(end / step));
    throw new InputError(
      'step',
      `step ${step} does not divide the time ${end}, and a layer is never cut: expected ${end / fewer} (${fewer} ${fewer === 1 ? 'layer' : 'layers'}) or ${end / (fewer + 1)} (${fewer + 1} layers)`,
    );
  }
  for (let i = 0; i < times.length; i++)
    if (gridIndex(times[i], step) === null) {
      const before = Math.floor(times[i] / step) * step;
      throw new InputError(
        'saveAt',
        `save time ${times[i]} lies within a layer of step ${step}: the nearest times between layers are ${tidy(before)} and ${tidy(before + step)}`,
      );
    }
}

/** Without the rounding errors of a product. */
const tidy = (value: number) => Number(value.toPrecision(12));
