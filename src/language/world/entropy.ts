/**
 * Sums over all derivations of a world by recursion over its rules: exact entropy, number of texts.
 *
 * A template is walked item by item. What follows an item depends only on the variables that a later
 * draw is filtered by or excludes (the live ones), so results are kept by the live values alone;
 * a variable that is only spoken of again costs nothing.
 */
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
    probabilities.reduce((sum, p, index) => sum + p * (values[index] - Math.log(p)), 0),
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
  choice: (_, values) => values.reduce((sum, value) => sum + value, 0),
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

/** Exact entropy of the texts of one language, in nats per text. */
export function languageEntropy(text: Rule): number {
  return createFolder(entropy)(text, noVariables);
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

/** Results so far of one alternative: per item, by the values of the live variables. */
interface Memory {
  /** Slots that matter from each item on. */
  readonly live: readonly (readonly number[])[];
  readonly results: readonly Map<number, number>[];
  readonly variables: Int32Array;
}

function createFolder(arithmetic: Arithmetic): (rule: Rule, values: Int32Array) => number {
  const liveness = createLiveness();
  const memories = new Map<Alternative, Memory>();

  function ofRule(rule: Rule, values: Int32Array): number {
    const results = rule.alternatives.map((alternative) => ofAlternative(alternative, values));
    const probabilities = rule.alternatives.map(({ probability }) => probability);
    return arithmetic.choice(probabilities, results);
  }

  function ofAlternative(alternative: Alternative, values: Int32Array): number {
    const memory = memories.get(alternative) ?? remember(alternative);
    memory.variables.set(values);
    return from(alternative, memory, 0);
  }

  function remember(alternative: Alternative): Memory {
    const live = liveness.ofAlternative(alternative);
    const results = live.map(() => new Map<number, number>());
    const memory = { live, results, variables: new Int32Array(alternative.tables.length) };
    memories.set(alternative, memory);
    return memory;
  }

  /** The value of the items from `index` on, under the memory's variables. */
  function from(alternative: Alternative, memory: Memory, index: number): number {
    if (index === alternative.items.length) return arithmetic.nothing;
    let key = 0;
    for (const slot of memory.live[index])
      key = key * alternative.tables[slot].size + memory.variables[slot];
    const known = memory.results[index].get(key);
    if (known !== undefined) return known;
    const value = compute(alternative, memory, index);
    memory.results[index].set(key, value);
    return value;
  }

  function compute(alternative: Alternative, memory: Memory, index: number): number {
    const item = alternative.items[index];
    const rest = () => from(alternative, memory, index + 1);
    if (item.kind === 'draw') return ofDraw(item, memory, memory.live[index + 1] ?? [], rest);
    if (item.kind !== 'call') return rest();
    const values = Int32Array.from(item.slots, (slot) => memory.variables[slot]);
    return arithmetic.sequence(ofRule(item.rule, values), rest());
  }

  function ofDraw(
    item: Item & { kind: 'draw' },
    memory: Memory,
    live: readonly number[],
    rest: () => number,
  ): number {
    const group = groupOf(item.draw, memory.variables);
    const excluded = excludedPlaces(item.draw, group, memory.variables);
    if (group.entries.length <= excluded.length) complain(item.draw, memory.variables);
    if (!live.includes(item.slot))
      return arithmetic.sequence(arithmetic.draw(group, excluded), rest());
    return arithmetic.branch(group, excluded, (entry) => {
      memory.variables[item.slot] = entry;
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

/** Which variables a later draw depends on, per alternative and item. */
function createLiveness() {
  const known = new Map<Rule, ReadonlySet<number>>();

  /** Parameters of a rule that its draws depend on. */
  function ofRule(rule: Rule): ReadonlySet<number> {
    const parameters =
      known.get(rule) ??
      new Set(rule.alternatives.flatMap((alternative) => ofAlternative(alternative)[0]));
    known.set(rule, parameters);
    return parameters;
  }

  function ofAlternative({ items }: Alternative): number[][] {
    let live = new Set<number>();
    const perItem: number[][] = [];
    for (const item of items.toReversed()) {
      live = before(item, live);
      perItem.unshift([...live].sort((a, b) => a - b));
    }
    return perItem;
  }

  function before(item: Item, after: ReadonlySet<number>): Set<number> {
    const live = new Set(after);
    if (item.kind === 'draw') {
      live.delete(item.slot);
      for (const slot of item.draw.exclusions) live.add(slot);
      for (const { slot } of item.draw.filters) if (slot >= 0) live.add(slot);
    }
    if (item.kind === 'call')
      for (const parameter of ofRule(item.rule)) live.add(item.slots[parameter]);
    return live;
  }

  return { ofAlternative };
}
