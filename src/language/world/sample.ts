/** Drawing texts from a world. */
import { log } from '../../numerics/elementary.ts';
import type { Random } from '../../numerics/random.ts';
import { drawEntry, excludedPlaces, groupOf, remainingWeight } from './draws.ts';
import type { World } from './grammar.ts';
import type { Alternative, Rule } from './rules.ts';
import { fromSymbols, type Inventory } from './symbols.ts';

export interface Sample {
  readonly text: string;
  readonly language: string;
  /** Of this derivation, language included, in nats; the text's own where it has one derivation. */
  readonly logProbability: number;
}

/** One text of the world. */
export function sampleText(world: World, random: Random): Sample {
  const { name, probability, text } = choose(world.languages, random);
  const writer: Writer = { random, symbols: [], logProbability: log(probability) };
  writeRule(writer, text, new Int32Array(0));
  return {
    text: spell(world.inventory, writer.symbols),
    language: name,
    logProbability: writer.logProbability,
  };
}

interface Writer {
  readonly random: Random;
  readonly symbols: number[];
  logProbability: number;
}

function writeRule(writer: Writer, rule: Rule, values: Int32Array): void {
  const alternative = choose(rule.alternatives, writer.random);
  writer.logProbability += log(alternative.probability);
  writeAlternative(writer, alternative, values);
}

function writeAlternative(
  writer: Writer,
  { items, tables }: Alternative,
  values: Int32Array,
): void {
  const variables = new Int32Array(tables.length);
  variables.set(values);
  for (const item of items) {
    if (item.kind === 'call') {
      writeRule(
        writer,
        item.rule,
        Int32Array.from(item.slots, (slot) => variables[slot]),
      );
      continue;
    }
    if (item.kind === 'draw') drawInto(writer, item, variables);
    const symbols = item.kind === 'words' ? item.symbols : item.field.forms[variables[item.slot]];
    for (const symbol of symbols) writer.symbols.push(symbol);
  }
}

function drawInto(
  writer: Writer,
  { draw, slot }: Alternative['items'][number] & { kind: 'draw' },
  variables: Int32Array,
): void {
  const entry = drawEntry(draw, variables, writer.random.uniform());
  const group = groupOf(draw, variables);
  const remaining = remainingWeight(group, excludedPlaces(draw, group, variables));
  writer.logProbability += log(draw.weights[entry] / remaining);
  variables[slot] = entry;
}

function choose<T extends { readonly probability: number }>(
  options: readonly T[],
  random: Random,
): T {
  if (options.length === 1) return options[0];
  let rest = random.uniform();
  for (const option of options) {
    rest -= option.probability;
    if (rest < 0) return option;
  }
  return options[options.length - 1];
}

/** The text of symbol ids, capitalised where sentences begin. */
function spell(inventory: Inventory, ids: readonly number[]): string {
  let begins = true;
  const symbols = ids.map((id) => {
    const symbol = inventory.symbols[begins ? inventory.capital[id] : id];
    begins = inventory.endsSentence[id];
    return symbol;
  });
  return fromSymbols(symbols);
}
