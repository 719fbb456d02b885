/** `catalogue` as a user meets it. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/host/catalogue.ts';
import { command } from './command.ts';

describe('catalogue', () => {
  it('lists every entry of every kind', async () => {
    const { code, stdout } = await command(['catalogue']);
    expect(code).toBe(0);
    const words = stdout.split(/\s+/);
    const kinds = catalogue();
    for (const [kind, entries] of Object.entries(kinds))
      expect(words).toEqual(expect.arrayContaining([kind, ...entries.map(({ name }) => name)]));
  });

  it('shows one kind, or one entry with its parameters', async () => {
    const starts = await command(['catalogue', 'starts']);
    expect(starts.stdout).toMatch(/von_mises_fisher {2,}Von Mises–Fisher/);
    expect(starts.stdout).not.toContain('kuramoto');
    const { stdout } = await command(['catalogue', 'normalised']);
    expect(stdout).toMatch(/--initial-radius a number from 0\.000001 to .*, 1 by default/);
    expect(stdout).toContain('post | pre | peri | ngpt | mixed');
    expect(stdout).toContain('"ginibre:SEED"');
  });

  it('shows every default as its flag takes it', async () => {
    const { stdout } = await command(['catalogue', 'multi_head']);
    expect(stdout).toContain('--query a matrix, ginibre:1 by default');
    expect(stdout).toContain('--value a matrix, identity by default');
    const svgd = await command(['catalogue', 'svgd']);
    expect(svgd.stdout).toContain(
      '2h = m / log(n + 1), m the median of |x_i − x_j|² over all pairs',
    );
    expect(stdout + svgd.stdout).not.toContain('[object');
    const { stdout: help } = await command(['simulate', '--help']);
    expect(help).not.toContain('[object');
  });

  it('prints the same data as the library', async () => {
    const all = await command(['catalogue', '--json']);
    expect(JSON.parse(all.stdout)).toEqual(JSON.parse(JSON.stringify(catalogue())));
    const kind = await command(['catalogue', 'engines', '--json']);
    expect(Object.keys(JSON.parse(kind.stdout))).toEqual(['engines']);
  });

  it('suggests the nearest name', async () => {
    const { code, stderr } = await command(['catalogue', 'kuramotto']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean "kuramoto"?')]);
    expect(stderr.trim()).not.toContain('\n');
  });
});
