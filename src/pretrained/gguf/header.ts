/**
 * The header of a GGUF file, read strictly: metadata by key, and which tensors lie where. Not what they mean.
 * Source: the format's description in github.com/ggml-org/ggml , versions 2 and 3, little-endian.
 */
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { quoted } from '../../numerics/printable.ts';
import { shapeSize } from '../../numerics/vectors.ts';
import { type ByteSource, isPointer } from '../safetensors.ts';
import { OTHER_TYPES, QUANTISED, type QuantisedType } from './quantised.ts';

export type MetadataValue = number | boolean | string | readonly MetadataValue[];
export type Metadata = ReadonlyMap<string, MetadataValue>;

export interface GgufTensor {
  readonly name: string;
  /** Row-major, the slowest dimension first: the file has them the other way round. */
  readonly shape: readonly number[];
  readonly type: QuantisedType;
  /** Where its bytes begin and end in the file. */
  readonly from: number;
  readonly to: number;
}

export interface GgufHeader {
  readonly metadata: Metadata;
  /** In the order of the file. */
  readonly tensors: readonly GgufTensor[];
}

/** What a file of the format begins with. */
export const MAGIC = 'GGUF';
const PIECE = 1 << 20;
/** Files have four dimensions at most. */
const MOST_DIMENSIONS = 4;

/**
 * Header of a file, whose numbers are not read. Throws DamagedFileError for one that ends too early, names something
 * twice, or whose tensors do not fill its data; InputError for what is not read: other versions and byte orders, types
 * of numbers, and parts of a split file.
 */
export function readGguf(source: ByteSource): GgufHeader {
  const file = cursorOf(source);
  if (isPointer(source))
    throw new DamagedFileError(
      `${source.name}: found a pointer of Git LFS, expected the model: fetch it by git lfs pull`,
    );
  if (source.size < MAGIC.length || file.text(MAGIC.length) !== MAGIC)
    throw new DamagedFileError(`${source.name} is no GGUF file: fetch it again`);
  checkVersion(source, file.u32());
  const [tensorCount, entryCount] = [file.count(), file.count()];
  const metadata = new Map<string, MetadataValue>();
  for (let k = 0; k < entryCount; k++) {
    const key = file.string();
    if (metadata.has(key))
      throw new DamagedFileError(`${source.name} has the key ${quoted(key)} twice`);
    metadata.set(key, metadataValue(file, file.u32()));
  }
  refuseParts(source, metadata);
  const infos = Array.from({ length: tensorCount }, () => infoOf(file));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1)
    throw new DamagedFileError(
      `${source.name}: general.alignment is ${alignment}: expected a whole number from 1 on`,
    );
  return { metadata, tensors: placed(source, infos, file.place(), alignment) };
}

function checkVersion({ name }: ByteSource, version: number): void {
  if (version === 2 || version === 3) return;
  // 3 with its bytes turned around
  const other = version > 0xffff ? 'with the other order of bytes' : `of version ${version}`;
  throw new InputError(
    'model',
    `${name} is a GGUF file ${other}: expected version 2 or 3, little-endian, as llama.cpp writes it today: convert the model anew`,
  );
}

function refuseParts({ name }: ByteSource, metadata: Metadata): void {
  const count = metadata.get('split.count');
  if (typeof count !== 'number' || count <= 1) return;
  const part = Number(metadata.get('split.no') ?? 0) + 1;
  throw new InputError(
    'model',
    `${name} is part ${part} of ${count} of a split model: expected one whole file: join the parts once by llama-gguf-split --merge FIRST_PART WHOLE.gguf`,
  );
}

interface Info {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
}

function infoOf(file: Cursor): Info {
  const name = file.string();
  const dimensions = file.u32();
  if (dimensions > MOST_DIMENSIONS)
    throw file.damaged(
      `tensor ${quoted(name)} has ${dimensions} dimensions, at most 4 are expected`,
    );
  const shape = Array.from({ length: dimensions }, () => file.u64()).reverse();
  return { name, shape, type: file.u32(), offset: file.u64() };
}

/** Tensors follow each other at multiples of the alignment, as llama.cpp expects them; nothing overlaps or is left. */
function placed(
  { name: file, size }: ByteSource,
  infos: readonly Info[],
  end: number,
  alignment: number,
): GgufTensor[] {
  const aligned = (place: number) => Math.ceil(place / alignment) * alignment;
  const start = aligned(end);
  const seen = new Set<string>();
  let expected = 0;
  return infos.map(({ name, shape, type, offset }) => {
    if (seen.has(name))
      throw new DamagedFileError(`${file} has tensor ${quoted(name)} twice: expected it once`);
    seen.add(name);
    const known = QUANTISED[type];
    if (!known) throw unreadType(file, name, type);
    const columns = shape.at(-1) ?? 1;
    const numbers = shapeSize(shape);
    if (!Number.isSafeInteger(numbers) || columns % known.numbers !== 0)
      throw new DamagedFileError(
        `${file}: tensor ${quoted(name)} [${shape}] of ${known.name}: expected rows of a multiple of ${known.numbers} numbers`,
      );
    if (offset !== expected)
      throw new DamagedFileError(
        `${file}: tensor ${quoted(name)} begins at byte ${offset} of the data, expected ${expected}, behind the one before: fetch the file again`,
      );
    const bytes = (numbers / known.numbers) * known.bytes;
    const from = start + offset;
    if (from + bytes > size)
      throw new DamagedFileError(
        `${file} has ${size} bytes, and tensor ${quoted(name)} ends at byte ${from + bytes}: it was cut off, fetch it again`,
      );
    expected = aligned(offset + bytes);
    return { name, shape, type: known, from, to: from + bytes };
  });
}

function unreadType(file: string, tensor: string, type: number): InputError {
  const names = Object.values(QUANTISED).map(({ name }) => name);
  return new InputError(
    'model',
    `${file}: tensor ${quoted(tensor)} is of type ${OTHER_TYPES[type] ?? `number ${type}`}, which is not read: expected ${names.join(', ')}. Take such a file of the model (Q4_K_M and Q8_0 are common), make one by llama-quantize --allow-requantize FILE OUT.gguf Q8_0, or a folder:\n${FOLDER_LINES(file)}`,
  );
}

/**
 * Python that makes a folder of a file that we cannot read and transformers can: save_pretrained refuses a model that
 * was read from GGUF, so its weights go through a fresh one, whose config must not call them quantised.
 */
export const FOLDER_LINES = (file: string): string =>
  [
    `python3 -c 'from transformers import AutoModelForCausalLM as M, AutoTokenizer as T`,
    `read = dict(pretrained_model_name_or_path=".", gguf_file="${file}")`,
    `model = M.from_pretrained(**read, dtype="float32")`,
    `model.config.__dict__.pop("quantization_config", None)`,
    `fresh = M.from_config(model.config); fresh.load_state_dict(model.state_dict())`,
    `fresh.save_pretrained("FOLDER"); T.from_pretrained(**read).save_pretrained("FOLDER")'`,
  ].join('\n');

/** Numbers and texts of a file, one behind the other. */
interface Cursor {
  u32(): number;
  /** Throws DamagedFileError above 2^53. */
  u64(): number;
  /** As `u64`, of things that each take a byte at least. */
  count(): number;
  text(length: number): string;
  string(): string;
  number(type: number): number | boolean;
  place(): number;
  damaged(what: string): DamagedFileError;
}

function cursorOf(source: ByteSource): Cursor {
  const { name, size } = source;
  let [at, begin] = [0, 0];
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The place of `length` bytes in the view, which are read where they have not been. */
  const take = (length: number): number => {
    if (at + length > size)
      throw new DamagedFileError(
        `${name} ends within its header, at byte ${size}: it was cut off, fetch it again`,
      );
    if (at + length > begin + bytes.length) {
      begin = at;
      bytes = source.read(at, Math.min(size, at + Math.max(length, PIECE)));
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    at += length;
    return at - length - begin;
  };
  const damaged = (what: string) => new DamagedFileError(`${name}: ${what}: fetch it again`);
  const whole = (value: bigint): number => {
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < -BigInt(Number.MAX_SAFE_INTEGER))
      throw damaged(`${value} is out of range`);
    return Number(value);
  };
  // the view is another one once bytes were taken
  const get = <V>(length: number, read: (view: DataView, place: number) => V): V => {
    const place = take(length);
    return read(view, place);
  };
  const u64 = () => whole(get(8, (from, place) => from.getBigUint64(place, true)));
  const text = (length: number): string => {
    const place = take(length);
    const own = bytes.subarray(place, place + length);
    try {
      return utf8.decode(own);
    } catch {
      throw damaged(`a text at byte ${at - length} of its header is no UTF-8`);
    }
  };
  const count = (): number => {
    const value = u64();
    if (value > size - at)
      throw damaged(
        `it was cut off or altered: byte ${at - 8} tells of ${value} more, it has ${size - at}`,
      );
    return value;
  };
  const readers: Readonly<Record<number, () => number | boolean>> = {
    0: () => get(1, (from, place) => from.getUint8(place)),
    1: () => get(1, (from, place) => from.getInt8(place)),
    2: () => get(2, (from, place) => from.getUint16(place, true)),
    3: () => get(2, (from, place) => from.getInt16(place, true)),
    4: () => get(4, (from, place) => from.getUint32(place, true)),
    5: () => get(4, (from, place) => from.getInt32(place, true)),
    6: () => get(4, (from, place) => from.getFloat32(place, true)),
    7() {
      const value = get(1, (from, place) => from.getUint8(place));
      if (value > 1) throw damaged(`byte ${at - 1} of its header is ${value}, expected 0 or 1`);
      return value === 1;
    },
    10: u64,
    11: () => whole(get(8, (from, place) => from.getBigInt64(place, true))),
    12: () => get(8, (from, place) => from.getFloat64(place, true)),
  };
  return {
    u32: () => get(4, (from, place) => from.getUint32(place, true)),
    u64,
    count,
    text,
    string: () => text(count()),
    number(type) {
      const read = readers[type];
      if (!read) throw damaged(`a value at byte ${at} of its header is of type ${type}`);
      return read();
    },
    place: () => at,
    damaged,
  };
}

const [STRING, ARRAY] = [8, 9];

function metadataValue(file: Cursor, type: number, nested = 0): MetadataValue {
  if (type === STRING) return file.string();
  if (type !== ARRAY) return file.number(type);
  if (nested > 3) throw file.damaged('lists within lists within lists');
  const element = file.u32();
  const length = file.count();
  const values = new Array<MetadataValue>(length);
  for (let k = 0; k < length; k++) values[k] = metadataValue(file, element, nested + 1);
  return values;
}
