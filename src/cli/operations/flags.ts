/** Flags made of the options of an operation: how they are written, what they mean, and what was typed. */
import type { TableAccount } from '../../host/tables.ts';
import type { OptionField } from '../../operations/options.ts';
import { flagName } from '../../operations/spelling.ts';
import { numberIfOne } from '../flags.ts';

export type Fields = Readonly<Record<string, OptionField>>;

export interface FlagStyle {
  readonly aliases?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

/** `--weight-decay <number>`, and `less makes layers that are no flow (default: 1)`. */
export function flagOf(
  name: string,
  field: OptionField,
  { aliases = {}, files = [] }: FlagStyle,
): [flag: string, meaning: string] {
  const long = flagName(name);
  const names = name in aliases ? `--${aliases[name]}, ${long}` : long;
  const value =
    field.type === 'boolean' ? '' : ` <${files.includes(name) ? 'file' : kindOf(field)}>`;
  const kinds = files.includes(name) ? '.csv or .npy' : choicesOf(field);
  const told = [kinds, defaultOf(field)].filter((part) => part !== null).join('; ');
  const meaning = `${lowerCase(field.description ?? '')}${told && ` (${told})`}`;
  return [names + value, meaning.trim()];
}

function kindOf({ type, enum: choices }: OptionField): string {
  if (type === 'array') return 'list';
  if (type === 'number' || type === 'integer') return 'number';
  return choices || type === 'string' ? 'name' : 'value';
}

function choicesOf({ enum: own, items }: OptionField): string | null {
  const choices = own ?? items?.enum;
  return choices ? `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` : null;
}

function defaultOf({ default: usual, items }: OptionField): string | null {
  if (usual === undefined || usual === false) return null;
  const all = Array.isArray(usual) && usual.length === items?.enum?.length;
  return `default: ${all ? 'all' : [usual].flat().map(shown).join(',')}`;
}

/** Numbers in their shorter form. */
function shown(value: unknown): string {
  if (typeof value !== 'number' || value === 0) return String(value);
  const plain = Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6;
  return plain ? String(value) : value.toExponential().replace('e+', 'e');
}

/** As flags are described, without a full stop; what begins with a symbol stays. */
const lowerCase = (text: string) =>
  text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '');

/** What stands between commas, numbers as numbers. */
const listed = (list: string) => list.split(',').map((one) => numberIfOne(one.trim()));

export interface Typed {
  /** Unchecked, without the flags that were not given. */
  readonly options: Record<string, unknown>;
  /** Of what was read in files. */
  readonly tables: readonly TableAccount[];
}

/**
 * The flags that stand for options, as the library takes them, which alone says what is valid. Rows in files have
 * as many `columns`.
 */
export async function typedOptions(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  { files = [] }: FlagStyle,
  columns?: number,
): Promise<Typed> {
  const { readList, readTable } = await import('../../host/tables.ts');
  const { toRows } = await import('../../numerics/matrix.ts');
  const tables: TableAccount[] = [];
  const read = (name: string, file: string) => {
    const isRows = fields[name].items?.type === 'array';
    const { values, account } = isRows ? readTable(file, name, { columns }) : readList(file, name);
    tables.push(account);
    return isRows ? toRows(values) : [...values.data];
  };
  const valueIn = (name: string, text: string) => {
    if (files.includes(name)) return read(name, text);
    return fields[name].type === 'array' ? listed(text) : numberIfOne(text);
  };
  const options = Object.entries(given)
    .filter(([name]) => name in fields)
    .map(([name, value]) => [name, typeof value === 'string' ? valueIn(name, value) : value]);
  return { options: Object.fromEntries(options), tables };
}
