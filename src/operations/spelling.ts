/** How values are spelled in command lines and in programs that others are to repeat. Not which values: snippets.ts. */

/** What a command begins with, in a shell of the checkout. */
export const COMMAND = 'node bin/schmetterling.js';

/** A word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The long flag of an option `maximumSteps` or a parameter `initial_radius`. */
export const flagName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')}`;

/** A flag with its value; one that begins with a minus could be taken for a flag itself. */
export function flag(name: string, value: string | number): string {
  const text = String(value);
  return `${flagName(name)}${text.startsWith('-') ? '=' : ' '}${quoted(text)}`;
}

/** The text that a command is of: last, after `--` where it could be taken for a flag. */
export const lastWord = (text: string): string =>
  text.startsWith('-') ? `-- ${quoted(text)}` : quoted(text);

/** Plain data as JavaScript: names without quotes, text in single ones. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return textLiteral(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, own]) => `${name}: ${literal(own)}`);
  return `{ ${parts.join(', ')} }`;
}

const textLiteral = (text: string) =>
  /\p{Cc}/u.test(text) ? JSON.stringify(text) : `'${text.replace(/[\\']/g, '\\$&')}'`;

/** An object as JavaScript, a line each; what is undefined is left out. */
export function objectLiteral(value: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(value).filter(([, own]) => own !== undefined);
  if (given.length === 0) return '{}';
  return ['{', ...given.map(([name, own]) => `  ${name}: ${literal(own)},`), '}'].join('\n');
}
