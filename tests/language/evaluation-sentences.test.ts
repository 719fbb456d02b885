/** The evaluation sentences: their form and counts, and that each has its answers as predict gives them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findBlank } from '../../src/language/blank.ts';
import { readText } from '../../src/language/text.ts';

const DETERMINERS = {
  de: /^(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines)$/i,
  en: /^(?:a|an|the)$/i,
};
const WORD = /^\p{L}+(?:['’-]\p{L}+)*$/u;

const sentence = z.strictObject({
  kind: z.enum(['everyday', 'agreement', 'coreference']),
  text: z.string(),
  answers: z.array(z.string()).min(1).max(6),
});
const file = new URL('../../data/evaluation/alltag.json', import.meta.url);
const sentences = z
  .strictObject({ de: z.array(sentence), en: z.array(sentence) })
  .parse(JSON.parse(readFileSync(file, 'utf8')));

describe.each(['de', 'en'] as const)('the sentences in %s', (language) => {
  const all = sentences[language];

  it('are a hundred, forty of them hard, none twice', () => {
    const plain = all.filter(({ kind }) => kind === 'everyday');
    expect([all.length, all.length - plain.length]).toEqual([100, 40]);
    const texts = all.map(({ text }) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}_]+/gu, ' '));
    expect(new Set(texts).size).toBe(100);
  });

  it('have one blank each, at the end in some and inside in others', () => {
    const blanks = all.map(({ text }) => findBlank(readText(text)));
    expect(blanks.every((blank) => blank !== null)).toBe(true);
    const atEnd = blanks.filter((blank) => /^[.!?]?$/.test(blank!.after));
    expect(atEnd.length).toBeGreaterThan(15);
    expect(atEnd.length).toBeLessThan(60);
  });

  it('have different answers of one word, or of a determiner and a word', () => {
    for (const { text, answers } of all) {
      expect(new Set(answers).size, text).toBe(answers.length);
      for (const answer of answers) {
        const words = answer.split(' ');
        const form = words.length === 1 || DETERMINERS[language].test(words[0]);
        expect(form && words.length < 3 && words.every((word) => WORD.test(word)), answer).toBe(
          true,
        );
      }
    }
  });

  it('begin with a capital letter', () => {
    for (const { text, answers } of all)
      for (const answer of answers) expect(text.replace('__', answer)).toMatch(/^\p{Lu}/u);
  });
});

it.each([
  'Mein Lieblingstier ist __',
  'Ich trinke gern __.',
  'Heute ist das Wetter __.',
  'My favourite animal is the __',
  'I would like a cup of __.',
])('they include "%s"', (text) => {
  expect([...sentences.de, ...sentences.en].map((one) => one.text)).toContain(text);
});
