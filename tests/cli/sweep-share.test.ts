/** Cells that share a run: each has the row of a run of its own, bit for bit, and the run is done once. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cellResult } from '../../src/cli/sweep/cell.ts';
import { cellCount } from '../../src/cli/sweep/grid.ts';
import { firstFitting, planOf } from '../../src/cli/sweep/plan.ts';
import { readSweep, type SweepFlags } from '../../src/cli/sweep/request.ts';
import { tableOf } from '../../src/cli/sweep/rows.ts';
import { groupResults, sharingOf } from '../../src/cli/sweep/share.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-share-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The rows of all cells as they are run together, and as each is alone. */
async function bothWays(flags: SweepFlags) {
  const { request } = readSweep({ out: 'x', ...flags });
  const plan = await planOf(request);
  const table = tableOf(request, firstFitting(request, plan));
  const all = Array.from({ length: cellCount(request.grid) }, (_, cell) => cell);
  const sharing = sharingOf(table);
  const cells = sharing.order(all);
  const together: string[] = [];
  const sizes: number[] = [];
  for (let k = 0; k < cells.length; k = sharing.end(cells, k)) {
    const group = cells.slice(k, sharing.end(cells, k));
    sizes.push(group.length);
    for await (const { cell, row } of groupResults(table, group, plan.settingsOf))
      together[cell] = row;
  }
  const alone = await Promise.all(
    all.map(async (cell) => (await cellResult(table, cell, plan.settingsOf)).row),
  );
  return { together, alone, sizes };
}

const SMALL = { n: '7', d: '3', seed: '11' };

describe('have the rows of runs of their own', () => {
  it.each<[string, SweepFlags, readonly number[]]>([
    ['layers', { grid: ['time=5,0.5,2,beta=1,4'] }, [3, 3]],
    ['seeds', { grid: ['time=1,3'], seeds: '3' }, [2, 2, 2]],
    ['dopri5', { scheme: 'dopri5', grid: ['time=0.7,3.3,10,100'] }, [4]],
    ['rk4, a step cut by an end', { scheme: 'rk4', step: '0.3', grid: ['time=1,2.1,4'] }, [3]],
    ['noise', { kappa: '30', grid: ['time=0.5,1,3'] }, [3]],
    ['noise of dynamics', { dynamics: 'noisy', grid: ['time=0.3,1.2'], step: '0.2' }, [2]],
    ['noise whose ends lie within a coarse step', { kappa: '50', grid: ['time=2.5,5'] }, [2]],
    ['times that are read', { dynamics: 'resnet', kappa: '50', grid: ['time=7.1,20'] }, [2]],
    ['potentials that go on', { dynamics: 'sinkhorn', grid: ['time=1,2'] }, [2]],
    ['circle', { d: '2', n: '40', scheme: 'rk4', grid: ['time=1,20,beta=2,9'] }, [2, 2]],
    ['modes', { d: '2', n: '300', engine: 'spectral', grid: ['time=1,30'], scheme: 'dopri5' }, [2]],
    ['stops', { scheme: 'dopri5', stopBelow: '0.2', grid: ['time=1,4,50'] }, [3]],
    ['mergers', { d: '2', merge: '0.3', mergeError: true, grid: ['time=2,10'] }, [2]],
    ['clusters', { d: '2', merge: '0.2', stopClusters: '3', grid: ['time=2,10,40'] }, [3]],
    ['radii', { dynamics: 'normalised', grid: ['time=1,2'] }, [2]],
    ['a view', { dynamics: 'no_projection', start: 'gaussian', grid: ['time=1,2'] }, [2]],
    ['steps that are too many', { maximumSteps: '15', grid: ['time=1,2,3'] }, [3]],
    ['δ', { grid: ['delta=0.5,0.1,0.9,beta=1,4'], saveAt: '0,1,2', time: '2' }, [3, 3]],
    ['δ and ends', { grid: ['delta=0.5,0.1,time=3,1'], scheme: 'rk4' }, [4]],
    ['δ and ends with times', { grid: ['delta=0.5,0.1,time=3,1'], saveAt: '0,2' }, [2, 2]],
    ['cells that do not fit', { grid: ['time=1,0.05,2'] }, [3]],
  ])('%s', async (_, flags, sizes) => {
    const found = await bothWays({ ...SMALL, ...flags });
    expect(found.together).toEqual(found.alone);
    expect(found.sizes).toEqual(sizes);
    expect(new Set(found.alone).size).toBe(found.alone.length);
  });
});

it('are run once', async () => {
  const [log, module] = [join(folder, 'log'), join(folder, 'counted.mjs')];
  writeFileSync(log, '');
  writeFileSync(
    module,
    `import { appendFileSync } from 'node:fs';
export default { name: 'counted', space: 'euclidean',
  velocity({ n, d, positions }, _, time, out) {
    if (n === 9) appendFileSync(${JSON.stringify(log)}, time.toFixed(1) + '\\n');
    for (let k = 0; k < n * d; k++) out[k] = -positions[k];
  } };
`,
  );
  const run = ['--dynamics', module, '--start', 'gaussian', '--n', '9', '--scheme', 'euler'];
  const out = join(folder, 'counted');
  const grid = ['--grid', 'time=1,2,4,delta=0.1,0.5', '--diagnostics', 'pair_share'];
  const { code } = await command(['sweep', ...run, ...grid, '--out', out]);
  expect(code).toBe(0);
  const times = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter((time) => time === '1.5');
  expect(times).toHaveLength(1);
});
