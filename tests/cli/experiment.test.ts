/** `experiment` as a user runs it: the list, a verdict, what is kept, what is refused. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experiments } from '../../src/experiments/catalogue.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-experiment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES = ['figure-dark.svg', 'figure.svg', 'run.json', 'table.csv'];

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
  expect(readdirSync(kept).sort()).toEqual(FILES);
  const before = statSync(join(kept, 'run.json')).mtimeMs;
  const again = await command([...args, '--json']);
  expect(JSON.parse(again.stdout)).toEqual(
    JSON.parse(readFileSync(join(kept, 'run.json'), 'utf8')),
  );
  expect(statSync(join(kept, 'run.json')).mtimeMs).toBe(before);
  await command([...args, '--set', 'components=4']);
  expect(statSync(join(kept, 'run.json')).mtimeMs).toBeGreaterThan(before);
});

it('keeps a claim whose dynamics diverge as one that does not hold', async () => {
  const out = join(folder, 'diverging');
  const changed = ['--quick', '--set', 'value=1'];
  const args = ['experiment', 'run', 'c09-repulsion', ...changed, '--out', out];
  const { code, stdout, stderr } = await command(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('verdict: does not hold');
  expect(stdout).toMatch(/no value/);
  expect(stdout).toMatch(/the measurement broke off: after time/);
  expect(readdirSync(join(out, 'c09-repulsion')).sort()).toEqual(FILES);
});

it('runs several beside each other, and one that fails stops no other', async () => {
  const runs = join(folder, 'several');
  mkdirSync(runs);
  // A file where the folder of an experiment would be.
  writeFileSync(join(runs, 'svgd'), '');
  const args = ['experiment', 'run', 'svgd', 'reduced-models', '--quick', '--out', runs];
  const { code, stdout, stderr } = await command(args);
  expect(code).toBe(1);
  expect(stdout).toContain('verdict: holds');
  expect(stderr).toMatch(/^reduced-models: holds \(/m);
  expect(stderr).toMatch(/^svgd: failed \(/m);
  expect(stderr).toMatch(/schmetterling: 1 of 2 experiments failed: svgd/);
  expect(readdirSync(join(runs, 'reduced-models')).sort()).toEqual(FILES);
});

describe('report', () => {
  const report = (out: string) => command(['experiment', 'report', folder, '--out', out]);
  const pages = ['first', 'second'].map((name) => join(folder, name));

  it('writes a page of what was run, and the same page again', async () => {
    for (const page of pages) expect((await report(page)).code).toBe(0);
    const [page, again] = pages.map((out) => readFileSync(join(out, 'claims.md'), 'utf8'));
    expect(again).toBe(page);
    expect(page).toContain('Verdicts: 1 holds, 0 does not hold, 0 inconclusive.');
    expect(page).toMatch(/Not run yet: .*svgd/);
    const links = [...page.matchAll(/(?:href|src|srcset)="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(links)).toEqual(
      new Set(['claims/reduced-models.svg', 'claims/reduced-models-dark.svg']),
    );
    for (const link of links)
      expect(readFileSync(join(pages[0], link), 'utf8')).toMatch(/^<svg .*<\/svg>$/s);
  });

  it('wants runs', async () => {
    const { code, stderr } = await command(['experiment', 'report', '/', '--out', pages[0]]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/"\/" holds no run of an experiment: expected the --out/);
  });
});

it.each<[string, string[], RegExp]>([
  ['an unknown experiment', ['run', 'svdg'], /unknown experiment "svdg": did you mean "svgd"/],
  ['an unknown setting', ['run', 'svgd', '--set', 'm=3'], /unknown option "m": did you mean "n"/],
  [
    'a setting without a value',
    ['run', 'svgd', '--set', 'n'],
    /option set has "n": expected name=value/,
  ],
  ['threads that are none', ['run', 'all', '--threads', '0'], /option threads is 0: expected/],
  ['settings for all', ['run', 'all', '--set', 'n=3'], /option set is for one experiment/],
])('refuses %s', async (_, args, message) => {
  const { code, stdout, stderr } = await command(['experiment', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
