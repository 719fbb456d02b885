/**
 * The machine under the parser: a thread is one way to derive the symbols read so far, stopped before
 * the next symbol. Threads are opened (calls unfolded, templates left) and stepped over symbols,
 * breadth first, so that every law along a text shares the work of its beginning.
 *
 * A thread's mass is the probability of its choices so far; the masses of all threads after a
 * beginning sum to the probability that a text begins so.
 */
import { type Draw, excludedPlaces, groupOf, remainingWeight } from './draws.ts';
import type { World } from './grammar.ts';
import type { Alternative, Item } from './rules.ts';

/** Items still to come, then those of the callers. */
interface Rest {
  readonly alternative: Alternative;
  readonly index: number;
  readonly variables: Int32Array;
  readonly then: Rest | null;
}

export interface Thread {
  readonly mass: number;
  /** Symbols being emitted, from `offset` on; `offset === symbols.length` between items. */
  readonly symbols: Int32Array;
  readonly offset: number;
  /** Whether the next symbol begins a sentence. */
  readonly begins: boolean;
  /** null: the text is complete once the symbols are emitted. */
  readonly rest: Rest | null;
}

/** A draw that a thread stands before. */
type DrawItem = Item & { kind: 'draw' };

const nothing = new Int32Array(0);
const noVariables = new Int32Array(0);

/** The threads before the first symbol, made once per world. */
const beginnings = new WeakMap<World, readonly Thread[]>();

/** The threads before the first symbol: the templates of `Text` in every language, opened. */
export function beginThreads(world: World): readonly Thread[] {
  const known = beginnings.get(world) ?? openTexts(world);
  beginnings.set(world, known);
  return known;
}

function openTexts(world: World): Thread[] {
  const opened: Thread[] = [];
  for (const language of world.languages)
    for (const alternative of language.text.alternatives) {
      const rest = enter(alternative, noVariables, null);
      const mass = language.probability * alternative.probability;
      open({ mass, symbols: nothing, offset: 0, begins: true, rest }, opened);
    }
  return opened;
}

function enter(alternative: Alternative, values: Int32Array, then: Rest | null): Rest {
  const variables = new Int32Array(alternative.tables.length);
  variables.set(values);
  return { alternative, index: 0, variables, then };
}

/** Unfolds a thread until each one stands inside symbols, before a draw, or at the end of the text. */
function open(thread: Thread, opened: Thread[]): void {
  const { mass, symbols, offset, begins, rest } = thread;
  if (offset < symbols.length || rest === null) {
    opened.push(thread);
    return;
  }
  const item = rest.alternative.items[rest.index];
  if (item.kind === 'draw') opened.push(thread);
  else if (item.kind === 'call') openCall(thread, item, opened);
  else {
    const emitted =
      item.kind === 'words' ? item.symbols : item.field.forms[rest.variables[item.slot]];
    opened.push({ mass, symbols: emitted, offset: 0, begins, rest: behind(rest) });
  }
}

function openCall(thread: Thread, item: Item & { kind: 'call' }, opened: Thread[]): void {
  const { symbols, offset, begins, rest } = thread;
  if (!rest) return;
  const values = new Int32Array(item.slots.length);
  for (const [parameter, slot] of item.slots.entries()) values[parameter] = rest.variables[slot];
  const then = behind(rest);
  for (const alternative of item.rule.alternatives) {
    const mass = thread.mass * alternative.probability;
    open({ mass, symbols, offset, begins, rest: enter(alternative, values, then) }, opened);
  }
}

/** What comes behind the present item; templates that are done are left at once. */
function behind(rest: Rest, variables = rest.variables): Rest | null {
  const { alternative, then } = rest;
  const index = rest.index + 1;
  return index < alternative.items.length ? { alternative, index, variables, then } : then;
}

/** Whether the text may end here. */
export function isComplete({ symbols, offset, rest }: Thread): boolean {
  return offset === symbols.length && rest === null;
}

/** The next symbol of a thread inside symbols, as it stands in the text; −1 before a draw or the end. */
function certainSymbol(world: World, { symbols, offset, begins }: Thread): number {
  if (offset === symbols.length) return -1;
  return begins ? world.inventory.capital[symbols[offset]] : symbols[offset];
}

/** The threads over one given symbol, opened. */
export function step(world: World, threads: readonly Thread[], symbol: number): Thread[] {
  const opened: Thread[] = [];
  for (const thread of threads) {
    if (thread.offset < thread.symbols.length) {
      if (certainSymbol(world, thread) === symbol) open(pass(world, thread), opened);
    } else if (thread.rest) stepDraw(world, thread, symbol, opened);
  }
  return opened;
}

function pass(world: World, thread: Thread): Thread {
  const { mass, symbols, offset, rest } = thread;
  const begins = world.inventory.endsSentence[symbols[offset]];
  return { mass, symbols, offset: offset + 1, begins, rest };
}

function drawItem(rest: Rest): DrawItem {
  return rest.alternative.items[rest.index] as DrawItem;
}

function stepDraw(world: World, thread: Thread, symbol: number, opened: Thread[]): void {
  const rest = thread.rest as Rest;
  const { field, draw } = drawItem(rest);
  const entries = (thread.begins ? field.byCapital : field.byFirst).get(symbol);
  if (!entries) return;
  const probability = drawLaw(draw, rest.variables);
  for (const entry of entries) {
    const p = probability(entry);
    if (p > 0) open(pass(world, drawn(thread, rest, entry, p)), opened);
  }
}

/** Probability of each entry under a draw's filters and exclusions. */
function drawLaw(draw: Draw, variables: Int32Array): (entry: number) => number {
  const group = groupOf(draw, variables);
  const excluded = excludedPlaces(draw, group, variables);
  const total = remainingWeight(group, excluded);
  return (entry) => {
    const place = group.place[entry];
    return place < 0 || excluded.includes(place) ? 0 : group.weights[place] / total;
  };
}

/** The thread after drawing an entry, before its first symbol. */
function drawn(thread: Thread, rest: Rest, entry: number, probability: number): Thread {
  const { slot, field } = drawItem(rest);
  const variables = rest.variables.slice();
  variables[slot] = entry;
  const { mass, begins } = thread;
  const behindDraw = behind(rest, variables);
  return {
    mass: mass * probability,
    symbols: field.forms[entry],
    offset: 0,
    begins,
    rest: behindDraw,
  };
}

/** The threads over any one symbol, with that symbol: `visit(symbol, thread before it is opened)`. */
export function stepAny(
  world: World,
  threads: readonly Thread[],
  visit: (symbol: number, opened: Thread[]) => void,
): void {
  const follow = (thread: Thread) => {
    const opened: Thread[] = [];
    open(pass(world, thread), opened);
    visit(certainSymbol(world, thread), opened);
  };
  for (const thread of threads) {
    const { symbols, offset, rest } = thread;
    if (offset < symbols.length) follow(thread);
    else if (rest) eachEntry(rest, (entry, p) => follow(drawn(thread, rest, entry, p)));
  }
}

function eachEntry(rest: Rest, visit: (entry: number, probability: number) => void): void {
  const { draw } = drawItem(rest);
  const group = groupOf(draw, rest.variables);
  const excluded = excludedPlaces(draw, group, rest.variables);
  const total = remainingWeight(group, excluded);
  for (let place = 0; place < group.entries.length; place++)
    if (!excluded.includes(place)) visit(group.entries[place], group.weights[place] / total);
}

/** Adds up the mass of each next symbol: `add(symbol, mass)`, with symbol −1 for the end of the text. */
export function nextMasses(
  world: World,
  threads: readonly Thread[],
  add: (symbol: number, mass: number) => void,
): void {
  const { capital } = world.inventory;
  for (const thread of threads) {
    const { symbols, offset, rest, mass, begins } = thread;
    if (offset < symbols.length || !rest) add(certainSymbol(world, thread), mass);
    else {
      const { forms } = drawItem(rest).field;
      eachEntry(rest, (entry, p) =>
        add(begins ? capital[forms[entry][0]] : forms[entry][0], mass * p),
      );
    }
  }
}

export function totalMass(threads: readonly Thread[]): number {
  return threads.reduce((sum, { mass }) => sum + mass, 0);
}
