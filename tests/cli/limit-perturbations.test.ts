/** `limit perturbations` as a user runs it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-perturbations-'));
afterAll(() => rmSync(folder, { recursive: true }));

const limit = (...args: string[]) =>
  command(['limit', 'perturbations', ...args, '--model', 'lieblingstier']);

it('tells what becomes of perturbed texts, and writes it', async () => {
  const out = join(folder, 'out');
  const { code, stdout } = await limit('Mein Lieblingstier ist __', '--draws', '1', '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/kind +change +W2 at the start/);
  expect(stdout).toMatch(/W2 grows by at most [\d.]+ and in the median by/);
  const files = ['perturbations.csv', 'perturbations.json', 'perturbations.svg'];
  expect(readdirSync(out).sort()).toEqual(files);
});

it('prints one document with --json', async () => {
  const args = ['--angles', '0.1', '--draws', '1', '--depth', '4', '--json'];
  const { stdout } = await limit('Anna mag __', ...args);
  const record = JSON.parse(stdout);
  expect(record).toMatchObject({ command: 'limit perturbations', depth: 4, coupling: 'full' });
  expect(record.perturbations[0].distances).toHaveLength(5);
});

it('seeks the fastest perturbation', async () => {
  const args = ['--angles', '0.001', '--draws', '1', '--depth', '1', '--fastest'];
  const { code, stdout } = await limit('Anna mag __', ...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/small perturbations grow by up to [\d.]+, the Lipschitz constant/);
  expect(stdout).toMatch(/fastest +0\.001 rad the fastest way/);
});

it.each<[string, string[], RegExp]>([
  ['a text without words', ['__'], /no word that could be changed/],
  ['an angle that is none', ['Anna mag __', '--angles', '0'], /option angles.0 is 0/],
  ['a coupling that is none', ['Anna mag __', '--coupling', 'half'], /option coupling is "half"/],
])('refuses %s', async (_, args, message) => {
  const { code, stderr } = await limit(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
