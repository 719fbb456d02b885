/**
 * Sums over all derivations of a world by recursion over its rules: exact entropy, number of texts.
 *
 * A template is walked item by item. What follows an item depends only on the variables that a later
 * draw is filtered by or excludes (the live ones), and on them only through the filter's value or the
 * excluded weight: entries that agree in these are one class. Results are kept by the live classes;
 * a variable that is only spoken of again costs nothing.
 */
import { log } from '../../numerics/elementary.ts';
import { sumOf } from '../../numerics/vectors.ts';
import {
  type Draw,
  drawEntropy,
  excludedPlaces,
  type Group,
  groupOf,
  remainingWeight,
} from './draws.ts';
import { fault } from './fault.ts';
import type { World } from './grammar.ts';
import type { Alternative, Item, Rule } from './rules.ts';

/** The arithmetic of one kind of sum. */
interface Arithmetic {
  /** The value of nothing. */
  readonly nothing: number;
  /** One thing after another, independent of it. */
  sequence(first: number, second: number): number;
  /** One of several, by these probabilities. */
  choice(probabilities: readonly number[], values: readonly number[]): number;
  /** A draw on which nothing later depends. */
  draw(group: Group, excluded: readonly number[]): number;
  /** A draw, each entry with the value of what follows it. */
  branch(group: Group, excluded: readonly number[], follow: (entry: number) => number): number;
}

const entropy: Arithmetic = {
  nothing: 0,
  sequence: (first, second) => first + second,
  choice: (probabilities, values) =>
    probabilities.reduce((sum, p, index) => sum + p * (values[index] - log(p)), 0),
  draw: drawEntropy,
  branch(group, excluded, follow) {
    const total = remainingWeight(group, excluded);
    let sum = 0;
    for (const [place, entry] of group.entries.entries())
      if (!excluded.includes(place)) sum += group.weights[place] * follow(entry);
    return drawEntropy(group, excluded) + sum / total;
  },
};

const count: Arithmetic = {
  nothing: 1,
  sequence: (first, second) => first * second,
  choice: (_, values) => sumOf(values),
  draw: (group, excluded) => group.entries.length - excluded.length,
  branch(group, excluded, follow) {
    let sum = 0;
    for (const [place, entry] of group.entries.entries())
      if (!excluded.includes(place)) sum += follow(entry);
    return sum;
  },
};

/**
 * Entropy of a text in nats, exact: the entropy of its derivation, equal to that of the text
 * where no text has two derivations (as `countDerivations` can tell).
 */
export function exactEntropy(world: World): number {
  return fold(world, entropy);
}

/** The number of derivations, which is the number of distinct texts where no text has two; up to 1e308. */
export function countTexts(world: World): number {
  return fold(world, count);
}

const noVariables = new Int32Array(0);

function fold(world: World, arithmetic: Arithmetic): number {
  const folder = createFolder(arithmetic);
  const values = world.languages.map(({ text }) => folder(text, noVariables));
  return arithmetic.choice(
    world.languages.map(({ probability }) => probability),
    values,
  );
}

/** A variable that later draws depend on. */
interface Live {
  readonly slot: number;
  /** Class of each entry of its table: entries of one class have the same future. */
  readonly classes: Int32Array;
}

/** Results so far of one alternative, memoised: per item, by the classes of the live variables. */
interface Memo {
  /** What matters from each item on. */
  readonly live: readonly (readonly Live[])[];
  readonly results: readonly Map<number, number>[];
  readonly variables: Int32Array;
}

function createFolder(arithmetic: Arithmetic): (rule: Rule, values: Int32Array) => number {
  const liveness = createLiveness();
  const memos = new Map<Alternative, Memo>();

  function ofRule(rule: Rule, values: Int32Array): number {
    const results = rule.alternatives.map((alternative) => ofAlternative(alternative, values));
    const probabilities = rule.alternatives.map(({ probability }) => probability);
    return arithmetic.choice(probabilities, results);
  }

  function ofAlternative(alternative: Alternative, values: Int32Array): number {
    const memo = memos.get(alternative) ?? memoise(alternative);
    memo.variables.set(values);
    return from(alternative, memo, 0);
  }

  function memoise(alternative: Alternative): Memo {
    const live = liveness.ofAlternative(alternative);
    const results = live.map(() => new Map<number, number>());
    const memo = { live, results, variables: new Int32Array(alternative.tables.length) };
    memos.set(alternative, memo);
    return memo;
  }

  /** The value of the items from `index` on, under the memo's variables. */
  function from(alternative: Alternative, memo: Memo, index: number): number {
    if (index === alternative.items.length) return arithmetic.nothing;
    let key = 0;
    for (const { slot, classes } of memo.live[index])
      key = key * classes.length + classes[memo.variables[slot]];
    const known = memo.results[index].get(key);
    if (known !== undefined) return known;
    const value = compute(alternative, memo, index);
    memo.results[index].set(key, value);
    return value;
  }

  function compute(alternative: Alternative, memo: Memo, index: number): number {
    const item = alternative.items[index];
    const rest = () => from(alternative, memo, index + 1);
    if (item.kind === 'draw') return ofDraw(item, memo, memo.live[index + 1] ?? [], rest);
    if (item.kind !== 'call') return rest();
    const values = Int32Array.from(item.slots, (slot) => memo.variables[slot]);
    return arithmetic.sequence(ofRule(item.rule, values), rest());
  }

  function ofDraw(
    item: Item & { kind: 'draw' },
    memo: Memo,
    live: readonly Live[],
    rest: () => number,
  ): number {
    const group = groupOf(item.draw, memo.variables);
    const excluded = excludedPlaces(item.draw, group, memo.variables);
    if (group.entries.length <= excluded.length) complain(item.draw, memo.variables);
    if (!live.some(({ slot }) => slot === item.slot))
      return arithmetic.sequence(arithmetic.draw(group, excluded), rest());
    return arithmetic.branch(group, excluded, (entry) => {
      memo.variables[item.slot] = entry;
      return rest();
    });
  }

  return ofRule;
}

function complain(draw: Draw, variables: Int32Array): never {
  const filters = draw.filters.map(
    ({ slot, others }) => `"${others[slot < 0 ? 0 : variables[slot]]}"`,
  );
  const reason = filters.length > 0 ? ` under the filter value ${filters.join(', ')}` : '';
  return fault(
    draw.at,
    `no entry is left to draw${reason}: add entries or loosen filters and exclusions`,
  );
}

/** Which variables later draws depend on and through which classes, per alternative and item. */
function createLiveness() {
  const known = new Map<Rule, Classes>();

  /** Parameters of a rule that its draws depend on. */
  function ofRule(rule: Rule): Classes {
    const parameters = known.get(rule) ?? new Map<number, Int32Array>();
    if (!known.has(rule))
      for (const alternative of rule.alternatives)
        for (const { slot, classes } of ofAlternative(alternative)[0])
          refine(parameters, slot, classes);
    known.set(rule, parameters);
    return parameters;
  }

  function ofAlternative({ items }: Alternative): Live[][] {
    let live: Classes = new Map();
    const perItem: Live[][] = [];
    for (const item of items.toReversed()) {
      live = before(item, live);
      perItem.unshift([...live].map(([slot, classes]) => ({ slot, classes })));
    }
    return perItem;
  }

  function before(item: Item, after: Classes): Classes {
    const live = new Map(after);
    if (item.kind === 'draw') {
      live.delete(item.slot);
      addDependencies(live, item.draw);
    }
    if (item.kind === 'call')
      for (const [parameter, classes] of ofRule(item.rule))
        refine(live, item.slots[parameter], classes);
    return live;
  }

  return { ofAlternative };
}

/** Classes of the live variables by slot. */
type Classes = Map<number, Int32Array>;

function addDependencies(live: Classes, draw: Draw): void {
  // with two exclusions it matters whether they are the same entry: each is a class of its own
  const alone = draw.exclusions.length === 1;
  const futures = Array.from(draw.weights, (weight, entry) =>
    alone ? [weight, ...draw.filters.map(({ values }) => values[entry])].join() : `${entry}`,
  );
  for (const slot of draw.exclusions) refine(live, slot, classify(futures));
  for (const { slot, others } of draw.filters) if (slot >= 0) refine(live, slot, classify(others));
}

/** Splits a variable's classes further. */
function refine(live: Classes, slot: number, classes: Int32Array): void {
  const present = live.get(slot);
  const pairs = present && Array.from(classes, (own, entry) => `${present[entry]} ${own}`);
  live.set(slot, pairs ? classify(pairs) : classes);
}

/** Numbers equal texts alike. */
function classify(texts: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  for (const text of texts) if (!numbers.has(text)) numbers.set(text, numbers.size);
  return Int32Array.from(texts, (text) => numbers.get(text) ?? 0);
}
