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
  read: (from, to) => Uint8Array.from(bytes.subarray(from, to)),
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
export function referencesOf(name: string): Reference[] {
  const files = readdirSync(fixtureFolder(name)).filter((file) => file.startsWith('reference'));
  return files.sort().map((file) => {
    const bytes = readFileSync(join(fixtureFolder(name), file));
    const { entries } = readHeader(sourceOf(bytes, file));
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
  });
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
