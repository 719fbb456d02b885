/**
 * NumPy's array file (numpy.lib.format). Written, whole or row by row: version 1.0, Float64 in C order. Read: versions 1 to 3,
 * little-endian floats of 2, 4 or 8 bytes in C order; every other file is refused with its remedy.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import { readable } from './files.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const ALIGNMENT = 64;

/**
 * The bytes of an .npy file of `shape` with the row-major `parts` one after another.
 * Throws RangeError when their lengths do not add up to the shape.
 */
export function encodeNpy(shape: readonly number[], parts: readonly Float64Array[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
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
  const size = tail.reduce((a, b) => a * b, 1);
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
      writeAll(file, bytesOf(row), begin + 8 * size * count);
      count++;
      writeAll(file, header(count), 0);
    },
    close: () => closeSync(file),
  };
}

/** The numbers as an .npy file stores them; not a copy where the machine does so too. */
function bytesOf(row: Float64Array): Uint8Array {
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
  return parseHeader(headerOf(path, field).text, field, path).shape;
}

/**
 * One row of the first axis of a file that `growNpy` made, without reading the others. Throws InputError(field)
 * where it cannot be read, and DamagedFileError where it has no such row.
 */
export function readNpyRow(path: string, field: string, index: number): NpyArray {
  const { text, end } = headerOf(path, field);
  const [rows, ...tail] = parseHeader(text, field, path).shape;
  const size = tail.reduce((a, b) => a * b, 1);
  const bytes = readBytes(path, field, 8 * size, end + 8 * size * index);
  if (index >= rows || bytes.length < 8 * size)
    throw new DamagedFileError(
      `${path} has no row ${index}, expected ${index + 1} or more: write it again`,
    );
  return { shape: tail, data: toFloats(bytes.slice().buffer, size, 8) };
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
  /** Row-major; 2-byte floats come as Float32. */
  readonly data: Float32Array | Float64Array;
}

/**
 * The array of the file at `path`. Throws InputError(field) where it cannot be read, is no .npy file or
 * holds something else than floats in C order, and DamagedFileError where bytes are missing or left over.
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
  const { width, shape } = parseHeader(text, field, source);
  const size = shape.reduce((product, length) => product * length, 1);
  const found = bytes.length - end;
  if (found !== size * width)
    throw new DamagedFileError(
      `${source} holds ${found} bytes of numbers, expected ${size * width} for the shape (${shape}): save it again`,
    );
  // A copy, because the numbers of a buffer need not begin where typed arrays may.
  const { buffer } = new Uint8Array(bytes.subarray(end));
  return { shape, data: toFloats(buffer, size, width) };
}

const NOT_NPY = 'expected an .npy file: write one with numpy.save(file, array)';

/** The dictionary as text and where the numbers begin. */
function readHeader(
  bytes: Uint8Array,
  field: string,
  source: string,
): { text: string; end: number } {
  if (bytes.length < 10 || MAGIC.slice(0, 6).some((byte, i) => bytes[i] !== byte))
    throw new InputError(field, `${source} is no .npy file, ${NOT_NPY}`);
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

function parseHeader(
  text: string,
  field: string,
  source: string,
): { width: number; shape: number[] } {
  const kind = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const lengths = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (order === undefined || lengths === undefined)
    throw new DamagedFileError(
      `${source} has the header ${JSON.stringify(text.trim().slice(0, 60))}, expected descr, fortran_order and shape: save it again with numpy.save`,
    );
  const width = /^<f([248])$/.exec(kind ?? '')?.[1];
  if (width === undefined)
    throw new InputError(
      field,
      `${source} holds numbers of the type ${kind ?? 'record'}, expected <f2, <f4 or <f8: save array.astype('<f4')`,
    );
  if (order === 'True')
    throw new InputError(
      field,
      `${source} is in Fortran order, expected C order: save numpy.ascontiguousarray(array)`,
    );
  return { width: Number(width), shape: (lengths.match(/\d+/g) ?? []).map(Number) };
}

function toFloats(buffer: ArrayBuffer, size: number, width: number): Float32Array | Float64Array {
  if (isLittleEndian() && width === 8) return new Float64Array(buffer);
  if (isLittleEndian() && width === 4) return new Float32Array(buffer);
  const view = new DataView(buffer);
  if (width === 8)
    return Float64Array.from({ length: size }, (_, i) => view.getFloat64(8 * i, true));
  if (width === 4)
    return Float32Array.from({ length: size }, (_, i) => view.getFloat32(4 * i, true));
  return Float32Array.from({ length: size }, (_, i) => half(view.getUint16(2 * i, true)));
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
