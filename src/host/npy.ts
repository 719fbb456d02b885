/**
 * NumPy's array file (numpy.lib.format). Written, whole or row by row: version 1.0, Float64 in C order. Read: versions
 * 1 to 3, real numbers and truth values of up to 8 bytes, in either order of bytes and of axes; every other file is
 * refused with its remedy.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import { shapeSize } from '../numerics/vectors.ts';
import { readable } from './files.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const ALIGNMENT = 64;

/**
 * The bytes of an .npy file of `shape` with the row-major `parts` one after another.
 * Throws RangeError when their lengths do not add up to the shape.
 */
export function encodeNpy(shape: readonly number[], parts: readonly Float64Array[]): Uint8Array {
  const size = shapeSize(shape);
  const given = parts.reduce((sum, part) => sum + part.length, 0);
  if (given !== size)
    throw new RangeError(`an array of shape [${shape}] needs ${size} values, got ${given}`);
  const header = npyHeader(shape);
  const bytes = new Uint8Array(header.length + 8 * size);
  bytes.set(header);
  fillFloat64(new DataView(bytes.buffer, header.length), parts);
  return bytes;
}

function fillFloat64(view: DataView, parts: readonly Float64Array[]): void {
  let offset = 0;
  for (const part of parts)
    for (const value of part) {
      view.setFloat64(offset, value, true);
      offset += 8;
    }
}

/**
 * Magic, length and dictionary, padded so that the numbers begin at a multiple of 64; `room` more
 * characters leave space for a first axis that grows.
 */
function npyHeader(shape: readonly number[], room = 0): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const entries = `{'descr': '<f8', 'fortran_order': False, 'shape': (${tuple}), }`;
  const fixed = MAGIC.length + 2;
  const total = Math.ceil((fixed + entries.length + room + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${entries.padEnd(total - fixed - 1)}\n`;
  const length = [text.length & 0xff, text.length >> 8];
  return Uint8Array.from([...MAGIC, ...length, ...new TextEncoder().encode(text)]);
}

/** An .npy file that grows along its first axis and is readable after every row. */
export interface NpyWriter {
  /** Writes the next row; its numbers have the shape of `tail`. */
  append(row: Float64Array): void;
  close(): void;
}

/**
 * Opens the file at `path` for rows of shape `tail`, new, or to go on after the first `rows` rows of an
 * existing one. The header counts a row only after its numbers are written, so that a file that was
 * interrupted holds whole rows. Throws RangeError for a row of a wrong length, and the system's errors.
 */
export function growNpy(path: string, tail: readonly number[], rows = 0): NpyWriter {
  const file = openSync(path, rows > 0 ? 'r+' : 'w');
  const size = shapeSize(tail);
  // Whatever the count, the header has the length of the largest one.
  const digits = String(Number.MAX_SAFE_INTEGER).length;
  const header = (count: number) => npyHeader([count, ...tail], digits - String(count).length);
  const begin = header(0).length;
  let count = rows;
  if (rows > 0) ftruncateSync(file, begin + 8 * size * rows);
  writeAll(file, header(count), 0);
  return {
    append(row) {
      if (row.length !== size)
        throw new RangeError(`a row of shape [${tail}] needs ${size} values, got ${row.length}`);
      writeAll(file, npyBytes(row), begin + 8 * size * count);
      count++;
      writeAll(file, header(count), 0);
    },
    close: () => closeSync(file),
  };
}

/** The numbers as an .npy file stores them; not a copy where the machine does so too. */
export function npyBytes(row: Float64Array): Uint8Array {
  if (isLittleEndian()) return new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  const bytes = new Uint8Array(row.byteLength);
  fillFloat64(new DataView(bytes.buffer), [row]);
  return bytes;
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

/** The shape that the header of the file states. Throws like `readNpy`. */
export function npyShape(path: string, field: string): readonly number[] {
  return parseHeader(headerOf(path, field).text, path).shape;
}

/**
 * One row of the first axis of a file that `growNpy` made, without reading the others. Throws InputError(field)
 * where it cannot be read, and DamagedFileError where it has no such row, or is another program's.
 */
export function readNpyRow(path: string, field: string, index: number): NpyArray {
  const { rows, tail, size, end } = grownHeader(path, field);
  const bytes = readBytes(path, field, 8 * size, end + 8 * size * index);
  if (index >= rows || bytes.length < 8 * size) throw noRow(path, index);
  return { shape: tail, data: valuesOf(bytes.slice().buffer, size, FLOAT64, true) };
}

/** The bytes of the numbers of such a file's first rows, some at a time. Throws as `readNpyRow`, for the last row. */
export function* npyRowBytes(path: string, field: string, count: number): Generator<Uint8Array> {
  const { rows, size, end } = grownHeader(path, field);
  if (count > rows) throw noRow(path, count - 1);
  const length = 8 * size * count;
  for (let done = 0; done < length; ) {
    const bytes = readBytes(path, field, Math.min(PIECE, length - done), end + done);
    if (bytes.length === 0) throw noRow(path, count - 1);
    yield bytes;
    done += bytes.length;
  }
}

/** Bytes read at a time. */
const PIECE = 1 << 20;

const noRow = (path: string, index: number) =>
  new DamagedFileError(
    `${path} has no row ${index}, expected ${index + 1} or more: write it again`,
  );

/** Rows and their shape of a file that `growNpy` made, and where its numbers begin. */
function grownHeader(path: string, field: string) {
  const { text, end } = headerOf(path, field);
  const { type, fortran, shape } = parseHeader(text, path);
  if (type !== '<f8' || fortran)
    throw new DamagedFileError(
      `${path} has numbers of the type ${type}${fortran ? ' in Fortran order' : ''}, expected <f8 in C order, as they were written: save it so again`,
    );
  const [rows, ...tail] = shape;
  return { rows, tail, size: shapeSize(tail), end };
}

const headerOf = (path: string, field: string) =>
  readHeader(readBytes(path, field, 1024, 0), field, path);

/** At most so many bytes of a file, from a position on. */
function readBytes(path: string, field: string, length: number, position: number): Uint8Array {
  return readable(field, path, (name) => {
    const file = openSync(name, 'r');
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      for (let read = 1; read > 0 && done < length; done += read)
        read = readSync(file, bytes, done, length - done, position + done);
      return bytes.subarray(0, done);
    } finally {
      closeSync(file);
    }
  });
}

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major; floats of 2 and 4 bytes come as Float32, all others as Float64. */
  readonly data: Float32Array | Float64Array;
}

/** Whether bytes begin as an .npy file does. */
export const isNpy = (bytes: Uint8Array): boolean =>
  bytes.length >= 10 && MAGIC.slice(0, 6).every((byte, i) => bytes[i] === byte);

/**
 * The array of the file at `path`. Throws InputError(field) where it cannot be read, is no .npy file, or holds
 * something else than real numbers that Float64 has; DamagedFileError where bytes are missing or left over.
 */
export function readNpy(path: string, field: string): NpyArray {
  return decodeNpy(
    readable(field, path, (file) => readFileSync(file)),
    field,
    path,
  );
}

/** The array of the bytes of an .npy file, called `source` in messages. Throws like `readNpy`. */
export function decodeNpy(bytes: Uint8Array, field: string, source: string): NpyArray {
  const { text, end } = readHeader(bytes, field, source);
  const { type, fortran, shape } = parseHeader(text, source);
  const reader = READERS.get(type.slice(1));
  if (!reader) throw new InputError(field, `${source} holds ${refusalOf(type)}`);
  const size = shapeSize(shape);
  const found = bytes.length - end;
  if (found !== size * reader.width)
    throw new DamagedFileError(
      `${source} holds ${found} bytes of numbers, expected ${size * reader.width} for the shape (${shape}): save it again`,
    );
  // A copy, because the numbers of a buffer need not begin where typed arrays may.
  const { buffer } = new Uint8Array(bytes.subarray(end));
  const data = valuesOf(buffer, size, reader, !type.startsWith('>'));
  if (reader.exact) checkExact(data, field, source);
  return { shape, data: fortran && shape.length > 1 ? toRowMajor(data, shape) : data };
}

const NOT_NPY = 'expected an .npy file: write one with numpy.save(file, array)';

/** The dictionary as text and where the numbers begin. */
function readHeader(
  bytes: Uint8Array,
  field: string,
  source: string,
): { text: string; end: number } {
  if (!isNpy(bytes)) throw new InputError(field, `${source} is no .npy file, ${NOT_NPY}`);
  const version = bytes[6];
  if (version < 1 || version > 3)
    throw new InputError(
      field,
      `${source} has the .npy version ${version}, expected 1 to 3: write it with numpy.save`,
    );
  const begin = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length =
    version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true);
  const end = begin + length;
  if (length === 0 || bytes.length < end)
    throw new DamagedFileError(
      `${source} ends after ${bytes.length} bytes inside its header, expected at least ${end}: save it again`,
    );
  return {
    text: new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(begin, end)),
    end,
  };
}

interface NpyHeader {
  /** As numpy writes it, such as <f8; RECORD for structured arrays. */
  readonly type: string;
  /** The first axis is the fastest. */
  readonly fortran: boolean;
  readonly shape: number[];
}

const RECORD = 'record';

function parseHeader(text: string, source: string): NpyHeader {
  const type = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1] ?? RECORD;
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const lengths = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (order === undefined || lengths === undefined)
    throw new DamagedFileError(
      `${source} has the header ${JSON.stringify(text.trim().slice(0, 60))}, expected descr, fortran_order and shape: save it again with numpy.save`,
    );
  return {
    type,
    fortran: order === 'True',
    shape: (lengths.match(/\d+/g) ?? []).map(Number),
  };
}

interface Reader {
  /** Bytes of a number. */
  readonly width: number;
  readonly array: Float32ArrayConstructor | Float64ArrayConstructor;
  /** Whether there are numbers that Float64 rounds. */
  readonly exact?: boolean;
  read(view: DataView, at: number, little: boolean): number;
}

const whole = (width: number, read: Reader['read']): Reader => ({
  width,
  array: Float64Array,
  read,
});

const long = (read: (...place: Parameters<Reader['read']>) => bigint): Reader => ({
  ...whole(8, (...place) => Number(read(...place))),
  exact: true,
});

const FLOAT64: Reader = {
  width: 8,
  array: Float64Array,
  read: (view, at, little) => view.getFloat64(at, little),
};

/** By numpy's name of the type, without the order of bytes. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['f8', FLOAT64],
  ['f4', { width: 4, array: Float32Array, read: (view, at, le) => view.getFloat32(at, le) }],
  ['f2', { width: 2, array: Float32Array, read: (view, at, le) => half(view.getUint16(at, le)) }],
  ['i1', whole(1, (view, at) => view.getInt8(at))],
  ['u1', whole(1, (view, at) => view.getUint8(at))],
  ['b1', whole(1, (view, at) => view.getUint8(at))],
  ['i2', whole(2, (view, at, little) => view.getInt16(at, little))],
  ['u2', whole(2, (view, at, little) => view.getUint16(at, little))],
  ['i4', whole(4, (view, at, little) => view.getInt32(at, little))],
  ['u4', whole(4, (view, at, little) => view.getUint32(at, little))],
  ['i8', long((view, at, little) => view.getBigInt64(at, little))],
  ['u8', long((view, at, little) => view.getBigUint64(at, little))],
]);

/** Why numbers of another type are not read, and how they are saved without loss. */
function refusalOf(type: string): string {
  if (type === RECORD)
    return "a structured array, expected plain numbers: save its fields one by one, such as array['x']";
  const kind = type[1];
  if (kind === 'c')
    return `complex numbers (${type}), expected real ones: save numpy.stack([array.real, array.imag], axis=-1)`;
  if (kind === 'f')
    return `numbers of the type ${type}, which have more digits than Float64: expected up to <f8, save array.astype('<f8') where sixteen digits are enough`;
  return `the type ${type}, expected floats, whole numbers or truth values: save an array of numbers`;
}

/** Throws InputError(field) for a whole number that Float64 may have rounded. */
function checkExact(data: ArrayLike<number>, field: string, source: string): void {
  for (let i = 0; i < data.length; i++)
    if (!Number.isSafeInteger(data[i]))
      throw new InputError(
        field,
        `${source} holds a whole number near ${data[i]}: expected them below 2^53, where Float64 rounds none; subtract what they share, such as array - array.min(), or save array.astype('<f8') where rounding is meant`,
      );
}

function valuesOf(buffer: ArrayBuffer, size: number, reader: Reader, little: boolean) {
  const { width, array, read } = reader;
  if (width === array.BYTES_PER_ELEMENT && !reader.exact && little && isLittleEndian())
    return new array(buffer);
  const view = new DataView(buffer);
  const values = new array(size);
  for (let i = 0; i < size; i++) values[i] = read(view, width * i, little);
  return values;
}

/** Numbers whose first axis is the fastest in the order in which the last one is. */
function toRowMajor<T extends Float32Array | Float64Array>(data: T, shape: readonly number[]): T {
  const turned = data.slice() as T;
  const strides = shape.map((_, k) => shapeSize(shape.slice(0, k)));
  const at = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < data.length; i++) {
    turned[i] = data[from];
    for (let k = shape.length - 1; k >= 0; k--) {
      from += strides[k];
      if (++at[k] < shape[k]) break;
      from -= strides[k] * shape[k];
      at[k] = 0;
    }
  }
  return turned;
}

const isLittleEndian = () => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** An IEEE 754 half-precision number from its bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
