/**
 * Tensors of our own models as bytes of the safetensors format, in float32 or float16, and back. The format's rules,
 * and reading other people's files: pretrained/safetensors.ts.
 */
import { setFloat16 } from '@petamoriken/float16';
import { DamagedFileError } from '../numerics/errors.ts';
import { shapeSize } from '../numerics/vectors.ts';
import { bytesSource, readHeader } from '../pretrained/safetensors.ts';
import { readStored, widen } from '../pretrained/stored.ts';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = Readonly<Record<string, StoredTensor>>;

export interface Safetensors {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How numbers are written. */
const TYPES = {
  F32: {
    bytes: 4,
    write: (view: DataView, at: number, value: number) => view.setFloat32(at, value, true),
  },
  F16: {
    bytes: 2,
    write: (view: DataView, at: number, value: number) => setFloat16(view, at, value, true),
  },
} as const;

export type NumberType = keyof typeof TYPES;

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
 * Reads a file's bytes. Throws DamagedFileError, naming `file`, when they break a rule of the format, or hold numbers
 * that are not float32 or float16, or not finite.
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'the weights file'): Safetensors {
  const { entries, metadata } = readHeader(bytesSource(file, bytes));
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, entry] of entries) {
    if (!Object.hasOwn(TYPES, entry.type))
      throw new DamagedFileError(
        `${file}: found tensor ${name} of type ${entry.type}, expected F32 or F16: fetch or train the model again`,
      );
    const stored = readStored(entry);
    const data = stored.type === 'F32' ? stored.data : new Float32Array(stored.data.length);
    if (stored.type !== 'F32') widen(stored, 0, data, 0, data.length);
    tensors[name] = { shape: entry.shape, data };
  }
  return { tensors, metadata };
}
