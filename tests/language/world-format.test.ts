/** The description of the format, data/worlds/README.md: its example is a world, its numbers are right. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countDerivations, gapLaw, logProbability } from '../../src/language/world/derive.ts';
import { countTexts } from '../../src/language/world/entropy.ts';
import { parseWorld } from '../../src/language/world/grammar.ts';
import { sampleText } from '../../src/language/world/sample.ts';
import { random } from '../../src/numerics/random.ts';

const README = readFileSync(new URL('../../data/worlds/README.md', import.meta.url), 'utf8');

/** The blocks of code that stand below the name of a file. */
const files = Object.fromEntries(
  Array.from(README.matchAll(/^`([\w./]+)`\n```\w+\n(.*?)^```$/gms), ([, file, content]) => [
    file,
    content,
  ]),
);
const world = parseWorld(files);

/** The example with one template in the place of all rules. */
function withTemplate(template: string) {
  const grammar = JSON.parse(files['en/grammar.json']);
  const rules = { Text: [[1, template]] };
  return parseWorld({ ...files, 'en/grammar.json': JSON.stringify({ ...grammar, rules }) });
}

describe('the example', () => {
  it('has ten lines and three files', () => {
    expect(Object.keys(files)).toEqual(['world.json', 'en/animal.csv', 'en/grammar.json']);
    expect(Object.values(files).join('').trim().split('\n')).toHaveLength(10);
  });

  it('makes as many texts as it says, each in one way', () => {
    const stream = random(1);
    const texts = new Set(Array.from({ length: 500 }, () => sampleText(world, stream).text));
    expect([texts.size, countTexts(world)]).toEqual([9, 9]);
    expect([...texts].map((text) => countDerivations(world, text))).toEqual(new Array(9).fill(1));
    expect(README).toContain('It makes 9 texts');
  });

  it.each([
    ['I like the lion. The lion lives in the desert.', 0.1875],
    ['The lion and the cat are friends.', 1 / 48],
  ])('%s', (text, probability) => {
    expect(README).toContain(`\`${text}\``);
    expect(Math.exp(logProbability(world, text))).toBeCloseTo(probability, 14);
  });

  it('takes a determiner and the word behind it for one answer', () => {
    const law = gapLaw(world, 'I like', '', 'answer');
    expect([...law.keys()].sort()).toEqual(['the cat', 'the dog', 'the lion']);
  });
});

describe('the table of items', () => {
  const items = Array.from(README.matchAll(/^\| `(\{[^`]+|<[A-Z][^`]+)` \|/gm), ([, item]) => item);
  const drawn = (item: string) => item.startsWith('{y') || item.startsWith('{x:');

  it('is complete', () => expect(items).toHaveLength(7));

  it.each(items.filter(drawn))('%s can be drawn', (item) => {
    const known = item.replace('~favourite', '~weight');
    const before = item.startsWith('{y') ? 'I like {x:animal.the} and ' : '';
    const parsed = withTemplate(`${before}${known}.`);
    expect(sampleText(parsed, random(2)).text).toMatch(/[Tt]he \w+\.$/);
  });
});

it.each([
  ['I {go', /braces closed/],
  ['<Home x>', /unknown variable "x"|unknown rule "Home"/],
  ['{x:anmial.the}', /did you mean "animal"/],
  ['{x:animal[home=sea].the}', /animal/],
  ['<Text>', /may not be recursive/],
])('what is wrong is named: %s', (template, message) => {
  expect(() => withTemplate(template)).toThrow(message);
});
