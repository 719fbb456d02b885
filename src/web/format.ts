/** Numbers as a reader of German or English writes them. */
import type { Language } from './state.ts';

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
  if (value !== 0 && Math.abs(value) < 1e-3) return powerOfTen(value, language);
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3;
  return decimal(value, language, digits);
}

function powerOfTen(value: number, language: Language): string {
  const [mantissa, exponent] = value.toExponential(1).split('e');
  const raised = [...exponent.replace('+', '')].map((c) =>
    c === '-' ? '⁻' : superscripts[Number(c)],
  );
  return `${decimal(Number(mantissa), language, 1)}\u2009·\u200910${raised.join('')}`;
}
