/** The fixtures that bench/peers/pretrained.py has written: small checkpoints and what the reference library computes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../src/pretrained/arithmetic.ts';
import { type ByteSource, readHeader, type TensorEntry } from '../../src/pretrained/safetensors.ts';
import { readStored, wideVector } from '../../src/pretrained/stored.ts';

export const FIXTURES = join(import.meta.dirname, 'fixtures');

export const fixtureNames = readdirSync(FIXTURES).sort();

export const fixtureFolder = (name: string): string => join(FIXTURES, name);

export const configOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(FIXTURES, name, 'config.json'), 'utf8'));

/** A file in memory. */
export const sourceOf = (bytes: Uint8Array, name = 'model.safetensors'): ByteSource => ({
  name,
  size: bytes.length,
  read(from, to, into = new Uint8Array(to - from)) {
    into.set(bytes.subarray(from, to));
    return into;
  },
});

/** What the reference library gives for one text. */
export interface Reference {
  readonly file: string;
  readonly ids: number[];
  readonly types: number[] | undefined;
  /** Tensors of that name, or name.0, name.1, …, in order. */
  readonly list: (name: string) => Float64Array[];
  /** Numbers of one tensor; undefined where there is none. */
  readonly one: (name: string) => Float64Array | undefined;
}

/** The references of a fixture, one a text. */
export const referencesOf = (name: string): Reference[] =>
  readdirSync(fixtureFolder(name))
    .filter((file) => file.startsWith('reference'))
    .sort()
    .map((file) => referenceAt(fixtureFolder(name), file));

/** The reference in a file. */
export function referenceAt(folder: string, file: string): Reference {
  const { entries } = readHeader(sourceOf(readFileSync(join(folder, file)), file));
  const one = (tensor: string) => {
    const entry = entries.get(tensor);
    return entry && wideVector(readStored(entry));
  };
  const list = (tensor: string) => {
    const found: Float64Array[] = [];
    for (let i = 0; entries.has(`${tensor}.${i}`); i++) found.push(one(`${tensor}.${i}`)!);
    return found;
  };
  const types = entries.get('types');
  return {
    file,
    ids: wholeNumbers(entries.get('ids')!),
    types: types && wholeNumbers(types),
    list,
    one,
  };
}

function wholeNumbers({ source, from, to }: TensorEntry): number[] {
  return Array.from(new Int32Array(source.read(from, to).buffer));
}

/** The largest difference in units of the reference's largest entry. */
export function relativeError({ data }: Tensor, reference: Float64Array): number {
  if (data.length !== reference.length)
    throw new Error(`${data.length} numbers, the reference has ${reference.length}`);
  let [most, largest] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(data[i] - reference[i]);
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
    largest = Math.max(largest, Math.abs(reference[i]));
  }
  return most / largest;
}

/** A tensor as a safetensors file has it. */
export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file, tensors in the order given. */
export function encode(tensors: Readonly<Record<string, RawTensor>>): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  return fileOf(
    JSON.stringify(header),
    Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes)),
  );
}

/** A file of a header's text and the data. */
export function fileOf(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length), true);
  return Buffer.concat([new Uint8Array(length.buffer), text, data]);
}

/** The tensors of a fixture's one file. */
export function rawTensors(name: string): Record<string, RawTensor> {
  const bytes = readFileSync(join(fixtureFolder(name), 'model.safetensors'));
  const { entries } = readHeader(sourceOf(bytes));
  return Object.fromEntries(
    [...entries.values()].map(({ name: own, type: dtype, shape, source, from, to }) => [
      own,
      { dtype, shape, bytes: source.read(from, to) },
    ]),
  );
}

/** The entries of such tensors. */
export const entriesOf = (tensors: Readonly<Record<string, RawTensor>>) =>
  readHeader(sourceOf(encode(tensors))).entries;

/** Numbers as a tensor of F32. */
export const float32Tensor = (shape: readonly number[], values: readonly number[]): RawTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
