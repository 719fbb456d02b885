/**
 * Tables of entries: CSV files (header, one entry a line, no quoting), their weight columns,
 * and the derived columns called forms.
 */
import { fault, lookUp } from './fault.ts';
import { type Inventory, intern, isMark, isWord, toSymbols } from './symbols.ts';

/** A pattern over columns, or one pattern for each value of the column named `by`. */
export type Form = string | { by: string; [value: string]: string };

export interface Table {
  /** The file, for complaints, e.g. `de/animal.csv`. */
  readonly file: string;
  readonly name: string;
  readonly size: number;
  /** Columns and forms by name, one text per entry. */
  readonly columns: Map<string, string[]>;
  readonly weights: Map<string, Float64Array>;
  readonly fields: Map<string, Field>;
}

/** What an entry emits under one column or form, as symbol ids. */
export interface Field {
  readonly table: Table;
  readonly name: string;
  /** Symbols per entry, at least one. */
  readonly forms: Int32Array[];
  /** Entries by the first symbol of their form, as it stands and at the beginning of a sentence. */
  readonly byFirst: Map<number, number[]>;
  readonly byCapital: Map<number, number[]>;
}

/** Reads a CSV file. Fails where a line has not as many fields as the header. */
export function parseTable(file: string, name: string, csv: string): Table {
  const [header, ...lines] = csv
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.split(',').map((field) => field.trim()));
  const entries = lines.map((fields, index) => ({ fields, line: index + 2 }));
  const filled = entries.filter(({ fields }) => fields.length > 1 || fields[0] !== '');
  for (const { fields, line } of filled)
    if (fields.length !== header.length)
      fault(
        file,
        `line ${line} has ${fields.length} fields, the header ${header.length}: give one per column`,
      );
  if (filled.length === 0) fault(file, 'holds no entries: add one a line below the header');
  const column = (index: number) => filled.map(({ fields }) => fields[index]);
  const columns = new Map(header.map((title, index) => [title, column(index)]));
  if (columns.size !== header.length)
    fault(file, 'a column is named twice: give each its own name');
  return { file, name, size: filled.length, columns, weights: new Map(), fields: new Map() };
}

/** Adds the derived columns. */
export function addForms(table: Table, forms: Record<string, Form>, file: string): void {
  for (const [name, form] of Object.entries(forms)) {
    const at = `${file}: form "${name}" of "${table.name}"`;
    if (table.columns.has(name)) fault(at, `${table.file} has a column of that name: rename one`);
    const pattern = choosePattern(table, form, at);
    const texts = Array.from({ length: table.size }, (_, entry) =>
      fill(table, pattern(entry), entry, at),
    );
    table.columns.set(name, texts);
  }
}

function choosePattern(table: Table, form: Form, at: string): (entry: number) => string {
  if (typeof form === 'string') return () => form;
  const values = lookUp(table.columns, form.by, 'column', at);
  const patterns = new Map(Object.entries(form).filter(([key]) => key !== 'by'));
  return (entry) => lookUp(patterns, values[entry], `value of column "${form.by}"`, at);
}

function fill(table: Table, pattern: string, entry: number, at: string): string {
  const text = pattern.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    return lookUp(table.columns, name, 'column', at)[entry];
  });
  return /[{}]/.test(text) ? fault(at, `unbalanced braces in "${pattern}": close each`) : text;
}

/** The weights of a column, 1 each for an absent column `weight`. Fails unless all are ≥ 0 and one is positive. */
export function weightsOf(table: Table, name: string, at: string): Float64Array {
  const known = table.weights.get(name);
  if (known) return known;
  if (name === 'weight' && !table.columns.has(name))
    return cacheWeights(table, new Float64Array(table.size).fill(1));
  const texts = lookUp(table.columns, name, 'weight column', at);
  const weights = Float64Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text)));
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0)
    fault(
      table.file,
      `weight "${texts[bad]}" in column "${name}", entry ${bad + 1}: give a number ≥ 0`,
    );
  if (!weights.some((weight) => weight > 0))
    fault(table.file, `column "${name}" is 0 throughout: give one entry a weight`);
  return cacheWeights(table, weights, name);
}

function cacheWeights(table: Table, weights: Float64Array, name = 'weight'): Float64Array {
  table.weights.set(name, weights);
  return weights;
}

/** The symbols that each entry emits under a column or form. */
export function fieldOf(table: Table, name: string, inventory: Inventory, at: string): Field {
  const known = table.fields.get(name);
  if (known) return known;
  const texts = lookUp(table.columns, name, `column or form of "${table.name}"`, at);
  const forms = texts.map((text) =>
    Int32Array.from(symbolsOf(table, name, text), (symbol) => intern(inventory, symbol)),
  );
  const byFirst = groupEntries(forms, (id) => id);
  const byCapital = groupEntries(forms, (id) => inventory.capital[id]);
  const field = { table, name, forms, byFirst, byCapital };
  table.fields.set(name, field);
  return field;
}

function symbolsOf(table: Table, name: string, text: string): string[] {
  const symbols = toSymbols(text);
  if (symbols.length === 0)
    fault(table.file, `an entry's "${name}" is empty but is emitted: give it a word`);
  for (const symbol of symbols)
    if (!isWord(symbol) && !isMark(symbol))
      fault(
        table.file,
        `"${text}" in "${name}" holds "${symbol}", which is neither word nor mark: leave it out`,
      );
  return symbols;
}

function groupEntries(
  forms: readonly Int32Array[],
  key: (id: number) => number,
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [entry, form] of forms.entries()) {
    const id = key(form[0]);
    const group = groups.get(id);
    if (group) group.push(entry);
    else groups.set(id, [entry]);
  }
  return groups;
}
