/** One-line complaints about a world's description: which file, which rule, what, and the remedy. */
import { closest } from 'fastest-levenshtein';
import { InputError } from '../../numerics/errors.ts';

/** Fails with `<where>: <message>`. */
export function fault(where: string, message: string): never {
  throw new InputError('world', `${where}: ${message}`);
}

/** The value of a name in a map; fails naming the nearest valid name. */
export function lookUp<T>(map: ReadonlyMap<string, T>, name: string, kind: string, at: string): T {
  const found = map.get(name);
  return found === undefined ? fault(at, unknown(kind, name, [...map.keys()])) : found;
}

/** "unknown table "anmial", did you mean "animal"?" */
export function unknown(kind: string, name: string, names: readonly string[]): string {
  if (names.length === 0) return `unknown ${kind} "${name}", none is known here: add it`;
  return `unknown ${kind} "${name}", did you mean "${closest(name, names)}"?`;
}
