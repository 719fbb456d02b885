/**
 * Results as JSON: camelCase in memory, snake_case in what is written. Results of plain data alone; those of typed
 * arrays, such as a trace, have their own functions.
 */

/** `spinUp` → `spin_up`. */
type SnakeCase<S extends string> = S extends `${infer Head}${infer Rest}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Rest>}`
  : S;

/** What `resultToJson` makes of a result. */
export type ResultJson<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: ResultJson<T[K]> }
  : T extends object
    ? {
        readonly [K in keyof T as K extends string ? SnakeCase<K> : K]: K extends 'settings'
          ? T[K]
          : ResultJson<T[K]>;
      }
    : T;

/** A name as it stands in JSON and in the columns of tables: `spinUp` → `spin_up`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * A result of plain data, such as that of a limit, with its names in snake_case at every depth; `settings` stay as they
 * are, so that what was asked can be asked again.
 */
export const resultToJson = <T extends object>(result: T) => renamed(result) as ResultJson<T>;

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [
      snakeCase(name),
      name === 'settings' ? own : renamed(own),
    ]),
  );
}
