/** Plain text as a corpus: what is left out, who is called what, and which part is held out. */
import { describe, expect, it } from 'vitest';
import { nameReplacer, phraseFinder } from '../../../src/language/training/clean.ts';
import { COARSE_WORDS } from '../../../src/language/training/coarse-words.ts';
import { plainTextSchema, prepareTexts } from '../../../src/language/training/plain-text.ts';
import { splitFingerprint, splitTexts } from '../../../src/language/training/split.ts';

describe('phrases', () => {
  it.each<[string, string, boolean]>([
    ['fiddle', 'A FIDDLE!', true],
    ['fiddle', 'He fiddled.', false],
    ['fiddle*', 'He fiddled.', true],
    ['*dle', 'A fiddle.', true],
    ['ärger', 'Kein Ärger.', true],
    ['would like a', 'I would like a cup.', true],
    ['would like a', 'I would like an egg.', false],
    ['a.b', 'axb a.bc', false],
    ['a.b', 'see (a.b)', true],
  ])('"%s" in "%s": %s', (phrase, text, found) => {
    expect(phraseFinder(['nothing', phrase])(text)).toBe(found);
  });

  it('are found nowhere when there are none', () => {
    expect(phraseFinder([])('anything')).toBe(false);
  });

  it.each([
    'He is thick.',
    'Ich habe einen Hurrikan gesehen.',
    'Das Spiel ist dick.',
    'A cocktail',
  ])('the coarse list leaves "%s" in', (text) => {
    expect(phraseFinder(COARSE_WORDS)(text)).toBe(false);
  });

  it('the coarse list is short, lower case and in order of nothing twice', () => {
    expect(new Set(COARSE_WORDS).size).toBe(COARSE_WORDS.length);
    expect(COARSE_WORDS.every((word) => word === word.toLowerCase())).toBe(true);
  });
});

describe('names', () => {
  const table = { Tom: ['Paul', 'Ben', 'Leo'], Maria: ['Anna', 'Eva'] };
  const replaced = nameReplacer(table, 1);

  it('are the same throughout a text, with their genitives', () => {
    const text = replaced("Tom says Tom's dog is Tom. Toms Hund.");
    const [, name] = /^(\w+) says/.exec(text) ?? [];
    expect(table.Tom).toContain(name);
    expect(text).toBe(`${name} says ${name}'s dog is ${name}. ${name}s Hund.`);
  });

  it('stand as words of their own', () => {
    const text = 'Tomorrow Tommy eats a tomato in Marian.';
    expect(replaced(text)).toBe(text);
  });

  it('differ from one text to another, not from one reading to another', () => {
    const texts = Array.from({ length: 60 }, (_, i) => `Tom has ${i} cats.`);
    const names = texts.map((text) => replaced(text).split(' ')[0]);
    expect(new Set(names)).toEqual(new Set(table.Tom));
    expect(texts.map((text) => nameReplacer(table, 1)(text).split(' ')[0])).toEqual(names);
    expect(texts.map((text) => nameReplacer(table, 2)(text).split(' ')[0])).not.toEqual(names);
  });

  it('do not become one that the text holds already, nor two the same', () => {
    for (let i = 0; i < 20; i++) {
      expect(replaced(`Tom and Paul and Leo, ${i}.`)).toMatch(/^Ben and Paul/);
      const same = nameReplacer({ Tom: ['Kim', 'Lou'], Maria: ['Kim', 'Lou'] }, i)('Tom, Maria');
      expect(['Kim, Lou', 'Lou, Kim']).toContain(same);
    }
    expect(nameReplacer({ Tom: ['Paul'] }, 1)('Tom and Paul')).toBe('Tom and Paul');
    expect(nameReplacer({ Tom: ['Tom'] }, 1)('Tom sings')).toBe('Tom sings');
    expect(nameReplacer({}, 1)('Tom sings')).toBe('Tom sings');
  });
});

describe('prepared texts', () => {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `${'abcdefghijklmnop'.slice(i % 9)} Tom ${i * 7919}`,
  );
  const split = { seed: 2, validation: 0.1, test: 0.2 };
  const settings = plainTextSchema.parse({ split, leaveOut: ['7919'], replace: { Tom: ['Ben'] } });
  const prepared = prepareTexts(lines, settings);

  it('are each in one part, cleaned, in the order of the file', () => {
    const { training, validation, test } = prepared.parts;
    const all = [...training, ...validation, ...test];
    expect(prepared.leftOut).toBe(1);
    const expected = lines.filter((_, i) => i !== 1).map((line) => line.replace('Tom', 'Ben'));
    expect([...all].sort()).toEqual([...expected].sort());
    expect(training).toEqual(expected.filter((line) => training.includes(line)));
    expect(test.length).toBeGreaterThan(0);
  });

  it('are split by the lines as they stand', () => {
    expect(prepared.split).toBe(splitFingerprint(splitTexts(lines, split)));
    const plain = prepareTexts(lines, plainTextSchema.parse({ split }));
    expect(plain.split).toBe(prepared.split);
    expect(plain.leftOut).toBe(0);
  });

  it('refuse a split that leaves nothing for training', () => {
    const bad = { split: { seed: 1, validation: 0.5, test: 0.5 } };
    expect(plainTextSchema.safeParse(bad).success).toBe(false);
  });
});
