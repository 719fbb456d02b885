/**
 * Where a number stands on a slider. A parameter may range over twelve powers of ten: the slider covers what
 * is usual around its default, in the logarithm where the range is positive and wide, and fine near 0 where one
 * side of it is much the longer; the box beside it takes all.
 */
import type { NumberParameter } from '../../../numerics/parameters.ts';

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** From [0, 1] to a round value of the parameter. */
  value(share: number): number;
  /** Back; values beyond the slider are at its ends. */
  share(value: number): number;
}

type Range = Pick<NumberParameter, 'default' | 'minimum' | 'maximum' | 'integer'>;

/** How far the slider reaches in units of the default. */
const REACH = 100;

export function scaleOf(parameter: Range, highest?: number): Scale {
  const { default: usual, minimum, maximum, integer } = parameter;
  const reach = REACH * Math.max(Math.abs(usual), 0.1);
  const high = Math.min(maximum, highest ?? reach);
  const low = minimum > 0 ? Math.max(minimum, usual / 1000) : Math.max(minimum, -reach / 10);
  if (low > 0 && high / low > 200) return logarithmic(low, high, integer);
  if (low >= 0) return bent(low, high, integer);
  return high > 2 * -low ? bentAroundZero(low, high, integer) : linear(low, high, integer);
}

const within = (share: number) => Math.min(1, Math.max(0, share));

function made(
  low: number,
  high: number,
  integer: boolean,
  forward: (share: number) => number,
  back: (value: number) => number,
): Scale {
  const round = (value: number) => (integer ? Math.round(value) : Number(value.toPrecision(2)));
  return {
    low,
    high,
    value: (share) => Math.min(high, Math.max(low, round(forward(within(share))))),
    share: (value) => within(back(Math.min(high, Math.max(low, value)))),
  };
}

const logarithmic = (low: number, high: number, integer: boolean) =>
  made(
    low,
    high,
    integer,
    (share) => low * (high / low) ** share,
    (value) => Math.log(value / low) / Math.log(high / low),
  );

const linear = (low: number, high: number, integer: boolean) =>
  made(
    low,
    high,
    integer,
    (share) => low + share * (high - low),
    (value) => (value - low) / (high - low),
  );

/** Fine near the lower end: half of the way is a quarter of the range. */
const bent = (low: number, high: number, integer: boolean) =>
  made(
    low,
    high,
    integer,
    (share) => low + share ** 2 * (high - low),
    (value) => Math.sqrt((value - low) / (high - low)),
  );

/** Fine near 0, which lies between the ends: on either side as `bent`. */
function bentAroundZero(low: number, high: number, integer: boolean): Scale {
  const zero = Math.sqrt(-low) / (Math.sqrt(-low) + Math.sqrt(high));
  return made(
    low,
    high,
    integer,
    (share) =>
      share < zero ? low * (1 - share / zero) ** 2 : high * ((share - zero) / (1 - zero)) ** 2,
    (value) =>
      value < 0 ? zero * (1 - Math.sqrt(value / low)) : zero + (1 - zero) * Math.sqrt(value / high),
  );
}
