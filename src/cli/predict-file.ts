/** `predict --file`: one JSON record for each line of a file; a bad line does not stop the others. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readable } from '../host/files.ts';
import { openModel, type ReadOptions } from '../host/open-model.ts';
import { decodeUtf8, readStdin } from '../host/stdin.ts';
import { fillBlank } from '../language/fill.ts';
import type { LanguageModel } from '../language/model.ts';
import { fillSchema } from '../language/options.ts';
import { predictionToJson } from '../language/prediction.ts';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import { printJson } from './terminal.ts';

const NEWLINE = 0x0a;

const lineSchema = fillSchema.extend({
  text: z.string({ error: 'expected a string such as "Mein Lieblingstier ist __"' }),
});

/** Prints the records. Throws InputError for a file that cannot be read, Error when a line failed. */
export async function predictFile(
  path: string,
  text: string | undefined,
  { model: name, reading }: { readonly model?: string; readonly reading: ReadOptions },
  options: Record<string, unknown>,
): Promise<void> {
  if (text !== undefined)
    throw new InputError(
      'text',
      `both a text "${text}" and --file are given, expected one: drop one`,
    );
  const model = await openModel(name, reading);
  parseOptions(fillSchema, options);
  const lines = splitLines(path === '-' ? await readStdin() : readable('file', path, readFile));
  const failed = lines.filter((line) => !printRecord(model, line, options)).length;
  if (failed > 0)
    throw new Error(`${failed} of ${counted(lines.length, 'line')} could not be used`);
}

const readFile = (path: string): Uint8Array => readFileSync(path);

interface Line {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Lines by bytes, so that one that is not UTF-8 spoils no other; empty ones are left out. */
function splitLines(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const next = bytes.indexOf(NEWLINE, start);
    const end = next < 0 ? bytes.length : next;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 0x20)) lines.push({ number, bytes: line });
    start = end + 1;
  }
  return lines;
}

/** Whether the line could be used. */
function printRecord(model: LanguageModel, line: Line, options: Record<string, unknown>): boolean {
  try {
    const { text, ...own } = parseOptions(lineSchema, { ...options, ...question(line) });
    const begun = performance.now();
    const prediction = fillBlank(model, text, own);
    printJson({ ...predictionToJson(prediction), seconds: (performance.now() - begun) / 1000 });
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { field, message } = error;
    process.stderr.write(`schmetterling: line ${line.number}: ${message}\n`);
    printJson({ line: line.number, error: { field, message } });
    return false;
  }
}

/** What a line asks. Throws InputError when it is neither a JSON string nor an object. */
function question({ bytes }: Line): Record<string, unknown> {
  const text = decodeUtf8(bytes, 'text', 'the line');
  const value = parseJson(text);
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InputError(
    'text',
    `the line is ${text.trim().slice(0, 40)}, expected a JSON string or an object with "text": write "…" or {"text": "…"}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
