/** The door of every text: what is read, and where it stood. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plain, readText } from '../../src/language/text.ts';
import { InputError } from '../../src/numerics/errors.ts';

const SPACES = [
  ...['\t', '\n', '\v', '\f', '\r', ' ', '\u0085', '\u00a0', '\u1680', '\u2000', '\u2001'],
  ...['\u2002', '\u2003', '\u2004', '\u2005', '\u2006', '\u2007', '\u2008', '\u2009', '\u200a'],
  ...['\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\r\n', '\n\n', ' \u00a0\t'],
];

test.each(SPACES)('%j is a space, and none at the ends', (space) => {
  expect(plain(`${space}Er${space}${space}ist${space}`)).toBe('Er ist');
});

test.each([
  ['a\u0308', 'ä'],
  ['a\u0323\u0308 a\u0308\u0323', 'ạ̈ ạ̈'.normalize('NFC')],
  ['\u212b', 'Å'],
  ['\u1112\u1161\u11ab\uae00', '한글'],
  ['ＡＢ ﬁ ½ …„’—', 'ＡＢ ﬁ ½ …„’—'],
  ['Lieblings\u00adtier\ufeff', 'Lieblingstier'],
  ['a\u200b\u0308', 'ä'],
  ['👩‍👩‍👧 🦋\ufe0f', '👩‍👩‍👧 🦋\ufe0f'],
])('%j is read as %j', (typed, text) => {
  expect(plain(typed)).toBe(text);
});

const unit = fc.oneof(
  fc.constantFrom(
    ...SPACES,
    'a',
    'o',
    '\u0308',
    '\u0323',
    '\u200b',
    '\u00ad',
    '가',
    '\u11a8',
    '🦋',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const anyText = fc.array(unit, { maxLength: 30 }).map((units) => units.join(''));

/** The same by the rules in words, without places. */
const inWords = (typed: string) =>
  typed
    .replaceAll(/[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g, '')
    .normalize('NFC')
    .replaceAll(/\p{White_Space}+/gu, ' ')
    .trim();

test('a text is read as the rules say, once and for all', () => {
  fc.assert(
    fc.property(anyText, (typed) => {
      expect(plain(typed)).toBe(inWords(typed));
      expect(plain(plain(typed))).toBe(plain(typed));
      expect(plain(typed.normalize('NFD'))).toBe(plain(typed));
    }),
    { numRuns: 1000 },
  );
});

test('every part of a text stood where its span says', () => {
  fc.assert(
    fc.property(anyText, fc.nat(), fc.nat(), (typed, one, other) => {
      const { text, typedSpan } = readText(typed);
      const ends = [...text].map((_, i, all) => all.slice(0, i + 1).join('').length);
      if (text === '') return;
      const [first, last] = [one % ends.length, other % ends.length].sort((a, b) => a - b);
      const [start, end] = [first === 0 ? 0 : ends[first - 1], ends[last]];
      const span = typedSpan(start, end);
      expect(span.start).toBeLessThan(span.end);
      // a part of what was composed brings the whole along
      expect(plain(typed.slice(span.start, span.end))).toContain(text.slice(start, end).trim());
    }),
    { numRuns: 500 },
  );
});

test('an ordinary text is itself, at its own places', () => {
  const typed = 'Mein „Lieblingstier“ (seit 1990) ist der Müll-Rabe’s 🦋!';
  const { text, typedSpan } = readText(typed);
  expect(text).toBe(typed);
  for (let i = 0; i < typed.length; i++)
    expect(typedSpan(i, i + 1)).toEqual({ start: i, end: i + 1 });
});

test('a lone surrogate is refused where it was typed', () => {
  expect(() => readText('\u00a0\u00a0 a\ud83e')).toThrow(InputError);
  expect(() => readText('\u00a0\u00a0 a\ud83e')).toThrow(/U\+D83E at offset 4/);
});
