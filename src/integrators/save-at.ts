/**
 * The times at which a run is recorded, from text or numbers: `0,1,2`, `linear:0:10:101` (101 equally
 * spaced times), `log:1e-2:1e8:200` (200 times, each the same multiple of the one before).
 */
import { exp, log } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';

/** Most times of one run. */
const MOST = 1_000_000;

const EXAMPLES = '"0,1,2", "linear:0:10:101" or "log:1e-2:1e8:200"';

/** Times beyond the end by no more than this share of it mean the end: numpy.arange(1, 1.3, 0.1) ends at 1.3000000000000003. */
const ROUNDING = 1e-12;

/**
 * The times, rising; those beyond the end by rounding are the end. Throws InputError (field `saveAt`) for what
 * is no time, times outside of [0, end], times that do not rise, and more than a million.
 */
export function parseSaveAt(given: string | ArrayLike<number>, end: number): Float64Array {
  const read = typeof given === 'string' ? parseText(given) : Float64Array.from(given);
  const times = read.map((time) => (time > end && time <= end * (1 + ROUNDING) ? end : time));
  checkTimes(times, end);
  return times;
}

/** What parseSaveAt promises, for times that are numbers already. */
export function checkTimes(times: ArrayLike<number>, end: number): void {
  if (times.length > MOST) throw tooMany(times.length);
  for (let i = 0; i < times.length; i++) {
    const time = times[i];
    if (!(time >= 0 && time <= end))
      throw fault(`save time ${time} lies outside of the run: expected times from 0 to ${end}`);
    if (i > 0 && time === times[i - 1])
      throw fault(`save time ${time} is there twice: expected every time once, leave one out`);
    if (i > 0 && !(time > times[i - 1]))
      throw fault(`save times must rise, but ${times[i - 1]} is followed by ${time}: sort them`);
  }
}

const fault = (message: string) => new InputError('saveAt', message);
const tooMany = (count: number) =>
  fault(`${count} save times are too many: expected at most ${MOST}`);

function parseText(text: string): Float64Array {
  const [kind, ...rest] = text.trim().split(':');
  if (rest.length === 0)
    return Float64Array.from(splitList(text), (item) => readNumber(item, text));
  if (kind !== 'linear' && kind !== 'log')
    throw fault(`save times ${show(text)} are of the unknown kind "${kind}": expected ${EXAMPLES}`);
  if (rest.length !== 3)
    throw fault(`save times ${show(text)} are incomplete: expected ${kind}:FROM:TO:COUNT`);
  const [from, to, count] = rest.map((item) => readNumber(item, text));
  checkRange(kind, from, to, count);
  return kind === 'linear' ? linear(from, to, count) : logarithmic(from, to, count);
}

function splitList(text: string): string[] {
  const items = text.split(',');
  if (items.length > MOST) throw tooMany(items.length);
  return items;
}

function readNumber(item: string, text: string): number {
  const value = item.trim() === '' ? Number.NaN : Number(item);
  if (Number.isFinite(value)) return value;
  throw fault(
    `save times ${show(text)} hold ${show(item)}, which is no number: expected ${EXAMPLES}`,
  );
}

function checkRange(kind: 'linear' | 'log', from: number, to: number, count: number): void {
  if (!Number.isInteger(count) || count < 2)
    throw fault(`the count of save times is ${count}: expected a whole number from 2 to ${MOST}`);
  if (count > MOST) throw tooMany(count);
  if (!(from < to))
    throw fault(`save times from ${from} to ${to} do not rise: give the smaller time first`);
  if (kind === 'log' && !(from > 0))
    throw fault(`logarithmic save times begin at ${from}: expected a time above 0, such as 1e-2`);
}

function linear(from: number, to: number, count: number): Float64Array {
  const times = Float64Array.from(
    { length: count },
    (_, i) => from + ((to - from) * i) / (count - 1),
  );
  times[count - 1] = to;
  return times;
}

function logarithmic(from: number, to: number, count: number): Float64Array {
  const low = log(from);
  const span = log(to) - low;
  const times = Float64Array.from({ length: count }, (_, i) => exp(low + (span * i) / (count - 1)));
  times[0] = from;
  times[count - 1] = to;
  return times;
}
