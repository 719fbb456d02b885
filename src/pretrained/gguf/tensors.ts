/**
 * The tensors of a GGUF file as those of a Hugging Face checkpoint: by its names, packed numbers as float32 that is
 * unpacked while it is read, rows and norms as the reference library has them. Not their bytes: quantised.ts.
 */
import { InputError } from '../../numerics/errors.ts';
import { once } from '../../numerics/once.ts';
import { shapeSize } from '../../numerics/vectors.ts';
import type { ByteSource, TensorEntry } from '../safetensors.ts';
import type { GgufTensor } from './header.ts';

/** What is done to a tensor on the way: rows in another order, or one taken from each number. */
export interface Change {
  /** Row i of the checkpoint is row `rows(i)` of the file. */
  readonly rows?: (row: number) => number;
  /** Its norms hold the gain itself, the checkpoint's the gain − 1 (Gemma). */
  readonly lessOne?: boolean;
}

/** Packed bytes that are read at a time. */
const PIECE = 1 << 18;

/** Where they are read to: a new place for each would take as much memory as the file before it is given back. */
const piece = once(() => new Uint8Array(PIECE));

/** Bytes that are good until others are read. */
const packedBytes = (file: ByteSource, from: number, to: number): Uint8Array =>
  file.read(from, to, to - from <= PIECE ? piece().subarray(0, to - from) : undefined);

/** The tensor under the checkpoint's name; its source is read by row, straight to where the numbers stay. */
export function entryOf(
  file: ByteSource,
  tensor: GgufTensor,
  name: string,
  change: Change,
): TensorEntry {
  const { type, shape } = tensor;
  if (change.lessOne && type.name !== 'F32')
    throw new InputError(
      'model',
      `${file.name}: ${tensor.name} is of type ${type.name}: expected a norm in F32, so convert the model anew`,
    );
  const width = type.name === 'F16' || type.name === 'BF16' ? 2 : 4;
  // the numbers of a vector are its rows, where these have another order
  const columns = change.rows && shape.length === 1 ? 1 : (shape.at(-1) ?? 1);
  const rowBytes = columns * width;
  const bytes = shapeSize(shape) * width;
  const read = rowReader(file, tensor, change, { columns, rowBytes, count: bytes / rowBytes });
  return {
    name,
    stored: tensor.name,
    type: width === 4 ? 'F32' : type.name,
    shape,
    from: 0,
    to: bytes,
    source: {
      name: file.name,
      size: bytes,
      read(from, to, into = new Uint8Array(to - from)) {
        const [first, end] = [Math.floor(from / rowBytes), Math.ceil(to / rowBytes)];
        if (from === first * rowBytes && to === end * rowBytes && into.byteOffset % width === 0)
          read(first, end, into);
        else {
          const rows = new Uint8Array((end - first) * rowBytes);
          read(first, end, rows);
          into.set(rows.subarray(from - first * rowBytes, to - first * rowBytes));
        }
        return into;
      },
    },
  };
}

/** Writes rows first … end − 1 as bytes of the entry's type. */
function rowReader(
  file: ByteSource,
  { from, type }: GgufTensor,
  { rows, lessOne }: Change,
  { columns, rowBytes, count }: { columns: number; rowBytes: number; count: number },
) {
  const blocks = columns / type.numbers;
  const packedRow = blocks * type.bytes;
  /** Rows of the file, one behind the other. */
  const unpack = (packed: Uint8Array, count: number, into: Uint8Array): void => {
    if (type.unpack)
      type.unpack(
        packed,
        0,
        count * blocks,
        new Float32Array(into.buffer, into.byteOffset, count * columns),
        0,
      );
    else into.set(packed);
  };
  const inOrder = (first: number, end: number, into: Uint8Array): void => {
    const most = Math.max(1, Math.floor(PIECE / packedRow));
    for (let row = first; row < end; row += most) {
      const next = Math.min(end, row + most);
      const packed = packedBytes(file, from + row * packedRow, from + next * packedRow);
      unpack(
        packed,
        next - row,
        into.subarray((row - first) * rowBytes, (next - first) * rowBytes),
      );
    }
  };
  const inPlaces = (
    first: number,
    end: number,
    into: Uint8Array,
    rows: (row: number) => number,
  ): void => {
    const packed = packedBytes(file, from, from + count * packedRow);
    for (let row = first; row < end; row++) {
      const own = packed.subarray(rows(row) * packedRow, (rows(row) + 1) * packedRow);
      unpack(own, 1, into.subarray((row - first) * rowBytes, (row - first + 1) * rowBytes));
    }
  };
  return (first: number, end: number, into: Uint8Array): void => {
    if (rows) inPlaces(first, end, into, rows);
    else inOrder(first, end, into);
    if (lessOne) {
      const values = new Float32Array(into.buffer, into.byteOffset, into.length / 4);
      for (let i = 0; i < values.length; i++) values[i] -= 1;
    }
  };
}
