/**
 * Checking what a caller gives against a schema, with one way to word a refusal. Not the schemas:
 * each stands beside what it describes.
 */
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { InputError } from './errors.ts';
import { show } from './parameters.ts';

/** A number from `least` to `most`; the message says so. */
export function numberBetween(least: number, most: number) {
  const message = { error: `expected a number from ${least} to ${most}` };
  return z.number(message).min(least, message).max(most, message);
}

/** A whole number from `least` to `most`; every other value gets the same message. */
export function wholeNumber(least: number, most: number) {
  const message = { error: `expected a whole number from ${least} to ${most}` };
  return z.int(message).min(least, message).max(most, message);
}

/**
 * The options with their defaults. Throws InputError, before anything is computed, for an unknown
 * name (with the nearest valid one) and for a value out of range.
 */
export function parseOptions<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const { issues } = result.error;
  // First, because a name that is missing is often one that was misspelt.
  const unknown = issues.find(({ code }) => code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys') throw unknownName(unknown.keys[0], schema);
  const [issue] = issues;
  if (issue.path.length === 0)
    throw new InputError('options', `options are ${show(value)}: expected an object`);
  const found = issue.path.reduce<unknown>(entry, value);
  throw new InputError(
    String(issue.path[0]),
    `option ${issue.path.join('.')} is ${show(found)}: ${expectation(issue)}`,
  );
}

/** Of a name no more is looked at and said: the nearest one takes time in proportion to its length. */
const NAME = 100;

function unknownName(given: string, schema: z.ZodObject): InputError {
  const valid = Object.keys(schema.shape);
  const name = given.length > NAME ? `${given.slice(0, NAME)}…` : given;
  return new InputError(
    name,
    `unknown option "${name}": did you mean "${closest(name, valid)}"? Valid are ${valid.join(', ')}`,
  );
}

function entry(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** What was expected, in words: of a number a bound, of a list or text a bound of its length. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  const unit = { string: ' characters', array: ' entries' }[
    String('origin' in issue && issue.origin)
  ];
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}${unit ?? ''}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${unit ?? ''}`;
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}
