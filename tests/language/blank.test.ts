import { expect, test } from 'vitest';
import { findBlank } from '../../src/language/blank.ts';
import { readText } from '../../src/language/text.ts';
import { InputError } from '../../src/numerics/errors.ts';

test.each([
  ['Mein Lieblingstier ist __', 23, 25],
  ['_ mag Hunde.', 0, 1],
  ['Das („____“) ist [ein] Tier.', 6, 10],
  ['Anna mag [MASK].', 9, 15],
  ['🦋 ___!', 3, 6],
])('finds the blank of %j', (text, start, end) => {
  const blank = findBlank(readText(text));
  expect(blank).toEqual({ before: text.slice(0, start), after: text.slice(end), start, end });
});

test('an underscore between two letters or digits is text', () => {
  expect(findBlank(readText('my_var'))).toBeNull();
  expect(findBlank(readText('a1_2b ä_ö und 1_000'))).toBeNull();
  expect(findBlank(readText('a\u0308_o\u0308'))).toBeNull();
  expect(findBlank(readText('my_var ist __'))).toMatchObject({ start: 11, end: 13 });
});

test('no blank is null', () => {
  expect(findBlank(readText('Ein Satz mit [mask] und - ohne.'))).toBeNull();
});

test.each([
  ['', /empty/],
  [' \n', /empty/],
  ['__ und __ und [MASK]', /found 3 blanks/],
  ['_ _', /found 2 blanks/],
  ['Lieblings__ ist', /glued.*"Lieblings__"/],
  ['ein __haus', /glued/],
  ['3_', /glued/],
  ['_3', /glued/],
  ['__ist', /glued.*"__ist"/],
  ['ist__', /glued/],
  ['Mein\u00a0\u00a0Tier\tist__.', /offset 14 is glued.*"ist__\."/],
  ['ist\u200b__', /glued/],
  ['Lieblings__tier', /glued/],
  ['foo_bar_', /"_" at offset 7 is glued/],
  ['[MASK]tier', /glued/],
  ['\u00a0\u3000\n', /empty/],
  ['\ufeff\u200b', /empty/],
  ['a\uD83E __', /lone surrogate/],
])('refuses %j', (text, message) => {
  expect(() => findBlank(readText(text))).toThrow(InputError);
  expect(() => findBlank(readText(text))).toThrow(message);
});
