/**
 * The safetensors format for float32 and float16: an 8-byte little-endian header length, a JSON header,
 * the data. It knows no model; other element types are refused.
 */

import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { z } from 'zod';
import { DamagedFileError } from '../numerics/errors.ts';
import { once } from '../numerics/once.ts';
import { shapeSize } from '../numerics/vectors.ts';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = Readonly<Record<string, StoredTensor>>;

export interface Safetensors {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const ENTRY = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const HEADER = z.record(z.string(), z.unknown());
const METADATA = z.record(z.string(), z.string());

const REMEDY = 'fetch or train the model again';

/** The float16 of each of the 65,536 patterns: looking up is sixty times faster than the library's reading. */
const halves = once(() => {
  const view = new DataView(new ArrayBuffer(2));
  return Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    view.setUint16(0, bits);
    return getFloat16(view, 0);
  });
});

/** Types of stored numbers. */
const TYPES = {
  F32: {
    bytes: 4,
    read: (view: DataView, at: number) => view.getFloat32(at, true),
    write: (view: DataView, at: number, value: number) => view.setFloat32(at, value, true),
  },
  F16: {
    bytes: 2,
    read: (view: DataView, at: number) => halves()[view.getUint16(at, true)],
    write: (view: DataView, at: number, value: number) => setFloat16(view, at, value, true),
  },
} as const;

export type NumberType = keyof typeof TYPES;

const isNumberType = (name: string): name is NumberType => Object.hasOwn(TYPES, name);

/**
 * The file's bytes, every number rounded to `type`; tensors in the order of their names, so that equal
 * tensors give equal bytes.
 */
export function encodeSafetensors(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  type: NumberType = 'F32',
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header = new TextEncoder().encode(paddedHeader(tensors, names, metadata, type));
  const total = names.reduce(
    (sum, name) => sum + TYPES[type].bytes * shapeSize(tensors[name].shape),
    0,
  );
  const bytes = new Uint8Array(8 + header.length + total);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const name of names)
    for (const value of tensors[name].data) {
      TYPES[type].write(view, at, value);
      at += TYPES[type].bytes;
    }
  return bytes;
}

function paddedHeader(
  tensors: Tensors,
  names: readonly string[],
  metadata: Readonly<Record<string, string>>,
  type: NumberType,
): string {
  const entries: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) entries.__metadata__ = metadata;
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    if (data.length !== shapeSize(shape))
      throw new RangeError(
        `tensor ${name} of shape [${shape}] needs ${shapeSize(shape)} values, got ${data.length}`,
      );
    const end = offset + TYPES[type].bytes * data.length;
    entries[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(entries);
  const length = new TextEncoder().encode(text).length;
  return text + ' '.repeat((8 - (length % 8)) % 8);
}

/**
 * Reads a file's bytes. Throws DamagedFileError, naming `file`, when they are truncated, too long,
 * or not safetensors of float32 or float16.
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'the weights file'): Safetensors {
  const { header, start } = readHeader(bytes, file);
  const data = bytes.subarray(start);
  const tensors: Record<string, StoredTensor> = {};
  let used = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { tensor, bytes: size } = readTensor(data, name, entry, file);
    tensors[name] = tensor;
    used += size;
  }
  if (used !== data.length)
    throw damaged(file, `${data.length} bytes of data`, `${used} bytes as its header says`);
  return { tensors, metadata: METADATA.safeParse(header.__metadata__).data ?? {} };
}

function damaged(file: string, found: string, expected: string): DamagedFileError {
  return new DamagedFileError(`${file}: found ${found}, expected ${expected}: ${REMEDY}`);
}

function readHeader(bytes: Uint8Array, file: string) {
  if (bytes.length < 8)
    throw damaged(file, `${bytes.length} bytes`, 'a safetensors file of at least 8 bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8)
    throw damaged(file, `${bytes.length} bytes`, `a header of ${length} bytes and the data`);
  return { header: parseHeader(bytes.subarray(8, 8 + length), file), start: 8 + length };
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  try {
    return HEADER.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    throw damaged(file, 'a header that is no JSON object', 'a safetensors header');
  }
}

function readTensor(
  data: Uint8Array,
  name: string,
  entry: unknown,
  file: string,
): { tensor: StoredTensor; bytes: number } {
  const parsed = ENTRY.safeParse(entry);
  if (!parsed.success)
    throw damaged(file, `tensor ${name} without type, shape and offsets`, 'all three');
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isNumberType(dtype)) throw damaged(file, `tensor ${name} of type ${dtype}`, 'F32 or F16');
  const { bytes: width, read } = TYPES[dtype];
  const [from, to] = offsets;
  const bytes = width * shapeSize(shape);
  if (to > data.length || to - from !== bytes)
    throw damaged(
      file,
      `tensor ${name} at bytes ${from}–${to} of ${data.length}`,
      `${bytes} bytes for the shape [${shape}]`,
    );
  const view = new DataView(data.buffer, data.byteOffset + from, bytes);
  const numbers = new Float32Array(shapeSize(shape));
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, width * i);
  return { tensor: { shape, data: numbers }, bytes };
}
