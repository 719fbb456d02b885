/** Cleaning of plain texts: which are left out, and which names stand for which. Knows no tokens. */
import { firstStreams } from '../../numerics/random.ts';

/** Behind the seed of the split, which shares it. */
const NAMES_STREAM = 1;

/**
 * Whether a text holds one of the phrases as whole words, in upper or lower case; a star in a phrase
 * stands for any letters.
 */
export function phraseFinder(phrases: readonly string[]): (text: string) => boolean {
  if (phrases.length === 0) return () => false;
  const any = phrases.map((phrase) => escaped(phrase).replaceAll('\\*', '[\\p{L}\\p{N}]*'));
  const pattern = wholeWords(any, 'iu');
  return (text) => pattern.test(text);
}

/**
 * Replaces each name of the table by one of the names given for it: the same one throughout a text,
 * another for another name, none that the text holds already. A German genitive keeps its s. Which
 * one follows from the seed and the text alone.
 */
export function nameReplacer(
  table: Readonly<Record<string, readonly string[]>>,
  seed: number,
): (text: string) => string {
  const names = Object.keys(table).sort((a, b) => b.length - a.length);
  if (names.length === 0) return (text) => text;
  const pattern = wholeWords([`(${names.map(escaped).join('|')})(s?)`], 'gu');
  return (text) => {
    const stream = firstStreams(seed, NAMES_STREAM, hashOf(text));
    const chosen = new Map<string, string>();
    const choose = (name: string) => {
      const others = [...chosen.values()];
      const free = table[name].filter(
        (one) => !others.includes(one) && (one === name || !text.includes(one)),
      );
      return free.length > 0 ? free[stream.integer(free.length)] : name;
    };
    return text.replaceAll(pattern, (_, name: string, genitive: string) => {
      if (!chosen.has(name)) chosen.set(name, choose(name));
      return `${chosen.get(name)}${genitive}`;
    });
  };
}

function wholeWords(alternatives: readonly string[], flags: string): RegExp {
  const any = alternatives.join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, flags);
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function hashOf(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
  return value;
}
