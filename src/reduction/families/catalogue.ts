/** The catalogue of families, and one opened for a range of its parameters. A new family is a file and a line here. */
import { counted } from '../../numerics/counted.ts';
import { InputError } from '../../numerics/errors.ts';
import { entryNamed } from '../../numerics/parameters.ts';
import { random } from '../../numerics/random.ts';
import { burgers } from './burgers.ts';
import type { Family, FamilyParameter, FamilySettings } from './family.ts';
import { flow } from './flow.ts';
import { gaussian, scalings, translations } from './gaussian.ts';

/** The families of measures on the line that reduced models are made of, by name, with their parameters. */
export const families: readonly Family[] = [translations, scalings, gaussian, burgers, flow];

export interface ParameterRange {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** What the family allows. */
  readonly minimum: number;
  readonly maximum: number;
}

/** A family whose parameters are those that have a range; the others are fixed. */
export interface OpenFamily {
  readonly title: string;
  readonly ranges: readonly ParameterRange[];
  readonly fixed: Readonly<Record<string, number>>;
  /** Rising, [levels]. Throws InputError for values that the family has not. */
  quantiles(values: ArrayLike<number>): Promise<Float64Array>;
}

/**
 * The family with its ranges; parameters whose low and high are the same are fixed. Throws InputError for an
 * unknown name (with the nearest), for ranges that are none, and (field `low`) where all parameters are
 * fixed.
 */
export function openFamily(settings: FamilySettings): OpenFamily {
  const family = entryNamed('family', families, settings.family);
  const all = rangesOf(family, settings);
  const ranges = all.filter(({ low, high }) => high > low);
  if (ranges.length === 0)
    throw new InputError(
      'low',
      `low and high are the same for ${listNames(all)}: expected a range for one parameter at least`,
    );
  const complete = (values: ArrayLike<number>) =>
    all.map((range) => (ranges.includes(range) ? values[ranges.indexOf(range)] : range.low));
  return {
    title: family.title,
    ranges,
    fixed: Object.fromEntries(
      all.flatMap(({ name, low, high }) => (high > low ? [] : [[name, low]])),
    ),
    async quantiles(values) {
      checkValues(ranges, values);
      return family.quantiles(complete(values), settings);
    },
  };
}

function rangesOf({ name, parameters }: Family, { low, high }: FamilySettings): ParameterRange[] {
  for (const [field, ends] of Object.entries({ low, high }))
    if (ends && ends.length !== parameters.length)
      throw new InputError(
        field,
        `${field} has ${counted(ends.length, 'number')}: expected ${parameters.length} for family ${name}, of ${listNames(parameters)}`,
      );
  return parameters.map((parameter, i) => {
    const { name: own, minimum, maximum } = parameter;
    const range = { low: low?.[i] ?? parameter.low, high: high?.[i] ?? parameter.high };
    checkRange(parameter, range);
    return { name: own, ...range, minimum, maximum };
  });
}

const listNames = (parameters: readonly { readonly name: string }[]) =>
  parameters.map(({ name }) => name).join(', ');

function checkRange(
  { name, minimum, maximum }: FamilyParameter,
  { low, high }: { readonly low: number; readonly high: number },
): void {
  if (low <= high && low >= minimum && high <= maximum) return;
  throw new InputError(
    low > high || low < minimum ? 'low' : 'high',
    `${name} is to go from ${low} to ${high}: expected a rising range within ${minimum} to ${maximum}`,
  );
}

/** Throws InputError (field `values`, or the parameter's name) where the family has no measure at the values. */
export function checkValues(
  ranges: readonly Pick<ParameterRange, 'name' | 'minimum' | 'maximum'>[],
  values: ArrayLike<number>,
): void {
  if (values.length !== ranges.length)
    throw new InputError(
      'values',
      `${values.length} values are given: expected ${ranges.length}, of ${listNames(ranges)}`,
    );
  ranges.forEach(({ name, minimum, maximum }, i) => {
    if (!(values[i] >= minimum && values[i] <= maximum))
      throw new InputError(
        name,
        `${name} is ${values[i]}: expected a number from ${minimum} to ${maximum}`,
      );
  });
}

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x7264;

/** Points of the ranges: uniform draws, after the corners where they are asked for. */
export function drawValues(
  ranges: readonly ParameterRange[],
  { count, seed, corners }: { readonly count: number; readonly seed: number; corners: boolean },
): number[][] {
  const { uniform } = random(seed, STREAM, corners ? 1 : 0);
  const drawn = () => ranges.map(({ low, high }) => low + uniform() * (high - low));
  const first = corners ? cornersOf(ranges) : [];
  const rest = Math.max(0, count - first.length);
  return [...first, ...Array.from({ length: rest }, drawn)].slice(0, count);
}

/** Every combination of the ends. */
export const cornersOf = (ranges: readonly ParameterRange[]) =>
  ranges.reduce<number[][]>(
    (corners, { low, high }) =>
      corners.flatMap((corner) => [low, high].map((end) => [...corner, end])),
    [[]],
  );
