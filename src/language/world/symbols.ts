/**
 * Text ↔ symbols: the words and punctuation marks a world's texts are made of.
 * Not the tokenizer of the model: symbols are what the grammar speaks of, tokens what the model reads.
 */

const symbolPattern = /[\p{L}\p{N}'’-]+|\S/gu;
const wordPattern = /^[\p{L}\p{N}'’-]+$/u;
const marks = new Set(['.', ',', '!', '?', ':']);
const sentenceEnds = new Set(['.', '!', '?']);

/** The symbols of a text; a character that is neither letter, mark nor blank is a symbol of its own. */
export function toSymbols(text: string): string[] {
  return text.match(symbolPattern) ?? [];
}

/** The text of symbols: joined by blanks, none before a punctuation mark. */
export function fromSymbols(symbols: readonly string[]): string {
  let text = '';
  for (const symbol of symbols) text += text === '' || marks.has(symbol) ? symbol : ` ${symbol}`;
  return text;
}

export function isWord(symbol: string): boolean {
  return wordPattern.test(symbol);
}

export function isMark(symbol: string): boolean {
  return marks.has(symbol);
}

/** The symbol with its first letter upper-cased, as at the beginning of a sentence. */
function capitalise(symbol: string): string {
  const first = String.fromCodePoint(symbol.codePointAt(0) ?? 0);
  return symbol === '' ? '' : first.toUpperCase() + symbol.slice(first.length);
}

/**
 * Where answers stand in a text: each word, a determiner together with the word behind it
 * (which is also an answer by itself). Offsets in UTF-16 units, ascending.
 */
export function answerPlaces(
  text: string,
  determiners: readonly string[],
): { start: number; end: number }[] {
  const symbols = [...text.matchAll(symbolPattern)];
  const endOf = (index: number) => symbols[index].index + symbols[index][0].length;
  return symbols.flatMap(([symbol], index) => {
    if (!isWord(symbol)) return [];
    const next = symbols[index + 1]?.[0] ?? '';
    const opens = determiners.includes(symbol.toLowerCase()) && isWord(next);
    return [{ start: symbols[index].index, end: endOf(opens ? index + 1 : index) }];
  });
}

/** All symbols of a world as integers, so that parsing compares numbers. */
export interface Inventory {
  /** Symbol of each id. */
  readonly symbols: string[];
  readonly ids: Map<string, number>;
  /** Id of the capitalised symbol, per id. */
  readonly capital: number[];
  /** Whether a sentence begins after this symbol, per id. */
  readonly endsSentence: boolean[];
}

export function emptyInventory(): Inventory {
  return { symbols: [], ids: new Map(), capital: [], endsSentence: [] };
}

/** The id of a symbol, entered (with its capitalised form) when it is new. */
export function intern(inventory: Inventory, symbol: string): number {
  const known = inventory.ids.get(symbol);
  if (known !== undefined) return known;
  const id = inventory.symbols.push(symbol) - 1;
  inventory.ids.set(symbol, id);
  inventory.endsSentence[id] = sentenceEnds.has(symbol);
  inventory.capital[id] = intern(inventory, capitalise(symbol));
  return id;
}

/** The ids of a text's symbols; −1 for a symbol that no text of the world holds. */
export function symbolIds(inventory: Inventory, text: string): number[] {
  return toSymbols(text).map((symbol) => inventory.ids.get(symbol) ?? -1);
}
