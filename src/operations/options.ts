/** Options as faces read them: what a schema says of each, as plain data. */
import { z } from 'zod';
import { wholeNumber } from '../numerics/options.ts';

/** A part of JSON Schema: what zod makes of the options that operations have. */
export interface OptionField {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: OptionField;
  readonly default?: unknown;
  readonly description?: string;
}

/** By name, in the schema's order. What JSON cannot say (an object of a class) has its description alone. */
export function fieldsOf(schema: z.ZodObject): Readonly<Record<string, OptionField>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return properties as Readonly<Record<string, OptionField>>;
}

/** A whole number of the library's of which a server takes less; what it means stays, and the default where none is given. */
export function atMost(most: number, option: z.ZodType, given?: number) {
  const { minimum = 0, default: usual, description = '' } = z.toJSONSchema(option, { io: 'input' });
  const number = wholeNumber(minimum, most);
  return number.default(given ?? Number(usual)).describe(description);
}
