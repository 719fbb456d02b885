import { expect, test } from 'vitest';
import { findBlank } from '../../src/language/blank.ts';
import { InputError } from '../../src/numerics/errors.ts';

test.each([
  ['Mein Lieblingstier ist __', 23, 25],
  ['_ mag Hunde.', 0, 1],
  ['Das („____“) ist [ein] Tier.', 6, 10],
  ['Anna mag [MASK].', 9, 15],
  ['🦋 ___!', 3, 6],
])('finds the blank of %j', (text, start, end) => {
  const blank = findBlank(text);
  expect(blank).toEqual({ before: text.slice(0, start), after: text.slice(end), start, end });
});

test('no blank is null', () => {
  expect(findBlank('Ein Satz mit [mask] und - ohne.')).toBeNull();
});

test.each([
  ['', /empty/],
  [' \n', /empty/],
  ['__ und __ und [MASK]', /found 3 blanks/],
  ['_ _', /found 2 blanks/],
  ['Lieblings__ ist', /glued.*"Lieblings__"/],
  ['ein __haus', /glued/],
  ['3_', /glued/],
  ['a\uD83E __', /lone surrogate/],
])('refuses %j', (text, message) => {
  expect(() => findBlank(text)).toThrow(InputError);
  expect(() => findBlank(text)).toThrow(message);
});
