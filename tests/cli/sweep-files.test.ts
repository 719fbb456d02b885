/** The files of a sweep are the truth about it: sheets of many runs, in any order, on any machine, of older versions. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rangesNamed, rangesText, readRanges } from '../../src/cli/sweep/ranges.ts';
import { STREAMS } from '../../src/numerics/random.ts';
import { command, type Outcome, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-sheets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (...names: string[]) => join(folder, ...names);
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const tableOf = (name: string) => readFileSync(path(name, 'cells.csv'), 'utf8');
const sheetsOf = (name: string) =>
  readdirSync(path(name, 'sheets')).map((sheet) => path(name, 'sheets', sheet));

const FLAGS = ['--n', '4', '--time', '1', '--diagnostics', 'cosine_mean', '--kappa', '20'];
const GRID = [...FLAGS, '--grid', 'd=1,2,3,beta=0.5,1', '--seeds', '2', '--threads', '1'];

const sweep = (...args: string[]) => command(['sweep', ...args]);
const json = ({ stdout }: Outcome) => JSON.parse(stdout);

let table = '';
beforeAll(async () => {
  await sweep(...GRID, '--out', path('whole'));
  table = tableOf('whole');
});

/** A folder with the plan of the sweep and one sheet with these lines. */
function planned(name: string, lines: readonly string[] = [], sheet = 'by-hand.0.x.csv'): string {
  mkdirSync(path(name, 'sheets'), { recursive: true });
  writeFileSync(path(name, 'sweep.json'), readFileSync(path('whole', 'sweep.json')));
  addSheet(name, lines, sheet);
  return path(name);
}

function addSheet(name: string, lines: readonly string[], sheet: string): void {
  const [header] = table.split('\n');
  const text = [header, ...lines].map((line) => `${line}\n`).join('');
  writeFileSync(path(name, 'sheets', sheet), text);
}

const rows = () => table.split('\n').slice(1, -1);

describe('cells as ranges', () => {
  it('come back from their text', () => {
    const cells = fc
      .uniqueArray(fc.nat(60), { minLength: 1 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(cells, (all) => {
        expect(readRanges(rangesText(all), 61)).toEqual(all);
      }),
    );
    expect(rangesText([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8');
    expect(readRanges(' 3, 1-2,2', 4)).toEqual([3, 1, 2]);
  });

  it('are cut in a message', () => {
    const odd = Array.from({ length: 14 }, (_, k) => 2 * k + 1);
    expect(rangesNamed(odd)).toBe('1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 2 ranges more');
    expect(rangesNamed(odd.slice(0, 13))).toMatch(/23 and 1 range more$/);
  });

  it.each(['', '4', '2-1', 'a', '1,,2', '-1', '1-9', '1.5'])('are refused as "%s"', (text) => {
    expect(() => readRanges(text, 4)).toThrow(/option cells has .*: expected cells from 0 to 3/);
  });
});

describe('the same sweep anywhere', () => {
  it('is a task here, a shard there, and what is left from another folder', async () => {
    const out = path('parts');
    const task = ['task', out, '--cells', '2-3,9', '--threads', '1', '--json'];
    expect((await sweep(...GRID, '--shard', '2/3', '--out', out)).code).toBe(1);
    expect(json(await sweep(...task))).toMatchObject({ cells: 3, before: 0, failed: 2, open: 0 });
    const again = json(await sweep(...task));
    expect(again).toMatchObject({ cells: 3, before: 3, failed: 2, sheet: null, streams: STREAMS });
    const status = json(await sweep('status', out, '--json'));
    expect(status).toMatchObject({ cells: 12, done: 4, failed: 3, missing: 5, conflicts: [] });
    expect(status.missingCells).toBe('0,5-6,8,11');
    const left = await sweep('--out', out, '--json');
    expect(json(left)).toMatchObject({ cells: 12, before: 7, failed: 4 });
    expect(tableOf('parts')).toBe(table);
  });

  it('takes the cells of a task from a line of a file', async () => {
    const out = planned('lines');
    writeFileSync(path('tasks'), '0-4\n5-11\n');
    const of = (line: string) => [
      '--cells-of',
      path('tasks'),
      '--line',
      line,
      '--task',
      `t-${line}`,
    ];
    const ran = await sweep('task', out, ...of('2'), '--restart', '3', '--json');
    expect(json(ran)).toMatchObject({ cells: 7, before: 0, failed: 0 });
    expect(json(ran).sheet).toMatch(/sheets\/t-2\.3\.[0-9a-f-]+\.csv$/);
    const early = await sweep('merge', out);
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(/5 of 12 cells are missing: 0-4;/);
    await sweep('task', out, ...of('1'));
    const merged = await sweep('merge', out, '--json');
    expect([merged.code, json(merged).failed]).toEqual([1, 4]);
    expect(tableOf('lines')).toBe(table);
    for (const [args, why] of [
      [[], /option cells is missing/],
      [['--cells', '0', '--cells-of', 'x'], /cells-of is given as well/],
      [['--cells-of', path('tasks')], /option line is missing/],
      [['--cells-of', path('tasks'), '--line', '3'], /has 2 lines: expected one of them/],
      [['--cells', '0', '--task', 'a b'], /option task is "a b": expected letters/],
    ] as const)
      expect((await sweep('task', out, ...args)).stderr).toMatch(why);
  });

  const together = (...args: string[]) =>
    Promise.all(
      [1, 2].map(() => {
        const child = start(['sweep', ...GRID, ...args]);
        return new Promise<number>((done) => child.once('close', done));
      }),
    );

  it('runs parts twice at the same time without harm', async () => {
    const out = path('twice');
    expect(await together('--out', out, '--shard', '1/1')).toEqual([1, 1]);
    expect((await sweep(...GRID, '--out', out)).code).toBe(1);
    expect(tableOf('twice')).toBe(table);
  });

  it('as a whole has one process at a time', async () => {
    const out = path('one at a time');
    // 2: refused, for the other was at it
    const codes = await together('--out', out);
    expect(codes).toContain(1);
    for (const code of codes) expect([1, 2]).toContain(code);
    expect(tableOf('one at a time')).toBe(table);
  });

  it('a task that is told to end keeps what is done, and says that it is to be begun again', async () => {
    const slow = [
      '--n',
      '10',
      '--time',
      '4',
      '--scheme',
      'rk4',
      '--step',
      '0.01',
      '--diagnostics',
      'none',
    ];
    const args = [...slow, '--seeds', '16'];
    await sweep(...args, '--out', path('undisturbed'), '--threads', '2');
    const out = path('ended');
    await sweep(...args, '--out', out, '--shard', '16/16');
    const child = start(['sweep', 'task', out, '--cells', '0-15', '--threads', '2', '--task', 'b']);
    const over = new Promise((done) => child.once('close', done));
    const sheet = () => sheetsOf('ended').find((name) => name.includes('/b.'));
    while ((sheet() ? linesOf(String(sheet())) : []).length < 3)
      await new Promise((done) => setTimeout(done, 5));
    child.kill('SIGUSR1');
    expect(await over).toBe(75);
    const { done, missing } = json(await sweep('status', out, '--json'));
    expect(done).toBe(16 - missing);
    expect(missing).toBeGreaterThan(0);
    expect((await sweep('--out', out)).code).toBe(0);
    expect(tableOf('ended')).toBe(tableOf('undisturbed'));
    expect(sheetsOf('ended')).toEqual([]);
  });
});

describe('rows of one cell', () => {
  it('count once where they are equal, a result before a failure, and a torn one not at all', async () => {
    const out = planned('often', rows().slice(0, 7));
    const failed = String(rows()[0]).replace(/^0,1,0.5,1/, '4,2,0.5,1');
    addSheet('often', [failed, ...rows().slice(4, 8)], 'a.0.x.csv');
    appendFileSync(path('often', 'sheets', 'a.0.x.csv'), String(rows()[8]).slice(0, 30));
    writeFileSync(path('often', 'sheets', 'empty.0.x.csv'), '');
    expect(json(await sweep('status', out, '--json'))).toMatchObject({
      ...{ done: 4, failed: 4, missing: 4, missingCells: '8-11', conflicts: [] },
    });
    expect(json(await sweep('--out', out, '--json'))).toMatchObject({ before: 8, failed: 4 });
    expect(tableOf('often')).toBe(table);
  });

  it('are refused by number where they are results that differ', async () => {
    const other = String(rows()[6]).replace(/,([0-9.-]+),$/, ',0.125,');
    expect(other).not.toBe(rows()[6]);
    const out = planned('unequal', rows(), 'a.0.x.csv');
    addSheet('unequal', [other], 'b.0.x.csv');
    const why = /cell 6 is in .*a\.0\.x\.csv and in .*b\.0\.x\.csv with other numbers/;
    for (const args of [
      ['merge', out],
      ['--out', out],
      ['task', out, '--cells', '0'],
    ]) {
      const { code, stderr } = await sweep(...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(why);
    }
    expect(existsSync(path('unequal', 'cells.csv'))).toBe(false);
    expect((await sweep('status', out)).stdout).toMatch(/cell 6 has two results: in .*a\.0/);
  });
});

describe('cells that failed', () => {
  it('are run again when asked to, and not else', async () => {
    const [broken, module] = [path('broken'), path('moody.mjs')];
    writeFileSync(
      module,
      `import { existsSync } from 'node:fs';
export default {
  name: 'moody', space: 'euclidean',
  parameters: [{ type: 'number', name: 'run', default: 0, minimum: 0, maximum: 9 }],
  velocity({ n, d, positions }, { run }, time, out) {
    if (run > 1 && existsSync(${JSON.stringify(broken)})) throw new Error('the disk is full');
    for (let k = 0; k < n * d; k++) out[k] = -positions[k];
  },
};
`,
    );
    writeFileSync(broken, '');
    const args = ['--dynamics', module, '--start', 'gaussian', '--n', '3', '--diagnostics', 'none'];
    const out = ['--grid', 'run=0,1,2,3', '--out', path('moody')];
    const first = await sweep(...args, ...out);
    expect(first.code).toBe(1);
    expect(sheetsOf('moody')).toHaveLength(1);
    expect(first.stderr).toMatch(
      /^schmetterling: 2 of 4 cells failed, such as cell 2: .*disk is full/,
    );
    rmSync(broken);
    expect((await sweep('--out', path('moody'))).code).toBe(1);
    const again = await sweep('--out', path('moody'), '--retry-failed', '--json');
    expect(again.code).toBe(0);
    expect(json(again)).toMatchObject({ cells: 4, before: 2, failed: 0, failure: null });
    expect(sheetsOf('moody')).toEqual([]);
    expect(linesOf(path('moody', 'cells.csv')).filter((line) => /,done,/.test(line))).toHaveLength(
      4,
    );
  });
});

describe('folders of versions before', () => {
  const old = (name: string, change: (text: string) => string = (text) => text) => {
    const plan = JSON.parse(readFileSync(path('whole', 'sweep.json'), 'utf8'));
    mkdirSync(path(name));
    const { streams: _, cwd: __, ...before } = plan;
    writeFileSync(path(name, 'sweep.json'), JSON.stringify(before));
    const parts = [1, 2].map((part) => rows().filter((_, cell) => cell % 3 === part - 1));
    for (const [k, lines] of parts.entries())
      writeFileSync(
        path(name, `cells-${k + 1}-of-3.csv`),
        change([table.split('\n')[0], ...lines, ''].join('\n')),
      );
    return path(name);
  };

  it('are finished where their random numbers are those of now', async () => {
    const out = old('old');
    expect(json(await sweep('status', out, '--json')).missingCells).toBe('2,5,8,11');
    expect(json(await sweep('--out', out, '--json'))).toMatchObject({ before: 8, failed: 4 });
    expect(tableOf('old')).toBe(table);
    expect(JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')).streams).toBe(STREAMS);
  });

  it('are refused where a result comes out as another one', async () => {
    const out = old('other', (text) => text.replace(/(,done,.*),[0-9.-]+,$/gm, '$1,0.5,'));
    const { code, stderr } = await sweep('--out', out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/other random numbers, with which cell 4 has other values/);
  });
});

describe('a folder is refused', () => {
  const changed = (name: string, change: (plan: Record<string, unknown>) => object) => {
    const out = planned(name, rows());
    const plan = JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8'));
    writeFileSync(join(out, 'sweep.json'), JSON.stringify({ ...plan, ...change(plan) }));
    return out;
  };
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await sweep(...args);
    expect(code).not.toBe(0);
    return stderr;
  };

  it('with a plan that is damaged, of another version, or not there', async () => {
    const damaged = changed('damaged', () => ({ cells: 13 }));
    for (const args of [
      ['status', damaged],
      ['--out', damaged],
      ['merge', damaged],
    ])
      expect(await refusal(...args)).toMatch(/sweep\.json is damaged, expected the JSON/);
    const version = changed('version', () => ({ version: '0.0.9' }));
    expect(await refusal('--out', version)).toMatch(/a sweep of version 0\.0\.9, and this is/);
    const streams = changed('streams', () => ({ streams: 1 }));
    expect(await refusal('task', streams, '--cells', '0')).toMatch(/version 1 of the streams/);
    const none = planned('planless', rows());
    rmSync(join(none, 'sweep.json'));
    expect(await refusal(...GRID, '--out', none)).toMatch(/has rows of a sweep, and sweep\.json/);
    expect(await refusal('status', path('nowhere'))).toMatch(/cannot read .*sweep\.json/);
  });

  it('with another sweep, the first difference named', async () => {
    const out = planned('first');
    const with_ = (from: string, to: string) =>
      refusal(...GRID.map((text) => text.replace(from, to)), '--out', out);
    expect(await with_('d=1,2,3', 'd=1,2')).toMatch(/grid d was 1,2,3 and is 1,2 now/);
    expect(await with_('d=1,2,3,beta=0.5,1', 'beta=0.5,1,d=1,2,3')).toMatch(
      /order of the grid was d,beta and is beta,d now/,
    );
    expect(await with_('20', '21')).toMatch(/kappa was 20 and is 21 now/);
    expect(await refusal(...GRID, '--rho', '2', '--out', out)).not.toBe('');
  });

  it('whose dynamics cannot be seen from here, or have changed', async () => {
    mkdirSync(path('home'));
    const module = path('home', 'own.mjs');
    const source = `export default { name: 'own', space: 'euclidean',
      velocity({ n, d }, _, time, out) { out.fill(0, 0, n * d); } };`;
    writeFileSync(module, source);
    const flags = ['--dynamics', './own.mjs', '--start', 'gaussian', '--n', '3', '--seeds', '2'];
    const out = path('seen');
    const child = start(['sweep', ...flags, '--shard', '1/2', '--out', out], {
      cwd: path('home'),
    });
    expect(await new Promise((done) => child.once('close', done))).toBe(0);
    // this process runs elsewhere, and finds the file
    appendFileSync(module, '// changed');
    expect(await refusal('--out', out)).toMatch(/the file ".\/own\.mjs", which has changed since/);
    renameSync(module, path('home', 'gone.mjs'));
    expect(await refusal('--out', out)).toMatch(
      /the file ".\/own\.mjs", which is not to be seen here from ".*home": expected it there/,
    );
    writeFileSync(module, source);
    expect((await sweep('--out', out)).code).toBe(0);
  });
});
