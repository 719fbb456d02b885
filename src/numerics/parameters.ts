/**
 * Parameters as data: numbers and choices with their default, range, unit and help, and one way to
 * check a value against them. Not the parameters themselves: each stands beside what it controls.
 */
import { closest } from 'fastest-levenshtein';
import { InputError } from './errors.ts';

export interface Described {
  /** snake_case, the key on every face. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Empty for a pure number. */
  readonly unit: string;
}

export interface NumberParameter extends Described {
  readonly type: 'number';
  readonly default: number;
  /** Both ends are allowed. */
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
}

export interface ChoiceParameter extends Described {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}

export type SimpleParameter = NumberParameter | ChoiceParameter;

/** The value if it is a number in range. Throws InputError (field: the parameter's name). */
export function checkNumber(parameter: NumberParameter, value: unknown): number {
  const { name, minimum, maximum, integer } = parameter;
  const fits = typeof value === 'number' && value >= minimum && value <= maximum;
  if (fits && (!integer || Number.isInteger(value))) return value;
  const kind = integer ? 'a whole number' : 'a number';
  throw new InputError(
    name,
    `${name} is ${show(value)}: expected ${kind} from ${minimum} to ${maximum}, such as ${parameter.default}`,
  );
}

/** The value if it is one of the choices. Throws InputError with the nearest choice. */
export function checkChoice({ name, choices }: ChoiceParameter, value: unknown): string {
  if (typeof value === 'string' && choices.includes(value)) return value;
  const nearest =
    typeof value === 'string' ? `; did you mean "${closest(value, [...choices])}"?` : '';
  throw new InputError(
    name,
    `${name} is ${show(value)}: expected one of ${choices.join(', ')}${nearest}`,
  );
}

export function checkSimple(parameter: SimpleParameter, value: unknown): number | string {
  return parameter.type === 'number'
    ? checkNumber(parameter, value)
    : checkChoice(parameter, value);
}

/**
 * A value for every parameter, checked; those not given (or undefined) take their default.
 * Throws InputError for a name that `owner` does not have, with the nearest that it has, and
 * whatever `check` throws.
 */
export function completeValues<P extends Described & { readonly default: unknown }, V>(
  owner: string,
  parameters: readonly P[],
  given: Readonly<Record<string, unknown>>,
  check: (parameter: P, value: unknown) => V,
): Record<string, V> {
  const names = parameters.map(({ name }) => name);
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw unknownParameter(owner, name, names);
  return Object.fromEntries(
    parameters.map((parameter) => {
      const value = orDefault(parameter, given);
      return [parameter.name, check(parameter, value)];
    }),
  );
}

/** null is no absence: JSON writes NaN so. */
export const orDefault = (
  { name, default: own }: Pick<Described, 'name'> & { readonly default: unknown },
  given: Readonly<Record<string, unknown>>,
): unknown => (given[name] === undefined ? own : given[name]);

function unknownParameter(owner: string, name: string, names: string[]): InputError {
  const remedy =
    names.length === 0
      ? 'it has none, leave it out'
      : `did you mean "${closest(name, names)}"? It has ${names.join(', ')}`;
  return new InputError(name, `${owner} has no parameter "${name}": ${remedy}`);
}

/** The entry of that name. Throws InputError (field `kind`) with the nearest name and all of them. */
export function entryNamed<E extends { readonly name: string }>(
  kind: string,
  entries: readonly E[],
  name: string,
): E {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const names = entries.map((entry) => entry.name);
  throw new InputError(
    kind,
    `unknown ${kind} "${name}": did you mean "${closest(name, names)}"? Valid are ${names.join(', ')}`,
  );
}

/** Names in a sentence: a, b or c. */
export const either = (names: readonly string[]): string =>
  names.join(', ').replace(/, (?=[^,]*$)/, ' or ');

/** A value as an error message shows it, at most 60 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  // JSON would turn NaN and Infinity into null.
  const text = typeof value === 'number' ? String(value) : jsonOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Numbers that JSON would turn into null are named; functions, big integers and circular objects have no JSON. */
function jsonOf(value: unknown): string {
  const named = (_: string, entry: unknown) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry;
  try {
    return JSON.stringify(value, named) ?? String(value);
  } catch {
    return String(value);
  }
}
