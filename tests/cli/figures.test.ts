/** Figures of the command line: which formats, of which commands, and what is refused before any work. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-figures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = (name: string) =>
  readdirSync(join(folder, name))
    .filter((file) => /\.(svg|pdf)$/.test(file))
    .sort();

const done = async (...args: string[]) => expect((await command(args)).code).toBe(0);

describe('figures of simulate', () => {
  const run = ['simulate', '--n', '70', '--d', '2', '--time', '2', '--save-at', 'linear:0:2:5'];

  it('are SVG, or PDF where that is asked, of what was recorded', async () => {
    const chosen = ['--diagnostics', 'energy,pair_share,fourier_modes'];
    await done(...run, ...chosen, '--out', join(folder, 'run'));
    expect(drawn('run')).toEqual(['diagnostics.svg', 'trajectories.svg']);
    const [ways, numbers] = ['trajectories', 'diagnostics'].map((name) =>
      readFileSync(join(folder, 'run', `${name}.svg`), 'utf8'),
    );
    expect(ways).toContain('60 of 70 particles in d = 2 at 5 times, seed 1');
    expect(ways).toContain('angle θ (rad)');
    expect(numbers).toContain('Share of pairs above 1 − δ');
    expect(numbers).not.toContain('Fourier');
  });

  it('are drawn anew of the whole run when it goes on', async () => {
    const more = ['--time', '4', '--figures', 'svg,pdf'];
    await done('simulate', '--continue', join(folder, 'run'), ...more);
    expect(drawn('run')).toEqual(
      ['diagnostics', 'trajectories'].flatMap((name) => [`${name}.pdf`, `${name}.svg`]),
    );
    expect(readFileSync(join(folder, 'run', 'trajectories.svg'), 'utf8')).toContain('at 6 times');
    expect(readFileSync(join(folder, 'run', 'trajectories.pdf'), 'latin1')).toMatch(/^%PDF-1\.4/);
  });

  it('are refused in other formats, and without a folder', async () => {
    const other = await command([...run, '--figures', 'png', '--out', join(folder, 'none')]);
    expect([other.code, other.stderr]).toEqual([
      2,
      'schmetterling: option figures has "png": expected svg, pdf, or svg,pdf; choose among them\n',
    ]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    const nowhere = await command([...run, '--figures', 'pdf']);
    expect(nowhere.stderr).toMatch(/option figures is pdf, and there is no --out/);
  });
});

it('PDFs are those of trace, of operations and of experiments too', async () => {
  const [trace, plan, claims] = ['trace', 'plan', 'claims'].map((name) => join(folder, name));
  await done('trace', 'Hund', '--depth', '2', '--out', trace, '--figures', 'pdf');
  expect(drawn('trace')).toEqual(['trajectories.pdf']);
  const points = join(folder, 'points.csv');
  writeFileSync(points, 'x,y\n0,1\n2,3\n');
  await done('transport', points, points, '--figures', 'svg,pdf', '--out', plan);
  expect(drawn('plan')).toEqual(['transport.pdf', 'transport.svg']);
  const quick = ['experiment', 'run', 'c09-repulsion', '--quick', '--out', claims];
  await done(...quick);
  expect(drawn('claims/c09-repulsion')).toEqual(['figure-dark.svg', 'figure.svg']);
  await done(...quick, '--figures', 'pdf');
  expect(drawn('claims/c09-repulsion')).toEqual(['figure-dark.svg', 'figure.pdf', 'figure.svg']);
});
