/** Reading NumPy's array files, good and bad. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy, growNpy, npyShape, readNpy } from '../../src/host/npy.ts';
import { DamagedFileError, InputError } from '../../src/numerics/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Header {
  readonly descr?: string;
  readonly order?: string;
  readonly shape?: string;
  readonly version?: number;
}

/** A file as numpy.save writes it, around the given bytes. */
function npy(
  numbers: ArrayBufferView,
  { descr = "'<f8'", order = 'False', shape = '(2, 2)', version = 1 }: Header = {},
): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const length = version === 1 ? new Uint8Array(2) : new Uint8Array(4);
  for (let k = 0; k < length.length; k++) length[k] = (text.length >> (8 * k)) & 0xff;
  const magic = [0x93, ...new TextEncoder().encode('NUMPY'), version, 0];
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Uint8Array.from([...magic, ...length, ...new TextEncoder().encode(text), ...bytes]);
}

const decode = (bytes: Uint8Array) => decodeNpy(bytes, 'frames', 'states.npy');
const four = Float64Array.of(1, -2.5, 1e300, 0);

describe('.npy files are read', () => {
  it('as they were written', () => {
    const { shape, data } = decode(encodeNpy([2, 3], [Float64Array.of(1, 2, 3, 4, 5, -0.5)]));
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(Float64Array.of(1, 2, 3, 4, 5, -0.5));
  });

  it.each([1, 2, 3])('in version %i, wherever the numbers begin', (version) => {
    const bytes = npy(four, { version });
    const inside = new Uint8Array(bytes.length + 3);
    inside.set(bytes, 3);
    expect(decode(inside.subarray(3)).data).toEqual(four);
  });

  it('with 4 and 2 bytes a number', () => {
    const single = Float32Array.of(1, -2.5, 1e30, 0.1);
    expect(decode(npy(single, { descr: "'<f4'" })).data).toEqual(single);
    const halves = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff, 0xfc00, 0x0400);
    expect(decode(npy(halves, { descr: "'<f2'", shape: '(6,)' }))).toEqual({
      shape: [6],
      data: Float32Array.of(1, -2.5, 2 ** -24, 65504, -Infinity, 2 ** -14),
    });
  });
});

/** The bytes of numbers, each written by `write` at its place. */
function bytesOf<T>(
  width: number,
  numbers: readonly T[],
  write: (view: DataView, at: number, value: T) => void,
) {
  const view = new DataView(new ArrayBuffer(width * numbers.length));
  numbers.forEach((value, i) => {
    write(view, width * i, value);
  });
  return view;
}

describe('.npy files of other machines and types are read', () => {
  it('in Fortran order, along every axis', () => {
    // a[i, j, k] = 100 i + 10 j + k, the first axis fastest
    const fortran = new Float64Array(24);
    const rows = new Float64Array(24);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let k = 0; k < 4; k++) {
          fortran[i + 2 * (j + 3 * k)] = 100 * i + 10 * j + k;
          rows[k + 4 * (j + 3 * i)] = 100 * i + 10 * j + k;
        }
    const file = npy(fortran, { order: 'True', shape: '(2, 3, 4)' });
    expect(decode(file)).toEqual({ shape: [2, 3, 4], data: rows });
    const vector = npy(four, { order: 'True', shape: '(4,)' });
    expect(decode(vector).data).toEqual(four);
  });

  it.each<[string, number, (view: DataView, at: number, value: number) => void]>([
    ['>f8', 8, (view, at, value) => view.setFloat64(at, value)],
    ['>f4', 4, (view, at, value) => view.setFloat32(at, value)],
    ['<i1', 1, (view, at, value) => view.setInt8(at, value)],
    ['<i2', 2, (view, at, value) => view.setInt16(at, value, true)],
    ['>i2', 2, (view, at, value) => view.setInt16(at, value)],
    ['<i4', 4, (view, at, value) => view.setInt32(at, value, true)],
    ['>i4', 4, (view, at, value) => view.setInt32(at, value)],
    ['<i8', 8, (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
    ['>i8', 8, (view, at, value) => view.setBigInt64(at, BigInt(value))],
  ])('%s', (type, width, write) => {
    const numbers = [0, 1, -2, 127];
    const { data } = decode(npy(bytesOf(width, numbers, write), { descr: `'${type}'` }));
    expect([...data]).toEqual(numbers);
  });

  it('without a sign, truth values, and halves the other way round', () => {
    const shape = '(2,)';
    const unsigned = (descr: string, bytes: number[]) => [...decode(npy(Uint8Array.from(bytes), { descr, shape })).data]; // biome-ignore format: one idea
    expect(unsigned("'|u1'", [0, 255])).toEqual([0, 255]);
    expect(unsigned("'|b1'", [1, 0])).toEqual([1, 0]);
    expect(unsigned("'<u2'", [0, 255, 255, 0])).toEqual([65280, 255]);
    expect(unsigned("'>u4'", [255, 0, 0, 0, 0, 0, 0, 1])).toEqual([4278190080, 1]);
    expect(unsigned("'>f2'", [0x3c, 0, 0xc1, 0])).toEqual([1, -2.5]);
  });

  it.each([
    ['<i8', -(2n ** 53n - 1n)],
    ['<u8', 2n ** 53n - 1n],
  ])('%s up to what Float64 has, and refuses what it would round', (type, largest) => {
    const encode = (value: bigint) =>
      npy(BigInt64Array.of(value), { descr: `'${type}'`, shape: '(1,)' });
    expect(decode(encode(largest)).data[0]).toBe(Number(largest));
    const further = largest < 0n ? largest - 2n : largest + 2n;
    expect(() => decode(encode(further))).toThrow(InputError);
    expect(() => decode(encode(further))).toThrow(/whole number near -?9007199254740992: expected them below 2\^53/); // biome-ignore format: one line
  });
});

describe('.npy files are refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['something else', new TextEncoder().encode('0.1,0.2,0.3\n'), /no \.npy file.*numpy\.save/],
    ['nothing', new Uint8Array(0), /no \.npy file/],
    ['version 4', npy(four, { version: 4 }), /version 4, expected 1 to 3/],
    ['records', npy(four, { descr: "[('x', '<f8')]" }), /structured array.*array\['x'\]/],
    ['complex numbers', npy(four, { descr: "'<c16'" }), /complex.*numpy\.stack\(\[array\.real/],
    ['longer floats', npy(four, { descr: "'<f16'" }), /more digits than Float64/],
    ['texts', npy(four, { descr: "'<U8'" }), /the type <U8, expected floats/],
    ['objects', npy(four, { descr: "'|O'" }), /the type \|O, expected floats/],
  ])('that hold %s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(InputError);
    expect(() => decode(bytes)).toThrow(message);
    expect(() => decode(bytes)).not.toThrow(/<f4/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['cut in the numbers', npy(four).subarray(0, -1), /holds 31 bytes of numbers, expected 32/],
    ['cut in the header', npy(four).subarray(0, 40), /ends after 40 bytes inside its header/],
    ['too long', npy(four, { shape: '(3,)' }), /holds 32 bytes of numbers, expected 24/],
    ['without a shape', npy(four, { shape: 'None' }), /expected descr, fortran_order and shape/],
  ])('when they are %s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(DamagedFileError);
    expect(() => decode(bytes)).toThrow(message);
  });

  it('when they cannot be opened', () => {
    const path = join(folder, 'a.npy');
    writeFileSync(path, npy(four));
    expect(readNpy(path, 'frames').data).toEqual(four);
    expect(() => readNpy(join(folder, 'none.npy'), 'frames')).toThrow('there is no such file');
    expect(() => readNpy(folder, 'frames')).toThrow('it is a folder');
  });
});

describe('an .npy file that grows', () => {
  it('holds whole rows after every one of them', () => {
    const path = join(folder, 'growing.npy');
    const file = growNpy(path, [2]);
    expect(npyShape(path, 'positions')).toEqual([0, 2]);
    for (let row = 0; row < 12; row++) {
      file.append(Float64Array.of(row, -row));
      const { shape, data } = readNpy(path, 'positions');
      expect(shape).toEqual([row + 1, 2]);
      expect(data.at(-1)).toBe(-row);
    }
    file.close();
  });

  it('goes on after the rows that are kept', () => {
    const path = join(folder, 'going-on.npy');
    const first = growNpy(path, [3]);
    for (const value of [1, 2, 3]) first.append(new Float64Array(3).fill(value));
    first.close();
    const second = growNpy(path, [3], 2);
    expect(readNpy(path, 'positions').shape).toEqual([2, 3]);
    second.append(new Float64Array(3).fill(4));
    second.close();
    expect([...readNpy(path, 'positions').data]).toEqual([1, 1, 1, 2, 2, 2, 4, 4, 4]);
  });

  it('refuses a row of another length', () => {
    const file = growNpy(join(folder, 'odd.npy'), [2, 2]);
    expect(() => file.append(new Float64Array(3))).toThrow(/shape \[2,2\] needs 4 values, got 3/);
    file.close();
  });
});
