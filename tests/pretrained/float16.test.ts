/** Every float16 against the library's reading of it. */
import { getFloat16 } from '@petamoriken/float16';
import { expect, test } from 'vitest';
import { float16Values } from '../../src/pretrained/stored.ts';

test('each of the 65,536 patterns is the number of the format', () => {
  const bits = new DataView(new ArrayBuffer(2));
  const expected = Float32Array.from({ length: 2 ** 16 }, (_, pattern) => {
    bits.setUint16(0, pattern);
    return getFloat16(bits, 0);
  });
  expect(float16Values()).toEqual(expected);
});
