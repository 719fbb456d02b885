/** Text from bytes that a user gives: standard input, files, and their lines. */
import { readFileSync } from 'node:fs';
import { InputError } from '../numerics/errors.ts';
import { readable } from './files.ts';

/**
 * The text of UTF-8 bytes, without a byte-order mark.
 * Throws InputError(field) that names `source` and the place of the first byte that is not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, field: string, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const place = firstInvalidByte(bytes);
    const value = bytes[place].toString(16).padStart(2, '0');
    throw new InputError(
      field,
      `${source} is not UTF-8: byte 0x${value} at offset ${place} cannot stand there, expected UTF-8 text: convert it, e.g. iconv -f latin1 -t utf-8`,
    );
  }
}

/** Where the bytes first differ from what a forgiving decoder makes of them. */
function firstInvalidByte(bytes: Uint8Array): number {
  const forgiving = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(forgiving);
  const place = bytes.findIndex((byte, i) => byte !== again[i]);
  return Math.max(0, place);
}

/** The text of a file. Throws InputError(field) where it cannot be read, and as `decodeUtf8`. */
export function readUtf8(path: string, field: string): string {
  return decodeUtf8(
    readable(field, path, (file) => readFileSync(file)),
    field,
    path,
  );
}

/** Everything on standard input, as bytes. */
export async function readStdin(
  stream: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream)
    chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** The text on standard input, without the newline that ends it. Throws InputError for invalid UTF-8. */
export async function readStdinText(stream?: AsyncIterable<Uint8Array | string>): Promise<string> {
  return decodeUtf8(await readStdin(stream), 'text', 'standard input').replace(/\r?\n$/, '');
}
