/** GGUF files written anew by a few lines of their own, to change what a fixture says. */
import { readGguf } from '../../src/pretrained/gguf/header.ts';
import { QUANTISED } from '../../src/pretrained/gguf/quantised.ts';
import { sourceOf } from './fixtures.ts';

/** A value with the format's number of its type; of an array with that of its elements. */
export interface Field {
  readonly type: number;
  readonly value: unknown;
  readonly of?: number;
}

export interface RawGguf {
  readonly version: number;
  readonly fields: ReadonlyMap<string, Field>;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: number;
    readonly offset: number;
  }[];
  readonly data: Uint8Array;
}

const [U32, F32, BOOL, TEXT, ARRAY] = [4, 6, 7, 8, 9];

const typeOf = (value: unknown): number => {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'boolean') return BOOL;
  return Number.isInteger(value) ? U32 : F32;
};

/** What a file says, to be changed. */
export function fieldsOf(bytes: Uint8Array): RawGguf {
  const { metadata, tensors } = readGguf(sourceOf(bytes));
  const start = Math.min(...tensors.map(({ from }) => from));
  const fields = [...metadata].map(([key, value]): [string, Field] => [
    key,
    Array.isArray(value)
      ? { type: ARRAY, of: typeOf(value[0]), value }
      : { type: typeOf(value), value },
  ]);
  const numberOf = (name: string) =>
    Number(Object.entries(QUANTISED).find(([, type]) => type.name === name)![0]);
  return {
    version: 3,
    fields: new Map(fields),
    tensors: tensors.map(({ name, shape, type, from }) => ({
      name,
      shape,
      type: numberOf(type.name),
      offset: from - start,
    })),
    data: bytes.subarray(start),
  };
}

export function ggufFile({ version, fields, tensors, data }: RawGguf): Uint8Array {
  const parts: Uint8Array[] = [];
  const put = (bytes: number, write: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(bytes));
    write(view);
    parts.push(new Uint8Array(view.buffer));
  };
  const u32 = (value: number) => put(4, (view) => view.setUint32(0, value, true));
  const u64 = (value: number) => put(8, (view) => view.setBigUint64(0, BigInt(value), true));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const put1 = (type: number, value: unknown): void => {
    if (type === TEXT) text(String(value));
    else if (type === BOOL) parts.push(Uint8Array.of(Number(value)));
    else if (type === F32) put(4, (view) => view.setFloat32(0, Number(value), true));
    else u32(Number(value));
  };
  parts.push(new TextEncoder().encode('GGUF'));
  u32(version);
  u64(tensors.length);
  u64(fields.size);
  for (const [key, { type, of = U32, value }] of fields) {
    text(key);
    u32(type);
    if (type !== ARRAY) put1(type, value);
    else {
      const values = value as readonly unknown[];
      u32(of);
      u64(values.length);
      for (const one of values) put1(of, one);
    }
  }
  for (const { name, shape, type, offset } of tensors) {
    text(name);
    u32(shape.length);
    for (const size of [...shape].reverse()) u64(size);
    u32(type);
    u64(offset);
  }
  const length = parts.reduce((sum, { length }) => sum + length, 0);
  parts.push(new Uint8Array(Math.ceil(length / 32) * 32 - length), data);
  return Buffer.concat(parts);
}
