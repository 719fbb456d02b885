/** What the faces need of the machine: files, bytes, tables, models on disk. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toCsv } from '../../src/host/csv.ts';
import { removeLeftovers, writeError, writeFileSafely } from '../../src/host/files.ts';
import { listModels, modelFolder, readModel } from '../../src/host/models.ts';
import { encodeNpy } from '../../src/host/npy.ts';
import { decodeUtf8, readStdinText } from '../../src/host/stdin.ts';
import { modelRecord } from '../../src/language/model-record.ts';
import { DamagedFileError, InputError } from '../../src/numerics/errors.ts';
import { writeRandomModel } from './model-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writing a file', () => {
  it('replaces the old one and leaves nothing beside it', () => {
    const place = join(folder, 'write');
    mkdirSync(place);
    writeFileSafely(join(place, 'a.txt'), 'one');
    writeFileSafely(join(place, 'a.txt'), 'two');
    expect(readFileSync(join(place, 'a.txt'), 'utf8')).toBe('two');
    expect(readdirSync(place)).toEqual(['a.txt']);
  });

  it('leaves nothing behind when it fails', () => {
    const place = join(folder, 'fail');
    mkdirSync(join(place, 'taken'), { recursive: true });
    expect(() => writeFileSafely(join(place, 'taken'), 'x')).toThrow(
      /^cannot write ".*taken" \((EISDIR|ENOTEMPTY|EEXIST)\), /,
    );
    expect(() => writeFileSafely(join(place, 'missing', 'x'), 'x')).toThrow(
      /^cannot write ".*x" \(ENOENT\), its folder is gone: make it again, or choose another$/,
    );
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
    expect(writeError('table.csv', full)).toMatchObject({
      code: 'ENOSPC',
      message: 'cannot write "table.csv" (ENOSPC), the disk is full: make room, then run it again',
    });
    expect(readdirSync(place)).toEqual(['taken']);
  });

  it('clears away what a killed process left, and nothing else', () => {
    const place = join(folder, 'leftovers');
    mkdirSync(place);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const kept = [
      'a.tmp',
      'b.txt',
      `state.safetensors.${process.ppid}-3.tmp`,
      `cells.csv.${pid}-0@elsewhere.tmp`,
    ];
    const left = [
      `state.safetensors.${pid}-3.tmp`,
      `config.json.${process.pid}-0@${hostname()}.tmp`,
    ];
    for (const name of [...kept, ...left]) writeFileSync(join(place, name), 'half');
    removeLeftovers(place);
    removeLeftovers(join(place, 'none'));
    expect(readdirSync(place).sort()).toEqual(kept.sort());
  });
});

describe('.npy', () => {
  const bytes = encodeNpy([2, 3], [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, -0.5)]);
  const header = new TextDecoder('latin1').decode(bytes.subarray(10, bytes.length - 48));

  it('has the header NumPy expects, and numbers at a multiple of 64', () => {
    expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    expect(header.trimEnd()).toBe("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }");
    expect(header.endsWith('\n')).toBe(true);
    expect((bytes.length - 48) % 64).toBe(0);
  });

  it('holds the numbers in order, little-endian', () => {
    const view = new DataView(bytes.buffer, bytes.length - 48);
    const numbers = Array.from({ length: 6 }, (_, i) => view.getFloat64(8 * i, true));
    expect(numbers).toEqual([1, 2, 3, 4, 5, -0.5]);
  });

  it('refuses data that do not fill the shape', () => {
    expect(() => encodeNpy([4], [Float64Array.of(1)])).toThrow('[4] needs 4 values, got 1');
  });
});

describe('text from bytes', () => {
  it('names the first byte that is not UTF-8', () => {
    const bytes = Uint8Array.of(0x61, 0xc3, 0xa4, 0xfc, 0x62);
    expect(() => decodeUtf8(bytes, 'text', 'standard input')).toThrow(
      /standard input is not UTF-8: byte 0xfc at offset 3/,
    );
  });

  it('reads standard input without the newline that ends it', async () => {
    async function* chunks() {
      yield new TextEncoder().encode('K\u00e4fer ').subarray(0, 2);
      yield new TextEncoder().encode('K\u00e4fer __\r\n').subarray(2);
    }
    expect(await readStdinText(chunks())).toBe('Käfer __');
  });
});

it('CSV quotes what needs it and leaves unknowns empty', () => {
  const table = toCsv(
    ['a', 'b'],
    [
      ['x,"y"', null],
      ['two\nlines', 0.1],
    ],
  );
  expect(table).toBe('a,b\n"x,""y""",\n"two\nlines",0.1\n');
});

describe('models', () => {
  const root = join(folder, 'models');
  for (const name of ['lieblingstier', 'damaged', 'empty', 'altered'])
    writeRandomModel(join(root, name));
  rmSync(join(root, 'empty', 'config.json'));
  const weights = join(root, 'damaged', 'model.safetensors');
  writeFileSync(weights, readFileSync(weights).subarray(0, 100));
  rmSync(join(root, 'altered', 'model.safetensors'));

  it('reads a model by name and by path', () => {
    expect(readModel('lieblingstier', { root }).name).toBe('random');
    expect(readModel(join(root, 'lieblingstier')).name).toBe('random');
  });

  it('lists them all, with the problem of those that cannot be used', () => {
    const records = listModels(root).map(modelRecord);
    expect(records.map(({ name }) => name)).toEqual([
      'altered',
      'damaged',
      'empty',
      'lieblingstier',
    ]);
    expect(records[2]).toHaveProperty('problem', expect.stringContaining('config.json is missing'));
    expect(records[3]).toMatchObject({ dimension: 16, depth: 4, parameters: expect.any(Number) });
  });

  it('answers an unknown name with the nearest and the list', () => {
    expect(() => modelFolder('lieblingtier', root)).toThrow(InputError);
    expect(() => modelFolder('lieblingtier', root)).toThrow(/did you mean "lieblingstier"\?/);
    expect(() => modelFolder('./nowhere', root)).toThrow('no model folder at "./nowhere"');
    expect(() => modelFolder('x', join(folder, 'none'))).toThrow('no model is installed');
  });

  it.each([
    ['empty', /empty: config\.json is missing/],
    ['altered', /altered: model\.safetensors is missing/],
    ['damaged', /damaged: model\.safetensors: found 100 bytes/],
  ])('names the file of the model "%s"', (name, message) => {
    expect(() => readModel(name, { root })).toThrow(DamagedFileError);
    expect(() => readModel(name, { root })).toThrow(message);
  });

  it('does not follow a weights file out of the folder', () => {
    const place = join(root, 'outward');
    writeRandomModel(place);
    const file = join(place, 'config.json');
    const { sha256: _, ...config } = JSON.parse(readFileSync(file, 'utf8'));
    config.weights.file = '../damaged/model.safetensors';
    writeFileSync(file, JSON.stringify(config));
    expect(() => readModel(place)).toThrow(/expected a file name without a folder/);
  });
});
