/**
 * What the grammar knows of a text: its probability, the number of its derivations, and the exact law
 * of what comes next or stands in a gap. All of it exact, by keeping every derivation of the symbols
 * read so far; nothing is estimated.
 */
import { log } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import type { World } from './grammar.ts';
import { fromSymbols, isWord, symbolIds, toSymbols } from './symbols.ts';
import {
  beginThreads,
  isComplete,
  nextMasses,
  step,
  stepAny,
  type Thread,
  totalMass,
} from './threads.ts';

/**
 * Log-probability of a text in nats, summed over its derivations: of the whole text, or with
 * `complete: false` of all texts that begin so. −Infinity where there is none.
 */
export function logProbability(
  world: World,
  text: string,
  options?: { complete?: boolean },
): number {
  const threads = read(world, beginThreads(world), symbolIds(world.inventory, text));
  const kept = options?.complete === false ? threads : threads.filter(isComplete);
  return log(totalMass(kept));
}

/** The number of derivations of a whole text; the world is unambiguous where it is 1 for each of its texts. */
export function countDerivations(world: World, text: string): number {
  return read(world, beginThreads(world), symbolIds(world.inventory, text)).filter(isComplete)
    .length;
}

function read(world: World, threads: readonly Thread[], ids: readonly number[]): readonly Thread[] {
  let reached = threads;
  for (const id of ids) {
    if (reached.length === 0) break;
    reached = step(world, reached, id);
  }
  return reached;
}

export interface NextSymbolLaw {
  /** Number of symbols read. */
  readonly position: number;
  /** The text before the symbol, without a trailing blank. */
  readonly before: string;
  /** The symbol that follows in the text; '' at its end. */
  readonly symbol: string;
  /** Probability of each symbol that can follow; '' is the end of the text. */
  readonly law: Map<string, number>;
}

/**
 * The law of the next symbol at every position of a text, 0 … its number of symbols, in one pass.
 * Throws InputError (field `text`) where no text of the world begins so.
 */
export function nextSymbolLaws(world: World, text: string): NextSymbolLaw[] {
  const symbols = toSymbols(text);
  const ids = symbolIds(world.inventory, text);
  let threads = beginThreads(world);
  return Array.from({ length: symbols.length + 1 }, (_, position) => {
    if (position > 0) threads = step(world, threads, ids[position - 1]);
    const before = fromSymbols(symbols.slice(0, position));
    if (threads.length === 0) refuse(world, before);
    return { position, before, symbol: symbols[position] ?? '', law: nextLaw(world, threads) };
  });
}

function nextLaw(world: World, threads: readonly Thread[]): Map<string, number> {
  const masses = new Map<number, number>();
  nextMasses(world, threads, (symbol, mass) =>
    masses.set(symbol, (masses.get(symbol) ?? 0) + mass),
  );
  return normalise(
    new Map([...masses].map(([id, mass]) => [world.inventory.symbols[id] ?? '', mass])),
  );
}

/**
 * The exact law of what stands between `before` and `after`, given that the text begins with the three
 * of them (what follows is open). Probabilities sum to 1.
 *
 * `unit: 'symbol'`: exactly one symbol; with an empty `after`, '' stands for the end of the text.
 * `unit: 'answer'`: one word, or a determiner with the symbol behind it, given that a word stands there.
 * Throws InputError (field `text`) where the law is of nothing: no text fits.
 */
export function gapLaw(
  world: World,
  before: string,
  after: string,
  unit: 'symbol' | 'answer',
): Map<string, number> {
  const threads = read(world, beginThreads(world), symbolIds(world.inventory, before));
  if (unit === 'symbol' && after.trim() === '' && threads.length > 0)
    return nextLaw(world, threads);
  const candidates = unit === 'symbol' ? gapSymbols(world, threads) : gapAnswers(world, threads);
  const ids = symbolIds(world.inventory, after);
  const masses = new Map<string, number>();
  for (const [content, reached] of candidates) {
    const mass = totalMass(read(world, reached, ids));
    if (mass > 0) masses.set(content, mass);
  }
  if (masses.size === 0) refuse(world, `${before} __ ${after}`.trim());
  return normalise(masses);
}

/** Threads behind each symbol that can stand in the gap. */
function gapSymbols(world: World, threads: readonly Thread[]): Map<string, Thread[]> {
  const candidates = new Map<string, Thread[]>();
  stepAny(world, threads, (symbol, opened) =>
    append(candidates, world.inventory.symbols[symbol], opened),
  );
  return candidates;
}

/** Threads behind each answer: a determiner takes the next symbol along. */
function gapAnswers(world: World, threads: readonly Thread[]): Map<string, Thread[]> {
  const candidates = new Map<string, Thread[]>();
  for (const [word, reached] of gapSymbols(world, threads)) {
    if (!isWord(word)) continue;
    if (!world.determiners.includes(word.toLowerCase())) append(candidates, word, reached);
    else
      for (const [noun, further] of gapSymbols(world, reached))
        append(candidates, fromSymbols([word, noun]), further);
  }
  return candidates;
}

function append(
  candidates: Map<string, Thread[]>,
  content: string,
  threads: readonly Thread[],
): void {
  const known = candidates.get(content);
  if (!known) candidates.set(content, [...threads]);
  else for (const thread of threads) known.push(thread);
}

function normalise(masses: ReadonlyMap<string, number>): Map<string, number> {
  const total = [...masses.values()].reduce((sum, mass) => sum + mass, 0);
  return new Map([...masses].map(([content, mass]) => [content, mass / total]));
}

function refuse(world: World, text: string): never {
  throw new InputError(
    'text',
    `no text of the world "${world.name}" begins "${text}": give one that it can make`,
  );
}
