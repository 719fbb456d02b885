/** The bytes of UTF-8 as the 256 visible characters that byte-level vocabularies are written in. */
import { once } from '../../numerics/once.ts';

/** The character of each byte: itself where it can be seen, else one from U+0100 on, in order. */
export const byteCharacters = once((): readonly string[] => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(visible ? byte : next++);
  });
});

const characterBytes = once(
  () => new Map(byteCharacters().map((character, byte) => [character, byte])),
);

const ENCODER = new TextEncoder();

/** The bytes of `text` in UTF-8. */
export const bytesOf = (text: string): Uint8Array => ENCODER.encode(text);

/** `text` in UTF-8, a character for each byte. */
export function byteText(text: string): string {
  const characters = byteCharacters();
  let result = '';
  for (const byte of bytesOf(text)) result += characters[byte];
  return result;
}

/** The bytes that `piece` is written for, or undefined where one of its characters stands for none. */
export function pieceBytes(piece: string): number[] | undefined {
  const bytes: number[] = [];
  for (const character of piece) {
    const byte = characterBytes().get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

/** The text of UTF-8; what is no UTF-8 becomes U+FFFD. */
export const textOf = (bytes: readonly number[]): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));

/** The text of UTF-8, or undefined where it is none. */
export function strictTextOf(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(
      Uint8Array.from(bytes),
    );
  } catch {
    return undefined;
  }
}

/** The name of a byte in a vocabulary with byte fallback: `<0x0A>`. */
export const byteName = (byte: number): string =>
  `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
