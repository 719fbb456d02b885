/**
 * GGUF files against what the reference library makes of them (bench/peers/gguf_files.py): packed numbers bit for bit,
 * states and logits, ids of texts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGgufFile } from '../../src/host/gguf.ts';
import { readPretrained } from '../../src/host/pretrained.ts';
import { QUANTISED } from '../../src/pretrained/gguf/quantised.ts';
import { PRECISIONS } from '../../src/pretrained/precision.ts';
import { referenceAt, relativeError } from './fixtures.ts';

const FOLDER = join(import.meta.dirname, 'gguf');
const names = readdirSync(FOLDER).filter((file) => file.endsWith('.gguf'));
const json = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
const TOLERANCE = { float32: 1e-5, float64: 1e-9 };

interface Packed {
  readonly type: number;
  readonly packed: string;
  readonly numbers: string;
}

describe('packed numbers', () => {
  const types: Record<string, Packed> = json('types.json');

  it.each(Object.entries(types).filter(([, { type }]) => QUANTISED[type]?.unpack))(
    '%s are those of the package gguf, bit for bit',
    (name, { type, packed, numbers }) => {
      const known = QUANTISED[type];
      const bytes = Buffer.from(packed, 'base64');
      const wanted = Uint8Array.from(Buffer.from(numbers, 'base64'));
      const blocks = bytes.length / known.bytes;
      const found = new Float32Array(blocks * known.numbers + 3);
      known.unpack?.(bytes, 0, blocks, found, 3);
      expect(known.name).toBe(name);
      expect(new Uint8Array(found.buffer, 12)).toEqual(wanted);
    },
  );

  it('every type that is read is among them', () => {
    const unpacked = Object.values(QUANTISED).filter(({ unpack }) => unpack);
    expect(unpacked.map(({ name }) => name).filter((name) => !(name in types))).toEqual([]);
  });
});

describe.each(names)('%s', (file) => {
  const path = join(FOLDER, file);
  const name = file.slice(0, -'.gguf'.length);

  it('has the names of its tensors, there and back', () => {
    const { tensors } = readGgufFile(path);
    expect(tensors.size).toBeGreaterThan(10);
    for (const [own, { stored }] of tensors) expect(tensors.storedName?.(own)).toBe(stored);
    expect(tensors.storedName?.('model.other.weight')).toBe('model.other.weight');
  });

  it.each(PRECISIONS)('agrees with the reference library in %s', (precision) => {
    const { network } = readPretrained(path, { precision });
    const reference = referenceAt(FOLDER, `${name}.safetensors`);
    const { states, attentions } = network.run(reference.ids, { attentions: true });
    const last = states.length - 1;
    const hidden = reference.list('hidden');
    const errors = [
      ...hidden.map((wanted, k) =>
        relativeError(k === last ? network.finished(states[k]) : states[k], wanted),
      ),
      ...reference.list('attention').map((wanted, k) => relativeError(attentions[k], wanted)),
      relativeError(network.logits(states[last]), reference.one('logits') as Float64Array),
    ];
    expect(errors).toHaveLength(2 * hidden.length);
    expect(Math.max(...errors)).toBeLessThan(TOLERANCE[precision]);
  });

  it('cuts texts as the reference library', () => {
    const { pieces } = readPretrained(path);
    const { texts, ids }: { texts: string[]; ids: number[][] } = json(`${name}.json`);
    const wrong = texts.filter((text, k) => pieces.encode(text).ids.join() !== ids[k].join());
    expect(wrong).toEqual([]);
  });
});
