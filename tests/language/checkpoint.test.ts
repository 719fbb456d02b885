import { expect, test } from 'vitest';
import {
  assembleModel,
  loadModel,
  modelTensors,
  parseConfig,
  saveModel,
} from '../../src/language/checkpoint.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { asFlow } from '../../src/language/model.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/language/safetensors.ts';
import { DamagedFileError } from '../../src/numerics/errors.ts';
import { randomConfig, randomModel } from './random-model.ts';

const model = randomModel(1);
const files = saveModel(model);

test('safetensors come back as they were, and their layout is the published one', () => {
  const tensors = {
    b: { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 4) },
    a: { shape: [1], data: Float32Array.of(Math.fround(0.1)) },
  };
  const bytes = encodeSafetensors(tensors, { note: 'ü' });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(length % 8).toBe(0);
  expect(header.b).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [4, 20] });
  expect(decodeSafetensors(bytes)).toEqual({ tensors, metadata: { note: 'ü' } });
});

test('a truncated or altered safetensors file is refused', () => {
  for (const length of [0, 7, 8, 20, files.weights.length - 1])
    expect(() => decodeSafetensors(files.weights.subarray(0, length), 'w')).toThrow(
      DamagedFileError,
    );
  const longer = new Uint8Array(files.weights.length + 4);
  longer.set(files.weights);
  expect(() => decodeSafetensors(longer, 'w')).toThrow(/^w: found/);
  const altered = Uint8Array.from(files.weights);
  altered[9] = 0;
  expect(() => decodeSafetensors(altered)).toThrow(/header that is no JSON/);
});

test('a saved model loads as the same model and saves to the same files', () => {
  const loaded = asFlow(loadModel(files), 'this test');
  expect(loaded.config).toEqual(model.config);
  expect(loaded.weights).toEqual(model.weights);
  expect(saveModel(loaded)).toEqual(files);
  expect(parseConfig(files.config).weights.bytes).toBe(files.weights.length);
});

test('a config of which a digit has changed is refused; one without a sum is read, with a note', () => {
  const changed = files.config.replace(/"horizon": (\d)/, (_, digit) => `"horizon": ${1 + +digit}`);
  expect(changed).not.toBe(files.config);
  expect(() => parseConfig(changed)).toThrow(
    /^config.json: found other entries than were written, by its sha256/,
  );
  // spaces are none of its entries
  expect(loadModel({ ...files, config: JSON.stringify(JSON.parse(files.config)) }).notes).toBe(
    undefined,
  );
  const { sha256, ...older } = JSON.parse(changed);
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const loaded = loadModel({ ...files, config: JSON.stringify(older) });
  expect(loaded.notes).toEqual([expect.stringMatching(/kept no sum of it/)]);
  expect(fillBlank(loaded, 'Das ist __').notes).toEqual(loaded.notes);
});

test('a tied model stores its embedding once, and reads out with it through a matrix', () => {
  const tied = randomModel(1, { tied: true });
  expect(Object.keys(modelTensors(tied))).not.toContain('output');
  const loaded = asFlow(loadModel(saveModel(tied)), 'this test');
  expect(loaded.weights).toEqual(tied.weights);
  const { embedding, readout, output } = loaded.weights;
  const [size, d] = embedding.shape;
  const entry = (v: number, i: number) =>
    Array.from(
      { length: d },
      (_, j) => embedding.data[v * d + j] * readout!.data[i * d + j],
    ).reduce((sum, term) => sum + term);
  const exact = Array.from({ length: size * d }, (_, at) => entry(Math.floor(at / d), at % d));
  expect(output.shape).toEqual([size, d]);
  expect(output.data).toBeAllClose(exact, { absolute: 1e-14 });
});

test('float16 halves the file and rounds to eleven binary digits', () => {
  const half = randomModel(1, { precision: 'float16' });
  const stored = saveModel(half);
  expect(stored.weights.length).toBeLessThan(0.52 * files.weights.length);
  const loaded = asFlow(loadModel(stored), 'this test');
  expect(loaded.weights.output.data).toBeAllClose(half.weights.output.data, {
    relative: 2 ** -11,
    absolute: 2 ** -25,
  });
  expect(loaded.weights.output.data).not.toEqual(half.weights.output.data);
  expect(saveModel(loaded).weights).toEqual(stored.weights);
});

test('other types of numbers are refused', () => {
  const bytes = encodeSafetensors({ a: { shape: [1], data: Float32Array.of(1) } });
  const at = new TextDecoder().decode(bytes).indexOf('F32');
  bytes.set(new TextEncoder().encode('I32'), at);
  expect(() => decodeSafetensors(bytes, 'w')).toThrow(
    /^w: found tensor a of type I32, expected F32/,
  );
});

test('head and knot order of the attention tensor', () => {
  const { attention } = modelTensors(model);
  const d = model.config.dimension;
  expect(attention.shape).toEqual([3, 4, d, d]);
  expect(attention.data[(1 * 4 + 2) * d * d + 5]).toBe(model.weights.attention[1].value.data[5]);
});

/** As older versions wrote it. */
const withoutSum = (config: string) =>
  config.replace(/,\s*"sha256": "[0-9a-f]{64}"\s*\}\s*$/, '\n}\n');

test('damaged files are refused, with file, found, expected and remedy', () => {
  const altered = Uint8Array.from(files.weights);
  altered[altered.length - 1] ^= 1;
  const cases: [string, Uint8Array, RegExp][] = [
    [files.config, altered, /^model\.safetensors: found sha256 .* expected .*: fetch or train/],
    [files.config, files.weights.subarray(1), /^model\.safetensors: found \d+ bytes, expected \d+/],
    ['{', files.weights, /^config\.json: found text that is no JSON/],
    ['{}', files.weights, /^config\.json: format/],
    [files.config.replace('"heads": 2', '"heads": 3'), files.weights, /3 heads.*divisor/],
    [files.config.replace('"heads": 2', '"heads": 4'), files.weights, /2 entries of beta/],
    [
      withoutSum(files.config).replace('"knots": 3', '"knots": 5'),
      files.weights,
      /attention of shape \[3,4,16,16\], expected \[5,4,16,16\]/,
    ],
    [
      files.config.replace('"horizon": 3', '"horizon": "x"'),
      files.weights,
      /^config\.json: horizon/,
    ],
  ];
  for (const [config, weights, message] of cases) {
    expect(() => loadModel({ config, weights })).toThrow(DamagedFileError);
    expect(() => loadModel({ config, weights })).toThrow(message);
  }
});

test('a missing tensor and a value that is no number are refused', () => {
  const { bias, ...rest } = modelTensors(model);
  expect(() => assembleModel(randomConfig(), rest)).toThrow(/no tensor bias/);
  bias.data[3] = Number.NaN;
  expect(() => assembleModel(randomConfig(), { ...rest, bias })).toThrow(/NaN in tensor bias/);
});
