/**
 * Reads what texts come from: the folder of a world, a file of plain text, or several of them with
 * weights. Not the splitting and cleaning of texts (language/training/plain-text.ts).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { plain } from '../language/text.ts';
import { InputError } from '../numerics/errors.ts';
import { sha256Of } from './digest.ts';
import { errorCode, readable } from './files.ts';
import { readUtf8 } from './stdin.ts';

export interface WorldPart {
  readonly kind: 'world';
  readonly name: string;
  /** Relative to the other parts. */
  readonly weight: number;
  /** The world's files by relative path, as `parseWorld` wants them. */
  readonly files: Record<string, string>;
}

export interface TextPart {
  readonly kind: 'text';
  readonly name: string;
  readonly weight: number;
  /** The lines that are not empty, each as `readText` reads it; `readTypedTexts` leaves them as they are. */
  readonly lines: readonly string[];
  /** SHA-256 of the text, unpacked. */
  readonly sha256: string;
}

export type CorpusPart = WorldPart | TextPart;

/** What a model is trained on: at least one part. */
export interface Corpus {
  readonly parts: readonly CorpusPart[];
}

/**
 * Reads each PATH or PATH:WEIGHT (a share of the texts, 1 where none is given): the folder of a world,
 * or a UTF-8 text, plain or packed by gzip, with one text a line. Throws InputError for what is
 * neither, holds no text or no UTF-8, and for a weight of 0.
 */
export function readCorpus(...sources: readonly string[]): Corpus {
  return { parts: sources.map((source) => readPart(source)) };
}

/** The texts of files as they are typed, for models with tokenizers of their own. Throws as `readCorpus`, and for a world. */
export function readTypedTexts(...sources: readonly string[]): TextPart[] {
  return sources.map((source) => {
    const part = readPart(source, (line) => line);
    if (part.kind === 'text') return part;
    throw fault(
      `${source} is a world, whose exact law is held against models that were trained here: give a text file with one sentence a line`,
    );
  });
}

/** A corpus of one world, from its files. */
export const worldCorpus = (files: Record<string, string>, name = 'world'): Corpus => ({
  parts: [{ kind: 'world', name, weight: 1, files }],
});

const WEIGHTED = /^(.+):(\d+(?:\.\d*)?|\.\d+)$/s;

function readPart(source: string, read: (line: string) => string = plain): CorpusPart {
  const weighted = existsSync(source) ? null : WEIGHTED.exec(source);
  const [path, weight] = weighted ? [weighted[1], Number(weighted[2])] : [source, 1];
  if (!(weight > 0 && Number.isFinite(weight)))
    throw fault(`${source} has the weight ${weight}, expected a number above 0: correct it`);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats)
    throw fault(
      `there is no ${path}: give the folder of a world, such as data/worlds/lieblingstier, or a text file with one sentence a line`,
    );
  const name = basename(path);
  if (!stats.isDirectory()) return { kind: 'text', name, weight, ...readLines(path, read) };
  return { kind: 'world', name, weight, files: readWorld(path) };
}

function fault(message: string): InputError {
  return new InputError('corpus', message);
}

function readWorld(folder: string): Record<string, string> {
  if (!existsSync(join(folder, 'world.json')))
    throw fault(
      `${folder} holds no world.json: give the folder of a world, such as data/worlds/lieblingstier, or a text file`,
    );
  return Object.fromEntries(
    filesUnder(folder).map((file) => [
      relative(folder, file),
      /\.(json|csv)$/.test(file) ? readUtf8(file, 'corpus') : readFileSync(file, 'utf8'),
    ]),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesUnder(path) : [path]));
}

function readLines(
  path: string,
  read: (line: string) => string,
): Pick<TextPart, 'lines' | 'sha256'> {
  const bytes = unpacked(
    path,
    readable('corpus', path, (file) => readFileSync(file)),
  );
  const lines = decoded(path, bytes)
    .split(/\r\n?|\n/)
    .map(read)
    .filter((line) => line.trim() !== '');
  if (lines.length === 0)
    throw fault(`${path} holds no text, expected one sentence a line: give another file`);
  return { lines, sha256: sha256Of(bytes) };
}

/** By the first two bytes, whatever the file is called. */
function unpacked(path: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw fault(
      `${path} cannot be unpacked (${errorCode(error)}), expected a whole gzip file: replace it`,
    );
  }
}

function decoded(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fault(
      `${path} is no UTF-8 text (line ${faultyLine(bytes)}), expected one sentence a line: convert it to UTF-8`,
    );
  }
}

/** The number of the first line that is no UTF-8. No newline byte is part of another character. */
function faultyLine(bytes: Buffer): number {
  const strict = new TextDecoder('utf-8', { fatal: true });
  for (let start = 0, line = 1; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      strict.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return 1; // more than a string can hold
}
