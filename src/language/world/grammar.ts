/**
 * A world: a language whose law is known, read from its description (`world.json`, and per language
 * a `grammar.json` with CSV tables). This file reads and checks; sampling, parsing and entropy stand beside it.
 */
import { z } from 'zod';
import { sumOf } from '../../numerics/vectors.ts';
import { countTexts } from './entropy.ts';
import { fault, unknown } from './fault.ts';
import { compileRule, type Rule, ruleSource, type Scope } from './rules.ts';
import { emptyInventory, type Inventory } from './symbols.ts';
import { addForms, type Form, parseTable, type Table } from './tables.ts';

export interface Language {
  readonly name: string;
  /** Share of the texts. */
  readonly probability: number;
  /** Lower-cased. */
  readonly determiners: ReadonlySet<string>;
  readonly tables: ReadonlyMap<string, Table>;
  /** The rule `Text`, from which every text comes. */
  readonly text: Rule;
  /** Every rule that a text can call. */
  readonly rules: readonly Rule[];
}

export interface World {
  readonly name: string;
  readonly languages: readonly Language[];
  /** The determiners of all languages, lower-cased, each once. */
  readonly determiners: string[];
  readonly inventory: Inventory;
}

const positive = z.number().positive();
const worldSchema = z.strictObject({
  name: z.string().min(1),
  languages: z.record(z.string(), positive),
});
const formSchema = z.union([z.string(), z.object({ by: z.string() }).catchall(z.string())]);
const grammarSchema = z.strictObject({
  determiners: z.array(z.string()),
  forms: z.record(z.string(), z.record(z.string(), formSchema)).default({}),
  rules: z.record(z.string(), z.array(z.tuple([z.number(), z.string()]))),
});

/**
 * Reads and checks a world.
 * @param given The files' contents by path relative to the world's folder, e.g. `world.json`, `de/animal.csv`.
 * @throws InputError naming file, rule, item and remedy; also for a draw that can be left without entries.
 */
export function parseWorld(given: Record<string, string>): World {
  const files = Object.fromEntries(
    Object.entries(given).map(([path, text]) => [path, text.normalize('NFC')]), // as `readText` reads
  );
  const { name, languages } = readJson(files, 'world.json', worldSchema);
  const total = sumOf(Object.values(languages));
  if (total === 0)
    fault('world.json', 'names no language: give at least one, e.g. "languages": {"de": 1}');
  const inventory = emptyInventory();
  const parsed = Object.entries(languages).map(([language, share]) =>
    parseLanguage(files, language, share / total, inventory),
  );
  const determiners = [...new Set(parsed.flatMap((language) => [...language.determiners]))];
  const world = { name, languages: parsed, determiners, inventory };
  countTexts(world); // walks every draw, and fails where one has no entries left
  return world;
}

function parseLanguage(
  files: Record<string, string>,
  name: string,
  probability: number,
  inventory: Inventory,
): Language {
  const file = `${name}/grammar.json`;
  const { determiners, forms, rules } = readJson(files, file, grammarSchema);
  const tables = readTables(files, name);
  applyForms(tables, forms, file);
  const sources = readSources(rules, file);
  const scope: Scope = { file, inventory, tables, sources, rules: new Map() };
  const text = compileRule(scope, 'Text', [], file);
  const compiled = [...scope.rules.values()].filter((rule) => rule !== undefined);
  for (const source of sources.keys())
    if (!compiled.some((rule) => rule.name === source))
      fault(file, `rule "${source}" is never called from "Text": call it or delete it`);
  const lowered = new Set(determiners.map((word) => word.toLowerCase()));
  return { name, probability, determiners: lowered, tables, text, rules: compiled };
}

function applyForms(
  tables: ReadonlyMap<string, Table>,
  forms: Record<string, Record<string, Form>>,
  file: string,
): void {
  for (const [name, columns] of Object.entries(forms)) {
    const table = tables.get(name);
    if (!table) fault(`${file}: forms`, unknown('table', name, [...tables.keys()]));
    addForms(table, columns, file);
  }
}

function readSources(rules: Record<string, [number, string][]>, file: string): Scope['sources'] {
  const heads = Object.entries(rules);
  const sources = heads.map(([head, templates]) => ruleSource(head, templates, file));
  const named = new Map(sources.map((source) => [source.name, source]));
  return named.size === heads.length ? named : fault(file, 'two rules share a name: rename one');
}

function readTables(files: Record<string, string>, language: string): Map<string, Table> {
  const tables = new Map<string, Table>();
  for (const [path, csv] of Object.entries(files)) {
    const [folder, file, ...rest] = path.split('/');
    if (folder !== language || rest.length > 0 || !file?.endsWith('.csv')) continue;
    const name = file.slice(0, -'.csv'.length);
    tables.set(name, parseTable(path, name, csv));
  }
  return tables;
}

function readJson<T>(files: Record<string, string>, file: string, schema: z.ZodType<T>): T {
  const text = files[file];
  if (text === undefined) fault(file, 'is missing: add it to the folder of the world');
  const result = schema.safeParse(parseJson(text, file));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return fault(file, `at "${issue.path.join('.')}": ${issue.message}; correct it there`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    return fault(file, `is no JSON (${reason}): correct it there`);
  }
}
