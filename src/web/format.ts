/** Numbers as a reader of German or English writes them. */
import type { Prediction } from './api.ts';
import type { Language } from './state.ts';
import type { Words } from './words.ts';

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 0.4102 → "41.02 %"; below 0.005 % in powers of ten, so that no answer looks impossible. */
export function percent(share: number, language: Language): string {
  if (share > 0 && share < 5e-5) return powerOfTen(share, language);
  const number = decimal(share * 100, language, 2);
  return language === 'de' ? `${number}\u00a0%` : `${number}%`;
}

/** A number with the given count of decimals. */
export function decimal(value: number, language: Language, digits: number): string {
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  });
  return format.format(value).replace('-', '−');
}

/** Three to four digits, whatever the size. */
export function compact(value: number, language: Language): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return powerOfTen(value, language);
  const digits = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return decimal(value, language, digits);
}

/** "2.41 to 5.32": the bounds of the entropy as `shown`, once where they look alike, "at least 2.41" where there is one. */
export function entropyRange(
  { entropy, entropy_upper: upper }: Prediction,
  words: Pick<Words, 'range' | 'atLeast'>,
  shown: (nats: number) => string,
): string {
  const low = shown(entropy);
  if (upper === null) return words.atLeast(low);
  return shown(upper) === low ? low : words.range(low, shown(upper));
}

/** A token to be read: `end` if it is empty, its leading blank as a dot, control characters as pictures. */
export function visibleToken(token: string, end: string): string {
  if (token === '') return end;
  const pictured = [...token].map((character) => {
    const code = character.charCodeAt(0);
    return code < 32 || code === 127
      ? String.fromCharCode(code < 32 ? 0x2400 + code : 0x2421)
      : character;
  });
  return pictured.join('').replace(/^ /, '·');
}

/** An answer to be read: without the blanks around it, else as a token. */
export function visibleAnswer(answer: string, end: string): string {
  return visibleToken(answer.trim() === '' ? answer : answer.trim(), end);
}

/** "L = 4–16", "L = ∞": a stretch of numbers of layers, of which the flow itself has infinitely many. */
export function depthRange(first: number, last: number | 'ode'): string {
  const ends = [Number.isFinite(first) ? String(first) : '∞', last === 'ode' ? '∞' : String(last)];
  return `L = ${[...new Set(ends)].join('–')}`;
}

/** The whole power of ten at or above 10^logarithm: 126.6 → "10¹²⁷". */
export const powerAbove = (logarithm: number): string =>
  `10${raised(String(Math.ceil(logarithm)))}`;

const raised = (exponent: string): string =>
  [...exponent].map((c) => (c === '-' ? '⁻' : superscripts[Number(c)])).join('');

function powerOfTen(value: number, language: Language): string {
  const [mantissa, exponent] = value.toExponential(1).split('e');
  return `${decimal(Number(mantissa), language, 1)}\u2009·\u200910${raised(exponent.replace('+', ''))}`;
}
