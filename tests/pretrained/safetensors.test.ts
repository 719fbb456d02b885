/** The rules of the safetensors format, and its number types. */
import { describe, expect, it } from 'vitest';
import { DamagedFileError } from '../../src/numerics/errors.ts';
import { readHeader } from '../../src/pretrained/safetensors.ts';
import {
  readStored,
  storedRowsAt,
  storedTransposed,
  wideVector,
} from '../../src/pretrained/stored.ts';
import { type encode, entriesOf, fileOf, float32Tensor, sourceOf } from './fixtures.ts';

const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

const broken = (header: object | string, bytes: number): Uint8Array =>
  fileOf(typeof header === 'string' ? header : JSON.stringify(header), new Uint8Array(bytes));

describe('a header that breaks a rule is refused by name', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['a file of seven bytes', new Uint8Array(7), /7 bytes.*at least 8/],
    ['a header longer than the file', broken({}, 0).subarray(0, 9), /9 bytes.*a header of 2 bytes/],
    [
      'a pointer of Git LFS',
      new TextEncoder().encode(
        'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
      ),
      /^weights\.safetensors: found a pointer of Git LFS, expected the weights: fetch them by git lfs pull$/,
    ],
    ['no JSON', broken('{"a": ', 0), /no JSON object/],
    ['a list', broken('[]', 0), /no JSON object/],
    ['a blank before the brace', broken(' {}', 0), /no JSON object/],
    [
      'a name twice',
      broken(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      /tensor a twice/,
    ],
    ['an unknown type', broken({ a: entry(0, 4, [1], 'Q4') }, 4), /tensor a of type Q4/],
    [
      'offsets of another length than the shape',
      broken({ a: entry(0, 8, [1]) }, 8),
      /tensor a at bytes 0–8.*4 bytes for F32 of shape \[1\]/,
    ],
    [
      'offsets that overlap',
      broken({ a: entry(0, 8), b: entry(4, 12) }, 12),
      /tensor b at byte 4 of the data, inside another one/,
    ],
    [
      'a hole',
      broken({ a: entry(0, 4), b: entry(8, 12) }, 12),
      /tensor b at byte 8 of the data, behind a hole/,
    ],
    ['a hole at the beginning', broken({ a: entry(4, 8) }, 8), /tensor a at byte 4/],
    ['bytes behind the last tensor', broken({ a: entry(0, 4) }, 8), /8 bytes of data, expected 4/],
    ['bytes that are missing', broken({ a: entry(0, 8) }, 4), /4 bytes of data, expected 8/],
    ['a negative size', broken({ a: entry(0, 4, [-1]) }, 4), /tensor a as/],
    ['metadata that is no text', broken({ __metadata__: { a: 1 } }, 0), /__metadata__/],
  ];
  it.each(cases)('%s', (_, bytes, message) => {
    const read = () => readHeader(sourceOf(bytes, 'weights.safetensors'));
    expect(read).toThrow(DamagedFileError);
    expect(read).toThrow(/^weights\.safetensors: /);
    expect(read).toThrow(message);
  });
});

it('tensors may stand in another order in the header than in the data, and be empty', () => {
  const file = broken({ b: entry(4, 12), a: entry(0, 4), none: entry(4, 4, [0, 3]) }, 12);
  const { entries } = readHeader(sourceOf(file));
  expect([...entries.keys()]).toEqual(['b', 'a', 'none']);
});

describe('numbers', () => {
  const half = (dtype: string, patterns: number[]) => ({
    dtype,
    shape: [patterns.length],
    bytes: new Uint8Array(Uint16Array.from(patterns).buffer),
  });
  const numbersOf = (tensor: Parameters<typeof encode>[0][string]) =>
    Array.from(wideVector(readStored(entriesOf({ a: tensor }).get('a')!)));

  it('of every type are widened exactly', () => {
    const values = [1, -0.1, 3e-40, 65504];
    const f32 = [...Float32Array.from(values)];
    expect(numbersOf(float32Tensor([4], values))).toEqual(f32);
    const f64 = {
      dtype: 'F64',
      shape: [4],
      bytes: new Uint8Array(Float64Array.from(values).buffer),
    };
    expect(numbersOf(f64)).toEqual(values);
    expect(numbersOf(half('F16', [0x3c00, 0xb555, 0x0001, 0x7bff]))).toEqual([
      1,
      -0.333251953125,
      2 ** -24,
      65504,
    ]);
    expect(numbersOf(half('BF16', [0x3f80, 0xc049, 0x0001, 0x7f7f]))).toEqual([
      1,
      -3.140625,
      2 ** -133,
      3.3895313892515355e38,
    ]);
  });

  it('at odd places of a file are read too', () => {
    const entries = entriesOf({
      odd: half('U8', []) && { dtype: 'U8', shape: [1], bytes: new Uint8Array(1) },
      a: float32Tensor([2], [7, 8]),
    });
    expect([...wideVector(readStored(entries.get('a')!))]).toEqual([7, 8]);
  });

  it.each([
    ['F32', float32Tensor([3], [1, Number.NaN, 2]), 'NaN at place 1'],
    ['F32', float32Tensor([2], [1, Number.POSITIVE_INFINITY]), 'Infinity at place 1'],
    ['F16', half('F16', [0x7c00]), 'Infinity at place 0'],
    ['BF16', half('BF16', [0, 0x7fc0]), 'NaN at place 1'],
  ])('of %s that are not finite are refused', (_, tensor, message) => {
    expect(() => numbersOf(tensor)).toThrow(message);
  });

  it('whole numbers are no weights', () => {
    const tensor = { dtype: 'I8', shape: [1], bytes: new Uint8Array(1) };
    expect(() => numbersOf(tensor)).toThrow('tensor a is of type I8, expected F64, F32, F16, BF16');
  });

  it('rows change places and a matrix is turned', () => {
    const stored = readStored(
      entriesOf({ a: float32Tensor([2, 3], [1, 2, 3, 4, 5, 6]) }).get('a')!,
    );
    expect([...wideVector(storedTransposed(stored))]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...wideVector(storedRowsAt(stored, [1, 0, 1]))]).toEqual([4, 5, 6, 1, 2, 3, 4, 5, 6]);
  });
});
