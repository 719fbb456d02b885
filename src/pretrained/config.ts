/**
 * Reading a config.json: fields with the defaults of the reference library, older names of the same field, and lines
 * that say what was decided where a file says two things. Not what any one family needs of it: families/.
 */
import { z } from 'zod';
import { InputError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';

/** A config.json on its way to an architecture. */
export interface ConfigSource {
  readonly values: Readonly<Record<string, unknown>>;
  /** Lines for the user: decisions between fields that differ. */
  readonly notes: string[];
}

export const refuse = (what: string): InputError => new InputError('model', `config.json: ${what}`);

const withDefault = <T extends z.ZodType, D>(type: T, value: D) =>
  type.nullish().transform((given): NonNullable<z.output<T>> | D => given ?? value);

/** A whole number from 1 on; absent or null is the default. */
export const count = (value: number) =>
  withDefault(z.int({ error: 'expected a whole number' }).positive(), value);
export const countOrNull = withDefault(z.int().positive(), null);
export const flag = (value: boolean) =>
  withDefault(z.boolean({ error: 'expected true or false' }), value);
export const positive = (value: number) => withDefault(z.number().positive(), value);
export const numberOrNull = withDefault(z.number(), null);
/** One of the choices; absent or null is the default. */
export const choice = <T extends z.ZodType>(type: T, value: z.output<T>) =>
  withDefault(type, value);

/** Other names of fields, each after the name that the schema has: `{ dim: ['hidden_size'] }`. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/**
 * The fields of a schema, others are not looked at. Throws InputError that names the field, its value and what was
 * expected. Where a field stands under two names with two values, the
 * other name counts, as in the reference library, which sets it after the schema's, and a note says so.
 */
export function readFields<S extends z.ZodObject>(
  schema: S,
  { values, notes }: ConfigSource,
  aliases: Aliases = {},
): z.output<S> {
  const given: Record<string, unknown> = { ...values };
  for (const [name, others] of Object.entries(aliases))
    for (const other of others) {
      if (given[other] === undefined || given[other] === null) continue;
      if (given[name] !== undefined && given[name] !== given[other])
        notes.push(
          `config.json says ${name} ${show(given[name])} and ${other} ${show(given[other])}: ${other} counts`,
        );
      given[name] = given[other];
    }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const found = issue.path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    given,
  );
  throw refuse(`${issue.path.join('.')} is ${show(found)}: ${expectation(issue)}`);
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  return issue.message.startsWith('expected')
    ? issue.message
    : issue.message.replace(/^./, (c) => c.toLowerCase());
}

/** The size of a head where the config has none of its own. Throws InputError where heads do not divide the width. */
export function dividedHead(width: number, heads: number): number {
  if (width % heads !== 0)
    throw refuse(`${heads} heads do not divide the width ${width}: expected a divisor`);
  return width / heads;
}

/** Throws InputError where keys cannot be shared among the heads. */
export function checkGroups(heads: number, keyHeads: number): void {
  if (heads % keyHeads !== 0)
    throw refuse(`${keyHeads} key heads do not divide ${heads} heads: expected a divisor`);
}

const KINDS = ['full_attention', 'sliding_attention'] as const;
export type LayerKind = (typeof KINDS)[number];

/** What `layer_types` says of each layer, else the rule. Throws InputError for other kinds and another length. */
export function layerKinds(
  { values: { layer_types: given } }: ConfigSource,
  layers: number,
  rule: (layer: number) => LayerKind,
): LayerKind[] {
  if (given === undefined || given === null)
    return Array.from({ length: layers }, (_, i) => rule(i));
  const parsed = z.array(z.enum(KINDS)).length(layers).safeParse(given);
  if (!parsed.success)
    throw refuse(
      `layer_types is ${show(given)}: expected ${layers} entries, one a layer, each ${KINDS.join(' or ')}`,
    );
  return parsed.data;
}
