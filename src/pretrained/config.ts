/**
 * Reading a config.json: fields with the defaults of the reference library, older names of the same field, and lines
 * that say what was decided where a file says two things. Not what any one family needs of it: families/.
 */

import { z } from 'zod';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';

/** A config.json on its way to an architecture. */
export interface ConfigSource {
  readonly values: Readonly<Record<string, unknown>>;
  /** Lines for the user: decisions between fields that differ. */
  readonly notes: string[];
}

export const refuse = (what: string): InputError => new InputError('model', `config.json: ${what}`);

/** A whole number, and how the error of another value says so. */
const wholeFrom = (least: number, most = Number.MAX_SAFE_INTEGER, or = '') => {
  const upTo = most < Number.MAX_SAFE_INTEGER ? `to ${most}` : 'on';
  const error = { error: `expected a whole number from ${least} ${upTo}${or}` };
  return z.int(error).min(least, error).max(most, error);
};
const ABOVE_ZERO = { error: 'expected a number above 0' };
const FROM_ZERO = { error: 'expected a number from 0 on' };

/** Without a default: null is refused as everywhere, by the reference library too. */
export const whole = wholeFrom(1);
export const aboveZero = z.number(ABOVE_ZERO).positive(ABOVE_ZERO);
/** Fields that may be absent, with their defaults. */
export const count = (absent: number) => whole.default(absent);
export const countFromZero = (absent: number) => wholeFrom(0).default(absent);
/** null says something of its own, which the family knows. */
export const countOrNull = (absent: number | null) =>
  wholeFrom(1, undefined, ', or null').nullable().default(absent);
export const countFromZeroOrNull = (absent: number | null) =>
  wholeFrom(0, undefined, ', or null').nullable().default(absent);
/** More layers than any model has would be a list that fills the memory. */
export const layerCount = (absent: number) => wholeFrom(1, 10_000).default(absent);
export const flag = (absent: boolean) =>
  z.boolean({ error: 'expected true or false' }).default(absent);
export const positive = (absent: number) => aboveZero.default(absent);
/** Of a norm. */
export const epsilon = (absent: number) => z.number(FROM_ZERO).min(0, FROM_ZERO).default(absent);

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
    throw refuse(`${counted(heads, 'head')} do not divide the width ${width}: expected a divisor`);
  return width / heads;
}

/** Throws InputError where keys cannot be shared among the heads. */
export function checkGroups(heads: number, keyHeads: number): void {
  if (heads % keyHeads !== 0)
    throw refuse(
      `${keyHeads} key heads do not divide ${counted(heads, 'head')}: expected a divisor`,
    );
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
