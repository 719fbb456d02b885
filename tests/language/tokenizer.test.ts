import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenizer } from '../../src/language/tokenizer.ts';
import { buildVocabulary } from '../../src/language/vocabulary.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { full, SENTENCES, vocabulary } from './tiny-vocabulary.ts';

const tokenizer = createTokenizer(vocabulary);
const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const piece = fc.constantFrom(
  ...[
    'ä',
    'ß',
    'Straße',
    ' Größe',
    '🦋',
    '👩‍👩‍👧',
    'e\u0301',
    'a\u0308\u0323',
    '猫が好き',
    'кошка',
    'فراشة',
  ],
  ...[
    '<|endoftext|>',
    '<|im_start|>',
    '[MASK]',
    '__',
    '\n\n',
    '\t',
    ' ',
    '\r\n',
    '\u0000',
    '\uFEFF',
    '’s',
  ],
  ...['123456', 'der Hund', ' butterfly', '…', '„“', '1½', '\u00a0'],
);

function roundTrips(text: string): void {
  expect(tokenizer.decode(tokenizer.encodeIds(text))).toBe(text);
  expect(tokenizer.decodeStrict(tokenizer.encodeIds(text))).toBe(text);
}

test('every text encodes and decodes back to itself', () => {
  fc.assert(fc.property(anyText, roundTrips), { numRuns: 500 });
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
      roundTrips,
    ),
  );
});

test('an empty text has no tokens, a text of 10,000 characters comes back', () => {
  expect(tokenizer.encode('')).toEqual([]);
  roundTrips('Süße 🦋 '.repeat(1250));
  roundTrips('x'.repeat(10_000));
});

test('spans are those of the characters that the tokens hold, and cover the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      let reached = 0;
      for (const token of tokenizer.encode(text)) {
        expect(token.start).toBeLessThanOrEqual(reached);
        expect(token.end).toBeGreaterThanOrEqual(reached);
        expect(token.end).toBeGreaterThan(token.start);
        if (!token.text.includes('\uFFFD'))
          expect(text.slice(token.start, token.end)).toBe(token.text);
        reached = token.end;
      }
      expect(reached).toBe(text.length);
    }),
  );
});

test('a part of a character is printable and spans the character', () => {
  const tokens = tokenizer.encode('a🦋');
  expect(tokens.slice(1).every((t) => t.start === 1 && t.end === 3)).toBe(true);
  expect(tokens[1].text).toContain('\uFFFD');
  expect(tokenizer.decodeStrict(tokens.slice(0, -1).map((t) => t.id))).toBeUndefined();
});

test('the sign that stands for a part of a character is text like any other', () => {
  const ids = tokenizer.encodeIds('a\uFFFDb');
  expect(tokenizer.decodeStrict(ids)).toBe('a\uFFFDb');
  expect(tokenizer.decodeStrict(ids.slice(0, 2))).toBeUndefined();
});

test('texts whose o200k tokens were all kept are encoded as by o200k', () => {
  for (const text of SENTENCES) {
    const ours = tokenizer.encodeIds(text).map((id) => vocabulary[id]);
    expect(ours).toEqual(full.encode(text).map((rank) => full.ranks[rank]));
  }
  fc.assert(
    fc.property(fc.array(fc.array(piece), { minLength: 1, maxLength: 3 }), (parts) => {
      const texts = parts.map((part) => part.join(' '));
      const own = buildVocabulary(texts, full.ranks, full.encode);
      const ownTokenizer = createTokenizer(own);
      for (const text of texts)
        expect(ownTokenizer.encodeIds(text).map((id) => own[id])).toEqual(
          full.encode(text).map((rank) => full.ranks[rank]),
        );
    }),
    { numRuns: 5 },
  );
});

test('keep bounds the tokens beyond bytes and ancestors', () => {
  const few = buildVocabulary(SENTENCES, full.ranks, full.encode, { keep: 3 });
  expect(few.length).toBeGreaterThanOrEqual(256);
  expect(few.length).toBeLessThan(270);
  const small = createTokenizer(few);
  expect(small.decode(small.encodeIds(SENTENCES[2]))).toBe(SENTENCES[2]);
});

test('special ids follow the vocabulary and say nothing', () => {
  const { special, size } = tokenizer;
  expect([special.start, special.end, special.blank]).toEqual([size - 3, size - 2, size - 1]);
  expect(tokenizer.decode([special.start, special.blank, special.end])).toBe('');
  expect(tokenizer.decodeStrict([special.end])).toBeUndefined();
  expect(() => tokenizer.decode([size])).toThrow(RangeError);
});

test('a lone surrogate is refused', () => {
  expect(() => tokenizer.encode('ab\uD83E!')).toThrow(InputError);
  expect(() => tokenizer.encodeIds('\uDD8B')).toThrow(/U\+DD8B at offset 0/);
});

test('the boundary set is the one of docs/checkpoint.md', () => {
  const page = readFileSync(new URL('../../docs/checkpoint.md', import.meta.url), 'utf8');
  const [, rule] = /matches `([^`]+)` \(flag `u`\)/.exec(page) ?? [];
  const begins = new RegExp(rule, 'u');
  const kinds = new Set<string>();
  for (let id = 0; id < tokenizer.special.start; id++) {
    const text = tokenizer.decode([id]);
    expect([text, tokenizer.beginsWord[id] === 1]).toEqual([text, begins.test(text)]);
    kinds.add(`${text.charAt(0) === "'"} ${text.includes('\ufffd')} ${begins.test(text)}`);
  }
  expect(kinds.size).toBeGreaterThan(3);
});

test('the boundary set: white space, punctuation and the end', () => {
  const begins = (text: string) => tokenizer.beginsWord[tokenizer.encodeIds(text)[0]];
  for (const text of [' der', '.', ',', '\n', '"']) expect(begins(text)).toBe(1);
  for (const text of ['Sch', 'a', '7']) expect(begins(text)).toBe(0);
  expect(tokenizer.beginsWord[tokenizer.special.end]).toBe(1);
  expect(tokenizer.beginsWord[tokenizer.special.start]).toBe(0);
});
