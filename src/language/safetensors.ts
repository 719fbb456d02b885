/**
 * The safetensors format for float32: an 8-byte little-endian header length, a JSON header, the data.
 * It knows no model; other element types are refused.
 */
import { z } from 'zod';
import { DamagedFileError } from '../numerics/errors.ts';

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

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** The file's bytes; tensors in the order of their names, so that equal tensors give equal bytes. */
export function encodeSafetensors(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header = new TextEncoder().encode(paddedHeader(tensors, names, metadata));
  const total = names.reduce((sum, name) => sum + 4 * sizeOf(tensors[name].shape), 0);
  const bytes = new Uint8Array(8 + header.length + total);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const name of names)
    for (const value of tensors[name].data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}

function paddedHeader(
  tensors: Tensors,
  names: readonly string[],
  metadata: Readonly<Record<string, string>>,
): string {
  const entries: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) entries.__metadata__ = metadata;
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    if (data.length !== sizeOf(shape))
      throw new RangeError(
        `tensor ${name} of shape [${shape}] needs ${sizeOf(shape)} values, got ${data.length}`,
      );
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * data.length] };
    offset += 4 * data.length;
  }
  const text = JSON.stringify(entries);
  const length = new TextEncoder().encode(text).length;
  return text + ' '.repeat((8 - (length % 8)) % 8);
}

/**
 * Reads a file's bytes. Throws DamagedFileError, naming `file`, when they are truncated, too long,
 * or not float32 safetensors.
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'the weights file'): Safetensors {
  const { header, start } = readHeader(bytes, file);
  const data = bytes.subarray(start);
  const tensors: Record<string, StoredTensor> = {};
  let used = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    tensors[name] = readTensor(data, name, entry, file);
    used += 4 * tensors[name].data.length;
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

function readTensor(data: Uint8Array, name: string, entry: unknown, file: string): StoredTensor {
  const parsed = ENTRY.safeParse(entry);
  if (!parsed.success)
    throw damaged(file, `tensor ${name} without type, shape and offsets`, 'all three');
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (dtype !== 'F32') throw damaged(file, `tensor ${name} of type ${dtype}`, 'F32');
  const [from, to] = offsets;
  if (to > data.length || to - from !== 4 * sizeOf(shape))
    throw damaged(
      file,
      `tensor ${name} at bytes ${from}–${to} of ${data.length}`,
      `${4 * sizeOf(shape)} bytes for the shape [${shape}]`,
    );
  return { shape, data: readFloats(data.subarray(from, to)) };
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The numbers in a copy of the bytes, which need not be aligned. */
function readFloats(bytes: Uint8Array): Float32Array {
  if (LITTLE_ENDIAN) return new Float32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
