/** `portrait` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-portrait-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TEXT = 'Mein Lieblingstier ist __';

it('writes the record, tables and figures, from arguments and a file together', async () => {
  const file = join(folder, 'more.txt');
  writeFileSync(file, 'My favourite animal is __\n\n');
  const out = join(folder, 'out');
  const flags = ['--model', 'lieblingstier', '--depth', '4', '--file', file, '--out', out];
  const { code, stdout } = await command(['portrait', TEXT, ...flags]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/lieblingstier: 2 sentences\n4 layers · full coupling/);
  expect(stdout).toContain(`${TEXT} → der Hund`);
  expect(readdirSync(out).sort()).toEqual([
    ...['clusters.svg', 'cosines.svg', 'glances.csv', 'heads.csv', 'heads.svg', 'layers.csv'],
    ...['lens.svg', 'merges.csv', 'portrait.json', 'spectrum.svg', 'weights.svg'],
  ]);
  const rows = readFileSync(join(out, 'layers.csv'), 'utf8').trim().split('\n');
  expect(rows).toHaveLength(6);
  const { layers } = JSON.parse(readFileSync(join(out, 'portrait.json'), 'utf8'));
  expect(Number(rows[5].split(',')[2])).toBe(layers[4].answer);
});

it('prints one JSON document and nothing else', async () => {
  const { stdout, stderr } = await command(['portrait', TEXT, '--depth', '2', '--json']);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ depth: 2, coupling: 'full', merge_tolerance: 0.6 });
});

it.each([
  ['no text', [], /no text is given, expected one sentence or more/],
  ['a file that is not there', ['--file', 'nowhere.txt'], /nowhere\.txt/],
  ['a depth that is none', [TEXT, '--depth', 'deep'], /depth/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await command(['portrait', ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
