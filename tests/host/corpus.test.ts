/** Reading what texts come from: worlds, text files, packed ones, weights, and what is refused. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readCorpus, type TextPart } from '../../src/host/corpus.ts';
import { InputError } from '../../src/numerics/errors.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-corpus-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}
const read = (...sources: string[]) => readCorpus(...sources).parts;
const lines = (source: string) => (read(source)[0] as TextPart).lines;

const TEXT = 'Eins. \r\n\n  Zwei!\u00a0\nDrei';
const plain = write('plain.txt', TEXT);

describe('a text file', () => {
  it('is its lines without white space around them, empty ones left out', () => {
    expect(lines(plain)).toEqual(['Eins.', 'Zwei!', 'Drei']);
    expect(lines(write('bom.txt', `\ufeffEins`))).toEqual(['Eins']);
    expect(lines(write('decomposed.txt', 'scho\u0308n'))).toEqual(['schön']);
    expect(lines(write('spaces.txt', 'Um\u202f10\u00a0Uhr\t  da\u00ad\rDrei'))).toEqual([
      'Um 10 Uhr da',
      'Drei',
    ]);
  });

  it('has a fingerprint of its text, packed or not', () => {
    const packed = write('packed.txt.gz', gzipSync(TEXT));
    const [one, other] = read(plain, packed) as TextPart[];
    expect(one.sha256).toBe(createHash('sha256').update(TEXT).digest('hex'));
    expect(other).toEqual({ ...one, name: 'packed.txt.gz' });
  });

  it('is unpacked by what it holds, not by its name', () => {
    expect(lines(write('unnamed', gzipSync('Eins')))).toEqual(['Eins']);
    expect(lines(write('misnamed.txt.gz', 'Eins'))).toEqual(['Eins']);
  });
});

const world = join(root, 'world');
mkdirSync(join(world, 'de'), { recursive: true });
write('world/world.json', '{}');
write('world/de/grammar.json', '{"a": 1}');

describe('parts', () => {
  it('have names and weights', () => {
    expect(
      read(`${plain}:0.25`, `${world}:3`, plain).map(({ kind, name, weight }) => [
        kind,
        name,
        weight,
      ]),
    ).toEqual([
      ['text', 'plain.txt', 0.25],
      ['world', 'world', 3],
      ['text', 'plain.txt', 1],
    ]);
  });

  it('of a world are its files by path', () => {
    expect(read(world)).toEqual([
      {
        kind: 'world',
        name: 'world',
        weight: 1,
        files: { 'world.json': '{}', 'de/grammar.json': '{"a": 1}' },
      },
    ]);
  });

  it('may have a name that looks like a weight', () => {
    const odd = write('take:2', 'Eins');
    expect(read(odd, `${odd}:5`).map(({ name, weight }) => [name, weight])).toEqual([
      [basename(odd), 1],
      [basename(odd), 5],
    ]);
  });
});

const INVALID = Buffer.from([
  ...Buffer.from('gut\nauch gut\nsch'),
  0xf6,
  ...Buffer.from('n\nEnde'),
]);

describe('it refuses', () => {
  it.each<[string, string, RegExp]>([
    [
      'a path to nothing',
      join(root, 'no.txt'),
      /^there is no .*no\.txt: give the folder of a world/,
    ],
    ['a path to nothing with a weight', join(root, 'no.txt:2'), /there is no .*no\.txt: /],
    ['a folder without a world', root, /holds no world\.json: give/],
    ['an empty file', write('empty.txt', ''), /empty\.txt holds no text, expected one sentence/],
    ['blank lines', write('blank.txt', ' \n\n\t\n'), /holds no text/],
    ['an empty packed file', write('empty.gz', gzipSync('')), /holds no text/],
    ['Latin-1', write('latin.txt', INVALID), /no UTF-8 text \(line 3\), .*convert it to UTF-8$/],
    [
      'half a packed file',
      write('half.gz', gzipSync('Eins zwei drei').subarray(0, 15)),
      /half\.gz cannot be unpacked \(.+\), expected a whole gzip file: replace it$/,
    ],
    ['a weight of 0', `${plain}:0`, /has the weight 0, expected a number above 0/],
  ])('%s', (_, source, message) => {
    expect(() => read(source)).toThrow(InputError);
    expect(() => read(source)).toThrow(message);
    expect(() => read(source)).not.toThrow(/\n/);
  });
});
