/**
 * The safetensors format, read strictly: an 8-byte little-endian header length, a JSON header, the data without
 * holes. Not which tensors a network needs, nor where the bytes come from.
 * Source: the format's rules in github.com/huggingface/safetensors (README, "Format").
 */
import { z } from 'zod';
import { DamagedFileError } from '../numerics/errors.ts';
import { show } from '../numerics/parameters.ts';
import { shapeSize } from '../numerics/vectors.ts';

/** Bytes that are read in pieces, such as a file that does not fit one buffer. */
export interface ByteSource {
  /** The file's name, for messages. */
  readonly name: string;
  readonly size: number;
  /** Bytes from … to − 1, in a buffer of their own or, where it is given, written to `into`, which is as long. */
  read(from: number, to: number, into?: Uint8Array): Uint8Array;
}

/** Bytes that are in memory. */
export const bytesSource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  read(from, to, into = new Uint8Array(to - from)) {
    into.set(bytes.subarray(from, to));
    return into;
  },
});

/** Bytes of an element of each type of the format whose elements fill whole bytes. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
  C64: 8,
};

/** A tensor of a file, its numbers not yet read. */
export interface TensorEntry {
  readonly name: string;
  /** What its file calls it, where that is something else. */
  readonly stored?: string;
  /** Of the format, such as F32. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  /** Where its bytes begin and end in the source. */
  readonly from: number;
  readonly to: number;
}

/** A tensor as messages name it: as its file does, and as its checkpoint would. */
export const labelOf = ({ name, stored }: Pick<TensorEntry, 'name' | 'stored'>): string =>
  stored === undefined || stored === name ? name : `${stored} (${name})`;

export interface SafetensorsHeader {
  /** By name, in the order of the header. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const ENTRY = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const METADATA = z.record(z.string(), z.string());

/** The format's own bound. */
const LONGEST_HEADER = 100_000_000;

/** How the few lines begin that git leaves in the place of a large file. */
const POINTER = 'version ';

function damaged(source: ByteSource, found: string, expected: string): DamagedFileError {
  return new DamagedFileError(
    `${source.name}: found ${found}, expected ${expected}: fetch the file again`,
  );
}

/**
 * The tensors that a file says it holds; only its header is read. Throws DamagedFileError, naming the file, where it
 * breaks a rule of the format: truncated or too long, a header that is no JSON object or names a tensor twice,
 * an unknown type, offsets that overlap, leave holes or do not fit the shape.
 */
export function readHeader(source: ByteSource): SafetensorsHeader {
  const length = headerLength(source);
  const text = headerText(source, length);
  const { __metadata__: metadata, ...rest } = parsedHeader(source, text);
  const start = 8 + length;
  const entries = Object.entries(rest).map(([name, entry]) => entryOf(source, start, name, entry));
  checkOffsets(source, start, entries);
  const parsed = METADATA.safeParse(metadata ?? {});
  if (!parsed.success)
    throw damaged(source, `__metadata__ ${show(metadata)}`, 'texts by name, or none');
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata: parsed.data };
}

/** Whether a file is what Git LFS leaves in its place. */
export const isPointer = (source: ByteSource): boolean =>
  source.size >= POINTER.length &&
  new TextDecoder('latin1').decode(source.read(0, POINTER.length)) === POINTER;

function headerLength(source: ByteSource): number {
  if (source.size < 8)
    throw damaged(source, `${source.size} bytes`, 'a safetensors file of at least 8 bytes');
  const bytes = source.read(0, 8);
  if (isPointer(source))
    throw new DamagedFileError(
      `${source.name}: found a pointer of Git LFS, expected the weights: fetch them by git lfs pull`,
    );
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > LONGEST_HEADER)
    throw damaged(source, `a header of ${length} bytes`, `at most ${LONGEST_HEADER}`);
  if (length > source.size - 8)
    throw damaged(source, `${source.size} bytes`, `a header of ${length} bytes and the data`);
  return length;
}

function headerText(source: ByteSource, length: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      source.read(8, 8 + length),
    );
  } catch {
    throw damaged(source, 'a header that is not UTF-8', 'a safetensors header');
  }
}

function parsedHeader(source: ByteSource, text: string): Record<string, unknown> {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {}
  if (!text.startsWith('{') || typeof value !== 'object' || value === null)
    throw damaged(source, 'a header that is no JSON object', 'a safetensors header');
  const keys = topKeys(text);
  const twice = keys.find((key, at) => keys.indexOf(key, at + 1) >= 0);
  if (keys.length !== Object.keys(value).length && twice !== undefined)
    throw damaged(source, `tensor ${twice} twice in the header`, 'every name once');
  return value as Record<string, unknown>;
}

/** The keys of a JSON object, doubles too, which JSON.parse drops. */
function topKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g))
    if (piece.startsWith('"')) {
      if (depth === 1 && piece.endsWith(':')) keys.push(JSON.parse(piece.slice(0, -1)) as string);
    } else depth += piece === '{' || piece === '[' ? 1 : -1;
  return keys;
}

function entryOf(source: ByteSource, start: number, name: string, entry: unknown): TensorEntry {
  const parsed = ENTRY.safeParse(entry);
  if (!parsed.success)
    throw damaged(
      source,
      `tensor ${name} as ${show(entry)}`,
      'its type, its shape and its two offsets',
    );
  const { dtype: type, shape, data_offsets: offsets } = parsed.data;
  if (!Object.hasOwn(TYPE_BYTES, type))
    throw damaged(
      source,
      `tensor ${name} of type ${type}`,
      `one of ${Object.keys(TYPE_BYTES).join(', ')}`,
    );
  const [from, to] = offsets;
  const bytes = TYPE_BYTES[type] * shapeSize(shape);
  if (to - from !== bytes)
    throw damaged(
      source,
      `tensor ${name} at bytes ${from}–${to}`,
      `${bytes} bytes for ${type} of shape [${shape}]`,
    );
  return { name, type, shape, source, from: start + from, to: start + to };
}

/** The data is the tensors' bytes one after another, whatever their order in the header. */
function checkOffsets(source: ByteSource, start: number, entries: readonly TensorEntry[]): void {
  let reached = start;
  const places = [...entries].sort((a, b) => a.from - b.from || a.to - b.to);
  for (const { name, from, to } of places) {
    if (from !== reached)
      throw damaged(
        source,
        `tensor ${name} at byte ${from - start} of the data, ${from < reached ? 'inside another one' : 'behind a hole'}`,
        `byte ${reached - start}`,
      );
    reached = to;
  }
  if (reached !== source.size)
    throw damaged(
      source,
      `${source.size - start} bytes of data`,
      `${reached - start} bytes as its header says`,
    );
}
