/** The parts of a tokenizer.json, each with a type, and how one that cannot be used is refused. */
import { z } from 'zod';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { quoted } from '../../numerics/printable.ts';

/** Something in the file that would be misread: it is named, and the model refused. */
export const refusal = (what: string, why: string): InputError =>
  new InputError(
    'model',
    `tokenizer.json has the ${what}: ${why}, and a text would be read otherwise than by its model. Give a tokenizer without it`,
  );

/** The file does not say what its format wants. */
export const damage = (what: string, file = 'tokenizer.json'): DamagedFileError =>
  new DamagedFileError(`${file}: ${what}. Fetch the file again`);

/** Of each type: what its entry must hold, and what is made of it. */
export type Makers<T> = Readonly<Record<string, (entry: unknown, where: string) => T>>;

/** A maker of what `schema` reads. Further fields say nothing, as in the reference library. */
export const maker =
  <S extends z.ZodType, T>(schema: S, make: (fields: z.output<S>, where: string) => T) =>
  (entry: unknown, where: string): T =>
    make(checked(schema, entry, where), where);

/** What `schema` reads from `value`, or DamagedFileError that names the place. */
export function checked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const place = [where, ...path].join('.');
  const [, expected] = /^Invalid input: expected (.*), received undefined$/.exec(message) ?? [];
  if (expected !== undefined) throw damage(`${place} is missing, expected ${expected}`);
  throw damage(`${place}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
}

const TYPED = z.object({ type: z.string() });

/** What is made of the entry at `where`, by the maker of its type. Throws for a type that has none. */
export function made<T>(makers: Makers<T>, entry: unknown, where: string): T {
  const { type } = checked(TYPED, entry, where);
  if (!Object.hasOwn(makers, type))
    throw refusal(`${where} ${quoted(type)}`, `read are ${Object.keys(makers).join(', ')}`);
  return makers[type](entry, `${where} ${type}`);
}
