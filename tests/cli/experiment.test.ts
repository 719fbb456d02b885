/** `experiment` as a user runs it: the list, a verdict, what is kept, what is refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { experiments } from '../../src/experiments/catalogue.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-experiment-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('lists every experiment, with what it predicts', async () => {
  const { code, stdout } = await command(['experiment', 'list', '--json']);
  expect(code).toBe(0);
  const { experiments: listed } = JSON.parse(stdout);
  expect(listed.map(({ id }: { id: string }) => id)).toEqual(experiments.map(({ id }) => id));
  expect(listed[0].predictions.length).toBeGreaterThan(0);
});

it('runs one, keeps it, and does not run it again', async () => {
  const args = ['experiment', 'run', 'reduced-models', '--quick', '--out', folder];
  const { code, stdout, stderr } = await command(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/predicted +measured +verdict/);
  expect(stdout).toContain('verdict: holds');
  const kept = join(folder, 'reduced-models');
  expect(readdirSync(kept).sort()).toEqual(['figure.svg', 'run.json', 'table.csv']);
  const before = statSync(join(kept, 'run.json')).mtimeMs;
  const again = await command([...args, '--json']);
  expect(JSON.parse(again.stdout)).toEqual(
    JSON.parse(readFileSync(join(kept, 'run.json'), 'utf8')),
  );
  expect(statSync(join(kept, 'run.json')).mtimeMs).toBe(before);
  await command([...args, '--set', 'components=4']);
  expect(statSync(join(kept, 'run.json')).mtimeMs).toBeGreaterThan(before);
});

it.each<[string, string[], RegExp]>([
  ['an unknown experiment', ['run', 'svdg'], /unknown experiment "svdg": did you mean "svgd"/],
  ['an unknown setting', ['run', 'svgd', '--set', 'm=3'], /unknown option "m": did you mean "n"/],
  [
    'a setting without a value',
    ['run', 'svgd', '--set', 'n'],
    /option set has "n": expected name=value/,
  ],
  ['settings for all', ['run', 'all', '--set', 'n=3'], /option set is for one experiment/],
])('refuses %s', async (_, args, message) => {
  const { code, stdout, stderr } = await command(['experiment', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
