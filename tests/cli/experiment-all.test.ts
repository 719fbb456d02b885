/** Many experiments on threads: order, what is kept and found again, numbers that JSON lacks, the page of claims. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runAll } from '../../src/cli/experiment/all.ts';
import { claimsPage } from '../../src/cli/experiment/claims.ts';
import { cellsOf, type Kept, keep, readKept } from '../../src/cli/experiment/kept.ts';
import { experimentNamed } from '../../src/experiments/catalogue.ts';
import { runExperiment, settingsOf } from '../../src/experiments/run.ts';
import { sha256Of } from '../../src/host/digest.ts';
import { openCells } from '../../src/host/experiment-cells.ts';
import { entriesSum } from '../../src/numerics/entries-sum.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-experiments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [repulsion, reduction] = ['c09-repulsion', 'reduced-models'].map(experimentNamed);
/** No thread knows it. */
const unknown = { ...reduction, id: 'unknown' };

const timeOf = (id: string) => statSync(join(folder, id, 'run.json')).mtimeMs;
const timeless = (kept?: Kept) => ({ ...kept, seconds: 0 });

/** The outcome, and what was said on stderr, line by line. */
async function heard(...args: Parameters<typeof runAll>) {
  const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});
  const outcome = await runAll(...args);
  const said = stderr.mock.calls.map(([line]) => String(line));
  stderr.mockRestore();
  return { ...outcome, said };
}

describe('all experiments', () => {
  it('give the numbers of one, in their order, and tell of one that fails', async () => {
    const entries = [repulsion, unknown, reduction];
    const options = { variant: 'tiny', out: folder, threads: 2 } as const;
    const { runs, failures, said } = await heard(entries, options);
    expect(said).toHaveLength(3);
    expect(failures.map(({ id }) => id)).toEqual(['unknown']);
    expect(runs.map(({ id }) => id)).toEqual(['c09-repulsion', 'reduced-models']);
    expect(failures[0].message).toMatch(/unknown experiment "unknown"/);
    const alone = await keep(await runExperiment(repulsion, { variant: 'tiny' }));
    expect(timeless(runs[0])).toEqual(timeless(alone));
    expect(readKept(folder, 'c09-repulsion')).toEqual(runs[0]);
  });

  it('are not run again where they are kept, but for --force', async () => {
    const before = timeOf('reduced-models');
    const options = { variant: 'tiny', out: folder, threads: 1 } as const;
    expect((await heard([repulsion, reduction], options)).said).toEqual([]);
    expect(timeOf('reduced-models')).toBe(before);
    // On one thread the order is that of the running times that are known.
    const costs = [repulsion, reduction].map(({ id }) => readKept(folder, id)?.seconds ?? 0);
    const ids = costs[0] < costs[1] ? ['reduced', 'c09'] : ['c09', 'reduced'];
    const { said } = await heard([repulsion, reduction], { ...options, force: true });
    expect(said.map((line) => line.split('-')[0])).toEqual(ids);
    expect(timeOf('reduced-models')).toBeGreaterThan(before);
  });

  it('go on with the cells of a run that was ended, and leave none', async () => {
    const out = join(folder, 'ended');
    const cells = cellsOf(out, repulsion, settingsOf(repulsion, 'tiny', {}));
    const enough = new AbortController();
    const onProgress = () => enough.abort(new Error('ended'));
    const context = { cells: openCells(cells), signal: enough.signal, onProgress };
    await expect(runExperiment(repulsion, { variant: 'tiny' }, context)).rejects.toThrow('ended');
    const [, first] = readFileSync(cells.path, 'utf8').split('\n');
    // a time that no run takes: it is among the seconds of a run that went on with its cells
    const { sha256: _, ...found } = { ...JSON.parse(first), seconds: 1e6 };
    const told = { ...found, sha256: entriesSum(found, sha256Of) };
    writeFileSync(
      cells.path,
      readFileSync(cells.path, 'utf8').replace(first, JSON.stringify(told)),
    );
    const { runs } = await heard([repulsion], { variant: 'tiny', out, threads: 1 });
    expect(runs[0].seconds).toBeGreaterThan(1e6);
    expect(timeless(runs[0])).toEqual(
      timeless(await keep(await runExperiment(repulsion, { variant: 'tiny' }))),
    );
    expect(existsSync(cells.path)).toBe(false);
  });

  it('are run again where another number is predicted now', async () => {
    const options = { variant: 'tiny', out: folder, threads: 1 } as const;
    const predict: typeof repulsion.predict = (settings) =>
      repulsion.predict(settings).map((one) => ({ ...one, expected: { low: 0, high: 1 } }));
    const { said } = await heard([{ ...repulsion, predict }, reduction], options);
    expect(said.map((line) => line.split(':')[0])).toEqual(['c09-repulsion']);
  });
});

/** A run that nobody has made. */
const made = (change: Partial<Kept>): Kept => ({
  id: 'made',
  title: 'With a | b, x_1 < y* holds.',
  citation: 'arXiv 0000.00000',
  variant: 'full',
  settings: { n: 3, betas: [1, 2], query: 'ginibre' },
  findings: [
    {
      quantity: 'order',
      expected: { value: 2, tolerance: 0.1 },
      why: 'by Taylor',
      measured: { value: 2.01234, low: 1.95, high: 2.05, samples: 20 },
      verdict: 'holds',
    },
    {
      quantity: 'share',
      expected: { low: 0, high: Number.POSITIVE_INFINITY },
      why: 'it is one',
      measured: { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples: 1 },
      verdict: 'does not hold',
    },
  ],
  verdict: 'does not hold',
  columns: [{ name: 'a', values: [1, null] }],
  notes: ['read with care'],
  seconds: 12.5,
  version: '0.1.0',
  ...change,
});

describe('a kept run', () => {
  it('comes back with the numbers that JSON lacks', async () => {
    const { seconds, version: _, ...run } = made({});
    const kept = await keep({ ...run, seconds, figure: { title: 'none', panels: [] } }, folder);
    expect(readKept(folder, 'made')).toEqual(kept);
  });
});

describe('the page of claims', () => {
  const other = made({ id: 'other', verdict: 'holds', variant: 'quick', seconds: 3 });
  const page = claimsPage([made({}), other], ['c01']);
  const lines = page.split('\n');

  it('has claim, predicted, measured, verdict and figure of every quantity', () => {
    const rows = lines.filter((line) => /^\| (\[| )/.test(line));
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(
      /^\| \[made\]\(#made\): With a \\\| b, x\\_1 &lt; y\\\* holds\. \*\*does not hold\*\* \| order: 2 ± 0\.1 \| 2\.012 \(1\.95 to 2\.05, 20 seeds\) \| holds \| <a href="claims\/made\.svg">.*<\/a> \|$/,
    );
    expect(rows[1]).toBe('|  | share: at least 0 | no value | does not hold |  |');
  });

  it('has settings, version, reasons and notes, and no running time', () => {
    expect(page).toContain('Settings: `n=3`, `betas=[1,2]`, `query=ginibre`; version 0.1.0.\n');
    expect(page).toContain('- *order*: by Taylor\n');
    expect(page).toContain('Note: read with care.\n');
    expect(page).not.toMatch(/12\.5|seconds/);
    expect(page).toContain('Verdicts: 1 holds, 1 does not hold, 0 inconclusive. Version 0.1.0.');
    expect(page).toContain('Not run yet: c01.');
    expect(page).toContain('## other\n');
  });

  it('says which runs are not the full ones', () => {
    expect(page).toContain('than those of the full variant so far: other.\n');
    expect(lines.filter((line) => line.includes('**holds** (quick variant) |'))).toHaveLength(1);
    expect(page).toContain('Settings (quick variant): ');
    const changed = made({ changed: ['n', 'betas'] });
    expect(claimsPage([changed], [])).toContain('**does not hold** (n, betas changed) |');
    expect(claimsPage([made({})], [])).not.toContain('so far');
  });
});
