/**
 * Rules, compiled: names resolved to tables, fields and slots of variables.
 * A rule is compiled once for each list of tables that its parameters come from.
 */
import type { Draw, Filter } from './draws.ts';
import { fault, lookUp, unknown } from './fault.ts';
import { type Inventory, intern } from './symbols.ts';
import { type Field, fieldOf, type Table, weightsOf } from './tables.ts';
import { type DrawPart, type Part, parseTemplate } from './templates.ts';

export type Item =
  | { readonly kind: 'words'; readonly symbols: Int32Array }
  | { readonly kind: 'field'; readonly slot: number; readonly field: Field }
  | { readonly kind: 'draw'; readonly slot: number; readonly draw: Draw; readonly field: Field }
  | { readonly kind: 'call'; readonly rule: Rule; readonly slots: readonly number[] };

export interface Alternative {
  readonly probability: number;
  readonly items: readonly Item[];
  /** Tables of the variables: the rule's parameters first, then the draws in their order. */
  readonly tables: readonly Table[];
}

export interface Rule {
  readonly name: string;
  readonly alternatives: readonly Alternative[];
}

/** A rule as written: parameters and weighted templates. */
export interface RuleSource {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly templates: readonly (readonly [number, string])[];
}

/** All that a rule's names may refer to. */
export interface Scope {
  /** The grammar's file, for complaints. */
  readonly file: string;
  readonly inventory: Inventory;
  readonly tables: ReadonlyMap<string, Table>;
  readonly sources: ReadonlyMap<string, RuleSource>;
  /** Compiled rules by name and tables; undefined while in the making. */
  readonly rules: Map<string, Rule | undefined>;
}

/** Reads `Name` or `Name(p,a)`. */
export function ruleSource(
  head: string,
  templates: RuleSource['templates'],
  file: string,
): RuleSource {
  const match = /^(\w+)(?:\(([^()]*)\))?$/u.exec(head);
  if (!match) fault(file, `cannot read the rule name "${head}": expected Name or Name(p,a)`);
  const parameters = (match[2] ?? '').split(',').map((name) => name.trim());
  return { name: match[1], parameters: parameters.filter((name) => name !== ''), templates };
}

/** Compiles a rule for parameters from these tables. Fails on recursion and on every unknown name. */
export function compileRule(
  scope: Scope,
  name: string,
  tables: readonly Table[],
  caller: string,
): Rule {
  const source = lookUp(scope.sources, name, 'rule', caller);
  if (source.parameters.length !== tables.length)
    fault(
      caller,
      `<${name}> is given ${tables.length} variables, it takes ${source.parameters.length}: pass one per parameter`,
    );
  const key = [name, ...tables.map((table) => table.name)].join(' ');
  const known = scope.rules.get(key);
  if (known) return known;
  if (scope.rules.has(key))
    fault(caller, `rule "${name}" calls itself: rules may not be recursive, unfold it`);
  scope.rules.set(key, undefined);
  const rule = { name, alternatives: compileAlternatives(scope, source, tables) };
  scope.rules.set(key, rule);
  return rule;
}

function compileAlternatives(
  scope: Scope,
  source: RuleSource,
  tables: readonly Table[],
): Alternative[] {
  const rule = `${scope.file}: rule "${source.name}"`;
  if (source.templates.length === 0) fault(rule, 'has no templates: give it at least one');
  for (const [weight, template] of source.templates)
    if (!(weight > 0 && weight < Infinity))
      fault(rule, `weight ${weight} of "${template}": give a positive number`);
  const total = source.templates.reduce((sum, [weight]) => sum + weight, 0);
  return source.templates.map(([weight, template], index) => {
    const compiler: Compiler = {
      scope,
      at: `${rule}, template ${index + 1}`,
      names: [...source.parameters],
      tables: [...tables],
    };
    const items = parseTemplate(template, compiler.at).map((part) => compilePart(compiler, part));
    return { probability: weight / total, items: joinWords(items), tables: compiler.tables };
  });
}

interface Compiler {
  readonly scope: Scope;
  readonly at: string;
  /** Names and tables of the variables so far, by slot. */
  readonly names: string[];
  readonly tables: Table[];
}

function compilePart(compiler: Compiler, part: Part): Item {
  const { scope, at, tables } = compiler;
  if (part.kind === 'symbol')
    return { kind: 'words', symbols: Int32Array.of(intern(scope.inventory, part.symbol)) };
  if (part.kind === 'draw') return compileDraw(compiler, part);
  if (part.kind === 'field') {
    const slot = slotOf(compiler, part.variable);
    return { kind: 'field', slot, field: fieldOf(tables[slot], part.field, scope.inventory, at) };
  }
  const slots = part.names.map((name) => slotOf(compiler, name));
  const rule = compileRule(
    scope,
    part.rule,
    slots.map((slot) => tables[slot]),
    at,
  );
  return { kind: 'call', rule, slots };
}

function slotOf({ names, at }: Compiler, name: string): number {
  const slot = names.indexOf(name);
  return slot >= 0 ? slot : fault(at, unknown('variable', name, names));
}

function compileDraw(compiler: Compiler, part: DrawPart): Item {
  const { scope, names, tables } = compiler;
  const at = `${compiler.at}, {${part.variable}:${part.table}…}`;
  const table = lookUp(scope.tables, part.table, 'table', at);
  if (names.includes(part.variable))
    fault(at, `variable "${part.variable}" is drawn already: choose another name`);
  const filters = part.filters.map(({ column, value }) =>
    compileFilter(compiler, table, column, value),
  );
  const exclusions = part.exclusions.map((name) => slotOf(compiler, name));
  for (const slot of exclusions)
    if (tables[slot] !== table)
      fault(
        at,
        `excludes "${names[slot]}", which is from "${tables[slot].name}": exclude entries of one table only`,
      );
  const weights = weightsOf(table, part.weight, at);
  const field = fieldOf(table, part.field, scope.inventory, at);
  const slot = names.push(part.variable) - 1;
  tables.push(table);
  return {
    kind: 'draw',
    slot,
    draw: { table, weights, filters, exclusions, groups: new Map(), at },
    field,
  };
}

function compileFilter(compiler: Compiler, table: Table, column: string, value: string): Filter {
  const values = lookUp(table.columns, column, `column of "${table.name}"`, compiler.at);
  const [name, field] = value.split('.');
  if (field === undefined) return { values, slot: -1, others: [value] };
  const slot = slotOf(compiler, name);
  const others = lookUp(
    compiler.tables[slot].columns,
    field,
    `column of "${compiler.tables[slot].name}"`,
    compiler.at,
  );
  return { values, slot, others };
}

/** Joins neighbouring literal symbols to one item. */
function joinWords(items: readonly Item[]): Item[] {
  const joined: Item[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (item.kind === 'words' && last?.kind === 'words')
      joined[joined.length - 1] = {
        kind: 'words',
        symbols: Int32Array.of(...last.symbols, ...item.symbols),
      };
    else joined.push(item);
  }
  return joined;
}
