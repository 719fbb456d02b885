/**
 * Numbers as a file holds them: 16-bit ones stay 16 bits wide in memory and are widened where they are used.
 * Not the names and shapes that are wanted: tensors.ts.
 */
import { DamagedFileError } from '../numerics/errors.ts';
import { once } from '../numerics/once.ts';
import { notFiniteAt, shapeSize } from '../numerics/vectors.ts';
import { labelOf, type TensorEntry } from './safetensors.ts';

/** What a network computes with. */
export type Numbers = Float32Array | Float64Array;

/** Row-major numbers of a tensor. Bit patterns where the type has 16 bits. */
export type Stored = { readonly shape: readonly number[] } & (
  | { readonly type: 'F64'; readonly data: Float64Array }
  | { readonly type: 'F32'; readonly data: Float32Array }
  | { readonly type: 'F16' | 'BF16'; readonly data: Uint16Array }
);

export const FLOAT_TYPES = ['F64', 'F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

export const isFloatType = (type: string): type is FloatType =>
  (FLOAT_TYPES as readonly string[]).includes(type);

/**
 * The numbers of a tensor, read straight to where they stay: `into`, or a buffer of their own. Throws
 * DamagedFileError for numbers that are not finite.
 */
export function readStored(entry: TensorEntry, into?: Uint8Array): Stored {
  const { type, shape, source, from, to } = entry;
  if (!isFloatType(type))
    throw new DamagedFileError(
      `${source.name}: tensor ${labelOf(entry)} is of type ${type}, expected ${FLOAT_TYPES.join(', ')}`,
    );
  const stored = overBytes(type, shape, source.read(from, to, into));
  const at = notFinite(stored);
  if (at >= 0)
    throw new DamagedFileError(
      `${source.name}: tensor ${labelOf(entry)} of shape [${shape}] holds ${valueAt(stored, at)} at place ${at}, expected finite numbers: fetch the file again`,
    );
  return stored;
}

/** Numbers of a type whose bytes these are. */
export function overBytes(type: FloatType, shape: readonly number[], bytes: Uint8Array): Stored {
  const width = type === 'F64' ? 8 : type === 'F32' ? 4 : 2;
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const length = shapeSize(shape);
  if (type === 'F64') return { type, shape, data: new Float64Array(buffer, byteOffset, length) };
  if (type === 'F32') return { type, shape, data: new Float32Array(buffer, byteOffset, length) };
  return { type, shape, data: new Uint16Array(buffer, byteOffset, length) };
}

/** The exponent of the 16-bit types when all its bits are set: infinity or NaN. */
const EXPONENTS = { F16: 0x7c00, BF16: 0x7f80 } as const;

/** The place of the first number that is not finite, or −1. */
function notFinite(stored: Stored): number {
  if (stored.type === 'F16' || stored.type === 'BF16') {
    const exponent = EXPONENTS[stored.type];
    const { data } = stored;
    let at = 0;
    while (at < data.length && (data[at] & exponent) !== exponent) at++;
    return at < data.length ? at : -1;
  }
  return notFiniteAt(stored.data);
}

/** The float16 of each of the 65,536 patterns (IEEE 754 binary16), exact in float32. */
export const float16Values = once(() => {
  const values = new Float32Array(2 ** 16);
  // 2^(e − 25): what the last place of the exponent e weighs
  for (let exponent = 1, place = 2 ** -24; exponent < 31; exponent++, place *= 2)
    for (let last = 0; last < 1024; last++) {
      if (exponent === 1) values[last] = last * place;
      values[exponent * 1024 + last] = (1024 + last) * place;
    }
  values.fill(Number.NaN, 31 * 1024, 2 ** 15);
  values[31 * 1024] = Number.POSITIVE_INFINITY;
  for (let pattern = 0; pattern < 2 ** 15; pattern++) values[2 ** 15 + pattern] = -values[pattern];
  return values;
});

/** A bfloat16 is the upper half of a float32. */
const wide = new Uint32Array(1);
const widened = new Float32Array(wide.buffer);

function valueAt(stored: Stored, at: number): number {
  const one = new Float64Array(1);
  widen(stored, at, one, 0, 1);
  return one[0];
}

/** Writes `count` numbers from place `from` on to `to`, from its place `start` on. */
export function widen(
  stored: Stored,
  from: number,
  to: Numbers,
  start: number,
  count: number,
): void {
  if (stored.type === 'F32' || stored.type === 'F64') {
    const { data } = stored;
    for (let i = 0; i < count; i++) to[start + i] = data[from + i];
  } else if (stored.type === 'F16') {
    const [values, { data }] = [float16Values(), stored];
    for (let i = 0; i < count; i++) to[start + i] = values[data[from + i]];
  } else {
    const { data } = stored;
    for (let i = 0; i < count; i++) {
      wide[0] = data[from + i] << 16;
      to[start + i] = widened[0];
    }
  }
}

/** All numbers of a tensor in float64: for vectors, of which a network has few. */
export function wideVector(stored: Stored): Float64Array {
  const out = new Float64Array(stored.data.length);
  widen(stored, 0, out, 0, out.length);
  return out;
}

/** The same numbers over other places of the data; `shape` has as many numbers. */
function over(stored: Stored, shape: readonly number[], from: number, to: number): Stored {
  if (stored.type === 'F64') return { ...stored, shape, data: stored.data.subarray(from, to) };
  if (stored.type === 'F32') return { ...stored, shape, data: stored.data.subarray(from, to) };
  return { ...stored, shape, data: stored.data.subarray(from, to) };
}

/** Rows from … to − 1 as a view, not a copy; a vector's numbers are its rows. */
export function storedRows(stored: Stored, from: number, to: number): Stored {
  const across = shapeSize(stored.shape.slice(1));
  return over(stored, [to - from, ...stored.shape.slice(1)], from * across, to * across);
}

/** The rows of a matrix, or numbers of a vector, in another order: a copy. */
export function storedRowsAt(stored: Stored, rows: readonly number[]): Stored {
  const across = shapeSize(stored.shape.slice(1));
  return filled(stored, [rows.length, ...stored.shape.slice(1)], (to, from) => {
    for (const [i, row] of rows.entries())
      to.set(from.subarray(row * across, (row + 1) * across), i * across);
  });
}

/** [in, out] → [out, in]: a copy. */
export function storedTransposed(stored: Stored): Stored {
  const [rows, columns] = stored.shape;
  return filled(stored, [columns, rows], (to, from) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
  });
}

type Data = Float64Array | Float32Array | Uint16Array;

function filled(
  stored: Stored,
  shape: readonly number[],
  fill: (to: Data, from: Data) => void,
): Stored {
  const made = <D extends Data>(data: D) => {
    fill(data, stored.data);
    return data;
  };
  const length = shapeSize(shape);
  if (stored.type === 'F64') return { ...stored, shape, data: made(new Float64Array(length)) };
  if (stored.type === 'F32') return { ...stored, shape, data: made(new Float32Array(length)) };
  return { ...stored, shape, data: made(new Uint16Array(length)) };
}

/** Compared at a time. */
const PIECE = 1 << 20;

/** Both tensors are the same bytes of the same type, without keeping them. */
export function sameNumbers(a: TensorEntry, b: TensorEntry): boolean {
  if (a.type !== b.type || a.to - a.from !== b.to - b.from) return false;
  for (let at = 0; at < a.to - a.from; at += PIECE) {
    const end = Math.min(at + PIECE, a.to - a.from);
    const [left, right] = [a, b].map(({ source, from }) => source.read(from + at, from + end));
    for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  }
  return true;
}
