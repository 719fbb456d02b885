/** `limit layer`, as a user types it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { folderOf } from '../host/pretrained-folder.ts';
import { command } from './command.ts';

const out = mkdtempSync(join(tmpdir(), 'limit-layer-'));
afterAll(() => rmSync(out, { recursive: true }));

const folder = folderOf('llama');
const layer = (...args: string[]) =>
  command(['limit', 'layer', 'w3 w7 w5 w9', '--model', folder, ...args]);

it('prints how the tokens move and what they tend to, and writes it', async () => {
  const { code, stdout } = await layer('--part', 'attention', '--time', '1e5', '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/layer 1 \(layers\.0\) · float32 · ẋ = attention\(x\)/);
  expect(stdout).toMatch(/4 clusters of 4 tokens at the start, 1 at time 1\.000e\+5/);
  expect(stdout).toMatch(/growing along rays: speed 0\.000010/);
  expect(stdout).toMatch(/time 0\.000: no clusters beyond chance .* p = .* of 20 surrogates/);
  expect(readdirSync(out).sort()).toEqual(['layer.csv', 'layer.json', 'layer.svg']);
});

it('says when and why it was given up', async () => {
  const { code, stdout } = await layer('--maximum-steps', '5');
  expect(code).toBe(0);
  expect(stdout).toMatch(/given up at time \d\S*: the run stopped at time .* expected at most 5/);
});

it.each([
  [
    'a layer that is not there',
    ['--layer', '4'],
    /layer 4 is not there: this Llama has layers 1 to 3/,
  ],
  ['a part that is not there', ['--part', 'head'], /expected one of both, attention, mlp/],
  ['a tolerance beyond float32', ['--tolerance', '1e-9'], /or take precision float64/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await layer(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
