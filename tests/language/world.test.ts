import { describe, expect, it } from 'vitest';
import {
  countDerivations,
  gapLaw,
  logProbability,
  nextSymbolLaws,
} from '../../src/language/world/derive.ts';
import { countTexts, exactEntropy } from '../../src/language/world/entropy.ts';
import { parseWorld } from '../../src/language/world/grammar.ts';
import { sampleText } from '../../src/language/world/sample.ts';
import { answerPlaces, fromSymbols, toSymbols } from '../../src/language/world/symbols.ts';
import { random } from '../../src/numerics/random.ts';
import { describeWorld, enumerateTexts, type TinyLanguage, tinyWorld } from './tiny-world.ts';

const world = parseWorld(describeWorld(tinyWorld));
const texts = enumerateTexts(tinyWorld).map(({ value, probability }) => ({
  text: value,
  symbols: toSymbols(value),
  probability,
}));

/** Adds up probabilities by key; undefined keys are left out; normalised. */
function lawOf(keys: (text: (typeof texts)[number]) => string | undefined): Map<string, number> {
  const law = new Map<string, number>();
  for (const text of texts) {
    const key = keys(text);
    if (key !== undefined) law.set(key, (law.get(key) ?? 0) + text.probability);
  }
  const total = [...law.values()].reduce((sum, p) => sum + p, 0);
  return new Map([...law].map(([key, p]) => [key, p / total]));
}

function startsWith(symbols: readonly string[], beginning: readonly string[], from = 0): boolean {
  return beginning.every((symbol, index) => symbols[from + index] === symbol);
}

function expectSameLaw(actual: Map<string, number>, expected: Map<string, number>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  const keys = [...expected.keys()];
  expect(keys.map((key) => actual.get(key) ?? 0)).toBeAllClose(
    keys.map((key) => expected.get(key) ?? 0),
    { absolute: 1e-12 },
  );
  expect([...actual.values()].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
}

describe('symbols', () => {
  it('keeps words with apostrophes and hyphens whole, and marks apart', () => {
    const text = "Wer mag Annas T-Shirt? Anna's dog, ja: nein!";
    expect(toSymbols(text)).toEqual([
      ...['Wer', 'mag', 'Annas', 'T-Shirt', '?', "Anna's", 'dog', ',', 'ja', ':', 'nein', '!'],
    ]);
    expect(fromSymbols(toSymbols(text))).toBe(text);
  });

  it('finds answers: a word, or a determiner with its noun, and the noun alone', () => {
    const text = 'Der Hund mag das.';
    const answers = answerPlaces(text, ['der', 'das']).map(({ start, end }) =>
      text.slice(start, end),
    );
    expect(answers).toEqual(['Der Hund', 'Hund', 'mag', 'das']);
  });
});

describe('a small world against the list of all its texts', () => {
  it('knows the number of texts and the exact entropy', () => {
    expect(new Set(texts.map(({ text }) => text)).size).toBe(texts.length);
    expect(countTexts(world)).toBe(texts.length);
    const entropy = texts.reduce((sum, { probability: p }) => sum - p * Math.log(p), 0);
    expect(exactEntropy(world)).toBeCloseTo(entropy, 12);
  });

  it('gives every text its probability by one derivation', () => {
    for (const { text, probability } of texts) {
      expect(logProbability(world, text)).toBeCloseTo(Math.log(probability), 12);
      expect(countDerivations(world, text)).toBe(1);
    }
  });

  it('gives a beginning the probability of all that goes on from it, and no text none', () => {
    const before = 'Mein Tier ist die';
    const mass = texts.filter(({ text }) => text.startsWith(`${before} `));
    const sum = mass.reduce((total, { probability }) => total + probability, 0);
    expect(logProbability(world, before, { complete: false })).toBeCloseTo(Math.log(sum), 12);
    expect(logProbability(world, before)).toBe(-Infinity);
    expect(logProbability(world, 'Dein Tier', { complete: false })).toBe(-Infinity);
  });

  it('knows the law of the next symbol everywhere', () => {
    for (const { text, symbols } of texts.filter((_, index) => index % 7 === 0))
      for (const { position, law, before, symbol } of nextSymbolLaws(world, text)) {
        const beginning = symbols.slice(0, position);
        expect(before).toBe(fromSymbols(beginning));
        expect(symbol).toBe(symbols[position] ?? '');
        const expected = lawOf((other) =>
          startsWith(other.symbols, beginning) ? (other.symbols[position] ?? '') : undefined,
        );
        expectSameLaw(law, expected);
      }
  });

  it('knows the law of a symbol taken out', () => {
    for (const { symbols } of texts.filter((_, index) => index % 11 === 0))
      for (let gap = 0; gap < symbols.length; gap++)
        for (const until of [gap + 1, gap + 3, symbols.length]) {
          const [before, after] = [symbols.slice(0, gap), symbols.slice(gap + 1, until)];
          const expected = lawOf((other) =>
            startsWith(other.symbols, before) && startsWith(other.symbols, after, gap + 1)
              ? (other.symbols[gap] ?? '')
              : undefined,
          );
          expectSameLaw(gapLaw(world, fromSymbols(before), fromSymbols(after), 'symbol'), expected);
        }
  });

  it('knows the law of an answer taken out, a determiner with its noun', () => {
    const opens = (symbol = '') => world.determiners.includes(symbol.toLowerCase());
    for (const { text } of texts.filter((_, index) => index % 11 === 0))
      for (const { start, end } of answerPlaces(text, world.determiners)) {
        const before = toSymbols(text.slice(0, start));
        const after = toSymbols(text.slice(end));
        const expected = lawOf(({ symbols }) => {
          const answer = symbols.slice(
            before.length,
            before.length + (opens(symbols[before.length]) ? 2 : 1),
          );
          const fits =
            startsWith(symbols, before) &&
            startsWith(symbols, after, before.length + answer.length);
          return fits && /\p{L}/u.test(answer[0] ?? '') ? fromSymbols(answer) : undefined;
        });
        expectSameLaw(gapLaw(world, fromSymbols(before), fromSymbols(after), 'answer'), expected);
      }
  });

  it('samples each text as often as its probability says', () => {
    const stream = random(11);
    const counts = new Map<string, number>();
    const drawn = 50_000;
    for (let index = 0; index < drawn; index++) {
      const { text, logProbability: log } = sampleText(world, stream);
      if (index < 500) expect(log).toBeCloseTo(logProbability(world, text), 12);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const squares = texts.map(({ text, probability }) => {
      const expected = drawn * probability;
      return ((counts.get(text) ?? 0) - expected) ** 2 / expected;
    });
    const chiSquare = squares.reduce((sum, square) => sum + square, 0);
    const freedom = texts.length - 1;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
  });

  it('counts two derivations where two rules make one text', () => {
    const rules: TinyLanguage['rules'] = {
      Text: [
        [1, '{x:animal.the} sleeps.'],
        [3, 'The {x:animal.name} sleeps.'],
      ],
    };
    const ambiguous = parseWorld(describeWorld({ en: { ...tinyWorld.en, rules } }));
    expect(countDerivations(ambiguous, 'The cow sleeps.')).toBe(2);
    expect(logProbability(ambiguous, 'The cow sleeps.')).toBeCloseTo(Math.log(0.5), 14);
  });
});

describe('a wrong description', () => {
  const complain = (change: Partial<TinyLanguage>) => () =>
    parseWorld(describeWorld({ en: { ...tinyWorld.en, ...change } }));
  const text = (template: string) => complain({ rules: { Text: [[1, template]] } });

  it.each([
    ['{x:anmial.the}.', 'unknown table "anmial", did you mean "animal"?'],
    ['{x:animal.teh}.', 'unknown column or form of "animal" "teh", did you mean "the"?'],
    ['{x:animal.the} {z.name}.', 'unknown variable "z", did you mean "x"?'],
    ['{x:animal.the} {y:animal!z.the}.', 'unknown variable "z"'],
    ['{x:animal~wieght.the}.', 'unknown weight column "wieght"'],
    ['{x:animal~name.the}.', 'weight "cat" in column "name"'],
    ['{x:animal.the} {x:animal.the}.', 'variable "x" is drawn already'],
    ['{x:animal[nam=cat].the}.', 'unknown column of "animal" "nam", did you mean "name"?'],
    ['{x:animal[name=dog].the}.', 'no entry is left to draw'],
    ['{x:animal.the} {y:animal!x.the} {z:animal!x!y.the}.', 'no entry is left to draw'],
    ['<Txet>', 'unknown rule "Txet", did you mean "Text"?'],
    ['a <Text>', 'may not be recursive'],
    ['{x:animal.the', 'cannot read "{x:animal.the"'],
    ['{x:animal.the}s.', 'is glued to'],
    ['{x animal}', 'cannot read {x animal}'],
    ['', 'is empty'],
  ])('%s: %s', (template, message) => {
    const where = 'en/grammar.json: rule "Text"';
    expect(text(template)).toThrow(message);
    if (!message.startsWith('weight')) expect(text(template)).toThrow(where);
  });

  it('names weights, arguments, rules never called and missing files', () => {
    expect(complain({ rules: { Text: [[0, 'a']] } })).toThrow('weight 0 of "a"');
    expect(complain({ rules: { Text: [[1, '<B>']], 'B(x)': [[1, 'a']] } })).toThrow(
      '<B> is given 0 variables, it takes 1',
    );
    expect(complain({ rules: { Text: [[1, 'a']], B: [[1, 'a']] } })).toThrow('"B" is never called');
    expect(() => parseWorld({})).toThrow('world.json: is missing');
    expect(() => parseWorld({ 'world.json': '{' })).toThrow('world.json: is no JSON');
    expect(() => gapLaw(world, 'Dein', '', 'answer')).toThrow('no text of the world "tiny" begins');
  });
});
