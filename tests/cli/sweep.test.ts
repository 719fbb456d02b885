/** `sweep` as a user runs it: the table, threads, shards, kill -9 and going on, merging, bad input. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { csvCells } from '../../src/host/csv.ts';
import { lockOf } from '../host/lock-file.ts';
import { command, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (...names: string[]) => join(folder, ...names);

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);

/** The rows of a table by the names of its columns. */
function rowsOf(file: string): Record<string, string>[] {
  const [header, ...rows] = linesOf(file).map((line) => csvCells(line) ?? []);
  return rows.map((row) => Object.fromEntries(header.map((name, k) => [name, row[k]])));
}

const SMALL = ['--n', '5', '--time', '1', '--diagnostics', 'cosine_mean,cluster_count'];
const GRID = ['--grid', 'beta=0.5,1,d=1,2,3', '--seeds', '2', '--seed', '4'];

async function sweep(out: string, ...args: string[]) {
  const { code, stdout, stderr } = await command(['sweep', ...args, '--out', out, '--json']);
  const outcome = JSON.parse(stdout);
  expect(code).toBe(outcome.failed > 0 ? 1 : 0);
  expect(stderr).toMatch(
    outcome.failed > 0 ? /^schmetterling: \d+ of \d+ cells failed.*\n$/ : /^$/,
  );
  return outcome;
}

describe('a sweep', () => {
  it('has a row for every cell, with the numbers of simulate, and one for every failure', async () => {
    const found = await sweep(path('whole'), ...SMALL, ...GRID, '--threads', '2');
    expect(found).toMatchObject({ cells: 12, failed: 4, before: 0 });
    expect(found.failure).toEqual({ cell: 0, error: expect.stringMatching(/^d is 1/) });
    expect(readdirSync(path('whole', 'sheets'))).toHaveLength(1);
    const rows = rowsOf(path('whole', 'cells.csv'));
    expect(rows.map(({ cell, beta, d, seed }) => [cell, beta, d, seed].join())).toEqual(
      ['0.5', '1'].flatMap((beta, b) =>
        ['1', '2', '3'].flatMap((d, k) =>
          ['4', '5'].map((seed, s) => `${6 * b + 2 * k + s},${beta},${d},${seed}`),
        ),
      ),
    );
    expect(rows[0]).toMatchObject({ status: 'failed', cosine_mean: '' });
    expect(rows[0].error).toMatch(/d is 1: expected a whole number from 2/);
    const alone = ['simulate', ...SMALL, '--beta', '1', '--d', '3', '--seed', '5', '--json'];
    const { diagnostics, steps } = JSON.parse((await command(alone)).stdout);
    expect(rows[11]).toMatchObject({ status: 'done', end_time: '1', steps: String(steps) });
    expect(Number(rows[11].cosine_mean)).toBe(diagnostics.cosine_mean.at(-1));
    expect(Number(rows[11].cluster_count)).toBe(diagnostics.cluster_count.at(-1));
  });

  it('keeps its settings, and goes on with the same ones only', async () => {
    const kept = JSON.parse(readFileSync(path('whole', 'sweep.json'), 'utf8'));
    expect(kept).toMatchObject({ command: 'sweep', cells: 12, grid: { seed: 4, seeds: 2 } });
    expect(kept.settings).toMatchObject({ dynamics: 'sa', n: 5, scheme: 'layer', step: 0.1 });
    const again = await sweep(path('whole'), ...SMALL, ...GRID);
    expect(again).toMatchObject({ cells: 12, failed: 4, before: 12 });
    const other = await command(
      ['sweep', ...SMALL, ...GRID, '--scheme', 'rk4', '--out'].concat(path('whole')),
    );
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/another sweep: scheme was not given and is rk4 now/);
  });

  it('writes the same bytes on one thread, and shards that merge to them', async () => {
    const table = readFileSync(path('whole', 'cells.csv'), 'utf8');
    await sweep(path('one'), ...SMALL, ...GRID, '--threads', '1');
    expect(readFileSync(path('one', 'cells.csv'), 'utf8')).toBe(table);
    for (const i of [3, 1]) await sweep(path('parts'), ...SMALL, ...GRID, '--shard', `${i}/3`);
    const early = await command(['sweep', 'merge', path('parts')]);
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(/4 of 12 cells are missing: 1, 4, 7, 10;/);
    expect(existsSync(path('parts', 'cells.csv'))).toBe(false);
    await sweep(path('elsewhere'), ...SMALL, ...GRID, '--shard', '2/3');
    const all = [path('parts'), path('elsewhere'), '--out', path('merged'), '--parquet'];
    const merged = await command(['sweep', 'merge', ...all]);
    expect(merged.code).toBe(1);
    expect(merged.stderr).toMatch(/4 of 12 cells failed, such as cell 0: d is 1.*--retry-failed/);
    expect(readFileSync(path('merged', 'cells.csv'), 'utf8')).toBe(table);
  });

  it('has one writer of its table; shards have sheets of their own', async () => {
    await sweep(path('held'), ...SMALL, ...GRID, '--shard', '1/2');
    writeFileSync(path('held', '.lock'), lockOf(process.pid));
    const refused = await command(['sweep', ...SMALL, ...GRID, '--out', path('held')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/held" is being written by process \d+ on/);
    await sweep(path('held'), ...SMALL, ...GRID, '--shard', '2/2');
    rmSync(path('held', '.lock'));
    await sweep(path('held'), ...SMALL, ...GRID);
    const [table, whole] = ['held', 'whole'].map((name) => readFileSync(path(name, 'cells.csv')));
    expect(table.equals(whole)).toBe(true);
  });

  it('is the same table as Parquet', async () => {
    const bytes = readFileSync(path('merged', 'cells.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const read = await parquetReadObjects({ file });
    const text = (value: unknown) => (value === null ? '' : String(value));
    const rows = read.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])),
    );
    expect(rows).toEqual(rowsOf(path('whole', 'cells.csv')));
    expect(read[11].d).toBe(3n);
  });

  it('has every saved time where times are asked for', async () => {
    const times = ['--save-at', '0.5,1', '--diagnostics', 'cosine_mean', '--time', '1'];
    await sweep(path('times'), '--n', '5', ...times);
    expect(readdirSync(path('times', 'sheets'))).toEqual([]);
    const [row] = rowsOf(path('times', 'cells.csv'));
    const { diagnostics } = JSON.parse(
      (await command(['simulate', '--n', '5', ...times, '--json'])).stdout,
    );
    const found = ['cosine_mean@0.5', 'cosine_mean@1'].map((name) => Number(row[name]));
    expect(found).toEqual(diagnostics.cosine_mean);
    expect(row.cosine_mean).toBe(row['cosine_mean@1']);
  });
});

describe('positions and diagnostics of one’s own', () => {
  const module = path('gap.mjs');
  const asked = [
    '--n',
    '4',
    '--time',
    '1',
    '--save-at',
    '0,0.5,1',
    '--positions',
    '--grid',
    'd=1,2,3',
  ];
  const names = ['--diagnostics', `pair_share,${module}`, '--delta', '0.5'];

  it('are those of simulate, a file a cell, none for one that failed', async () => {
    cpSync('examples/own-diagnostic.mjs', module);
    await sweep(path('own'), ...asked, ...names, '--seed', '3');
    const rows = rowsOf(path('own', 'cells.csv'));
    expect(rows.map(({ status }) => status)).toEqual(['failed', 'done', 'done']);
    expect(readdirSync(path('own', 'positions')).sort()).toEqual(['1.npy', '2.npy']);
    const flags = ['--n', '4', '--time', '1', '--save-at', '0,0.5,1', '--d', '2', '--seed', '3'];
    const run = await command(['simulate', ...flags, ...names, '--out', path('run')]);
    expect(run.code).toBe(0);
    expect(readFileSync(path('own', 'positions', '1.npy'))).toEqual(
      readFileSync(path('run', 'positions.npy')),
    );
    const frames = linesOf(path('run', 'diagnostics.jsonl')).map((line) => JSON.parse(line));
    for (const { time, pair_share, widest_gap } of frames) {
      expect(Number(rows[1][`pair_share@${time}`])).toBe(pair_share);
      expect(Number(rows[1][`widest_gap@${time}`])).toBe(widest_gap);
    }
    expect(rows[2].widest_gap).toBe('');
    const record = JSON.parse(readFileSync(path('run', 'run.json'), 'utf8'));
    expect(record.settings).toMatchObject({
      delta: 0.5,
      diagnostics: ['pair_share', 'widest_gap'],
    });
    expect(record.source.diagnostics).toBe(`pair_share,${module}`);
  });

  it('go on with a run, and with a sweep whose module is the same', async () => {
    const more = await command(['simulate', '--continue', path('run'), '--time', '2', '--json']);
    expect(more.code).toBe(0);
    expect(linesOf(path('run', 'diagnostics.jsonl')).at(-1)).toMatch(
      /"time":2,.*"widest_gap":[0-9]/,
    );
    rmSync(path('own', 'cells.csv'));
    rmSync(path('own', 'sheets'), { recursive: true });
    writeFileSync(path('own', 'positions', '1.npy.4194999-0.tmp'), 'half');
    const again = await sweep(path('own'), ...asked, ...names, '--seed', '3');
    expect(again).toMatchObject({ cells: 3, before: 0 });
    expect(readdirSync(path('own', 'positions')).sort()).toEqual(['1.npy', '2.npy']);
    appendFileSync(module, '// changed');
    const other = await command(
      ['sweep', ...asked, ...names, '--seed', '3', '--out'].concat(path('own')),
    );
    expect(other.stderr).toMatch(/another sweep: .*gap\.mjs was/);
  });

  it('need times, and a module that measures', async () => {
    const of = async (...args: string[]) => {
      const { code, stderr } = await command(['sweep', '--out', path('none'), ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await of('--positions')).toMatch(/option positions needs save-at: expected the times/);
    expect(await of('--diagnostics', './none.mjs')).toMatch(
      /cannot read ".\/none.mjs": there is no/,
    );
    writeFileSync(path('broken.mjs'), "export default { name: 'broken', measure: () => 'much' };");
    expect(await of('--diagnostics', path('broken.mjs'))).toMatch(
      /diagnostic broken is "much": expected a number/,
    );
    expect(existsSync(path('none'))).toBe(false);
  });
});

/** Dynamics that write down every run, and break the thread where `rest` is over 1. */
function countedDynamics(log: string): string {
  const file = path('counted.mjs');
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs';
export default {
  name: 'counted',
  space: 'euclidean',
  parameters: [
    { type: 'number', name: 'run', default: -1, minimum: -1, maximum: 1e6 },
    { type: 'number', name: 'rest', default: 0, minimum: 0, maximum: 9 },
  ],
  velocity({ n, d, positions }, { run, rest }, time, out) {
    if (time === 0 && run >= 0) appendFileSync(${JSON.stringify(log)}, run + '\\n');
    if (rest > 1 && time === 0) {
      setTimeout(() => { throw new Error('torn'); });
      // Long enough for the run to let other work in.
      for (const begun = performance.now(); performance.now() - begun < 80; );
    }
    for (let k = 0; k < n * d; k++) out[k] = -positions[k];
  },
};
`,
  );
  return file;
}

const CELLS = 400;

/** The one sheet of a sweep, when it has so many lines. */
async function grownSheet(out: string, lines: number): Promise<string> {
  for (;;) {
    const [name] = existsSync(join(out, 'sheets')) ? readdirSync(join(out, 'sheets')) : [];
    if (name && linesOf(join(out, 'sheets', name)).length >= lines)
      return join(out, 'sheets', name);
    await new Promise((done) => setTimeout(done, 5));
  }
}

it('killed by kill -9 it loses no cell that was done, and runs none twice', async () => {
  const [log, out] = [path('log'), path('killed')];
  writeFileSync(log, '');
  const args = [
    ...['sweep', '--dynamics', countedDynamics(log), '--start', 'gaussian', '--n', '20'],
    ...['--time', '3', '--scheme', 'rk4', '--step', '0.01', '--diagnostics', 'cosine_mean'],
    ...['--grid', `run=0:${CELLS - 1}:1`, '--threads', '2', '--out', out],
  ];
  const child = start(args);
  const over = new Promise((done) => child.once('close', done));
  const sheet = await grownSheet(out, 30);
  child.kill('SIGKILL');
  await over;
  const before = linesOf(sheet).slice(1);
  expect(before.length).toBeGreaterThanOrEqual(29);
  expect(before.length).toBeLessThan(CELLS);
  // What a write may leave that was cut off by a power cut.
  appendFileSync(sheet, '399,39');
  writeFileSync(log, '');
  const { code, stdout } = await command([...args, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ cells: CELLS, failed: 0, before: before.length });
  const after = linesOf(join(out, 'cells.csv')).slice(1);
  expect(after.map((line) => Number(line.split(',')[0]))).toEqual([...Array(CELLS).keys()]);
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
  const done = new Set(before.map((line) => line.split(',')[0]));
  expect(linesOf(log).filter((run) => done.has(run))).toEqual([]);
  expect(new Set(linesOf(log)).size).toBe(CELLS - before.length);
});

it('a thread that dies takes one cell with it', async () => {
  const dynamics = countedDynamics(path('log'));
  const args = ['--dynamics', dynamics, '--start', 'gaussian', ...SMALL, '--threads', '1'];
  const found = await sweep(path('torn'), ...args, '--grid', 'rest=0,2,1', '--seeds', '2');
  expect(found).toMatchObject({ cells: 6, failed: 2 });
  const states = rowsOf(path('torn', 'cells.csv')).map(({ status }) => status);
  expect(states).toEqual(['done', 'done', 'failed', 'failed', 'done', 'done']);
  expect(found.failure).toEqual({ cell: 2, error: 'its thread ended: Error: torn' });
});

describe('refuses', () => {
  it('what cannot be run in one line, before a folder is made', async () => {
    const args = ['sweep', '--dynamics', 'so', '--out', path('refused')];
    const { code, stdout, stderr } = await command(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^schmetterling: unknown dynamics "so": did you mean "sa".*\n$/);
    expect(existsSync(path('refused'))).toBe(false);
  });

  it('to merge what is no sweep, two sweeps, or a cell twice', async () => {
    const none = await command(['sweep', 'merge', path('nowhere')]);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/cannot read .*sweep\.json/);
    const two = await command(['sweep', 'merge', path('whole'), path('times')]);
    expect(two.code).toBe(2);
    expect(two.stderr).toMatch(/hold two sweeps: .* is .* in one and .* in the other/);
    cpSync(path('whole'), path('copy'), { recursive: true });
    const table = readFileSync(path('copy', 'cells.csv'), 'utf8');
    writeFileSync(path('copy', 'cells.csv'), table.replace(',done,1,5,', ',done,1,6,'));
    const twice = await command(['sweep', 'merge', path('whole'), path('copy')]);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/cell 2 is in .*whole.* and in .*copy.* with other numbers/);
  });
});
