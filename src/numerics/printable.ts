/** Text of others inside of messages. */

/** Controls, line separators, and the marks that turn the direction of what follows. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Characters that would move the cursor, or text around them: they are shown, not sent. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const known = JSON.stringify(character).slice(1, -1);
    return known === character ? `\\u${codeOf(character)}` : known;
  });
}

/** The code of a character in hexadecimal digits, four at least. */
export const codeOf = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');

/** Most characters of a value that a message quotes. */
const MOST = 40;

/** A value as messages quote it: short, in quotation marks, and printable. */
export function quoted(text: string): string {
  const shown = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return `"${printable(shown)}"`;
}
