/** Grids from text, cells by number, and rows that are only taken for what they are. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cellCount, type Grid, placeOf, pointCount, readAxes } from '../../src/cli/sweep/grid.ts';
import { firstFitting, planOf } from '../../src/cli/sweep/plan.ts';
import { axisNames, readSweep, type SweepFlags } from '../../src/cli/sweep/request.ts';
import { errorOf, failedRow, headerOf, rowReader, tableOf } from '../../src/cli/sweep/rows.ts';
import { runSweep } from '../../src/cli/sweep/run.ts';
import { csvCells, csvLine } from '../../src/host/csv.ts';
import { InputError } from '../../src/numerics/errors.ts';

const valuesOf = (text: string) => readAxes(text).map(({ name, values }) => [name, values]);

describe('a grid', () => {
  it('has a matrix as one value', () => {
    expect(readAxes('value=1,[[-1,0],[0,-1]],{"scalar": -1},beta=2,3')).toEqual([
      { name: 'value', values: [1, '[[-1,0],[0,-1]]', '{"scalar": -1}'] },
      { name: 'beta', values: [2, 3] },
    ]);
  });

  it.each([
    ['beta=4', [['beta', [4]]]],
    [
      'beta=0.1:0.5:0.1,d=2,8,32',
      [
        ['beta', [0.1, 0.2, 0.3, 0.4, 0.5]],
        ['d', [2, 8, 32]],
      ],
    ],
    ['beta=-0.2:0.2:0.1', [['beta', [-0.2, -0.1, 0, 0.1, 0.2]]]],
    ['beta=3:1:-1', [['beta', [3, 2, 1]]]],
    ['beta=0:1:0.4', [['beta', [0, 0.4, 0.8]]]],
    ['beta=1:2:0.5,10', [['beta', [1, 1.5, 2, 10]]]],
    ['beta=log:1:100:3', [['beta', [1, 10, 100]]]],
    ['time=linear:0.5:1:3', [['time', [0.5, 0.75, 1]]]],
    [
      'dynamics=sa,usa, maximum-steps = 5',
      [
        ['dynamics', ['sa', 'usa']],
        ['maximum_steps', [5]],
      ],
    ],
    ['value=identity,wigner:7,diagonal:1', [['value', ['identity', 'wigner:7', 'diagonal:1']]]],
  ])('of %s has the values it says', (text, axes) => {
    expect(valuesOf(text)).toEqual(axes);
  });

  it('has 90 values from 0.1 to 9 by 0.1, none with dust', () => {
    const [{ values }] = readAxes('beta=0.1:9:0.1');
    expect(values).toEqual(Array.from({ length: 90 }, (_, k) => (k + 1) / 10));
  });

  it.each([
    ['4', /option grid has "4": expected name=values/],
    ['=4', /expected a name before the =/],
    ['beta=', /empty value of beta/],
    ['beta=1,,2', /empty value of beta/],
    ['beta=1,beta=2', /has beta twice/],
    ['beta=1,2,1', /beta=1 twice/],
    ['beta=1:0:0.1', /no values/],
    ['beta=0:1:0', /values: expected FROM:TO:STEP/],
    ['beta=0:1:1e-9', /over 1000000 values/],
    ['beta=log:0:1:5', /linear:FROM:TO:COUNT or log:FROM:TO:COUNT/],
  ])('refuses %s', (text, message) => {
    expect(() => readAxes(text)).toThrow(message);
  });
});

describe('cells', () => {
  const grid: Grid = { axes: readAxes('beta=1,2,d=2,3,4'), seed: 10, seeds: 2 };

  it('go through the seeds first, then through the last axis', () => {
    const places = Array.from({ length: 5 }, (_, cell) => placeOf(grid, cell));
    expect(places.map(({ values, seed }) => [...values, seed])).toEqual([
      [1, 2, 10],
      [1, 2, 11],
      [1, 3, 10],
      [1, 3, 11],
      [1, 4, 10],
    ]);
  });

  it('are all different, and as many as they should be', () => {
    expect([pointCount(grid), cellCount(grid)]).toEqual([6, 12]);
    const all = Array.from({ length: 12 }, (_, cell) => placeOf(grid, cell));
    const names = new Set(all.map(({ values, seed }) => [...values, seed].join()));
    expect(names.size).toBe(12);
  });

  it('without axes are seeds alone', () => {
    expect(placeOf({ axes: [], seed: 1, seeds: 3 }, 2)).toEqual({
      indices: [],
      values: [],
      seed: 3,
    });
  });
});

const request = (flags: SweepFlags) => readSweep({ out: 'x', ...flags }).request;

describe('a plan', () => {
  it('gives a cell the settings that simulate has for the same flags', async () => {
    const asked = request({ n: '4', scheme: 'rk4', grid: ['d=2,3,beta=1,5,tol=1e-6'], seed: '7' });
    const { settingsOf } = await planOf(asked);
    const { d, n, scheme, parameters, seed, tolerance } = settingsOf(3);
    expect({ d, n, seed, tolerance }).toEqual({ d: 3, n: 4, seed: 7, tolerance: 1e-6 });
    expect([scheme.name, parameters.beta]).toEqual(['rk4', 5]);
  });

  it('takes dynamics and starts with their parameters as axes', async () => {
    const start = 'start=von_mises_fisher,start-concentration=1,20';
    const { settingsOf } = await planOf(request({ grid: [`dynamics=sa,usa,${start}`] }));
    expect([0, 3].map((cell) => settingsOf(cell).entry.name)).toEqual(['sa', 'usa']);
    expect(settingsOf(3).startParameters).toEqual({ concentration: 20 });
  });

  it('draws matrices with the seed of each cell, the queries other ones than the keys', async () => {
    const flags = { query: 'ginibre:run', key: 'ginibre:run', d: '3', seed: '7', seeds: '2' };
    const { settingsOf } = await planOf(request({ ...flags, grid: ['value=wigner:run,wigner:1'] }));
    const drawn = (seed: number) => ({ ensemble: 'ginibre', seed });
    const found = [0, 1, 2, 3].map((cell) => settingsOf(cell));
    expect(found.map(({ parameters }) => parameters.query)).toEqual([7, 8, 7, 8].map(drawn));
    expect(found.map(({ parameters }) => parameters.value)).toEqual(
      [7, 8, 1, 1].map((seed) => ({ ensemble: 'wigner', seed })),
    );
    const weights = ({ entry, parameters, d }: (typeof found)[number]) =>
      entry.interaction?.(parameters, d, 0).weights;
    const [first, second] = found.map(weights);
    expect(first?.query).not.toEqual(first?.key);
    expect(first?.query).not.toEqual(second?.query);
    const alone = ['query', 'key'].map((name) => [name, 'ginibre:7']);
    const fixed = await planOf(
      request({ ...flags, ...Object.fromEntries(alone), value: 'wigner:7', seeds: '1' }),
    );
    expect(weights(fixed.settingsOf(0))).toEqual(first);
  });

  it('fits if a point does, and says why if none does', async () => {
    const some = request({ grid: ['d=1,2'] });
    expect(firstFitting(some, await planOf(some)).d).toBe(2);
    const none = request({ grid: ['d=1'], seeds: '3' });
    const plan = await planOf(none);
    expect(() => firstFitting(none, plan)).toThrow(/d is 1/);
  });

  it('has no axis whose name is another column', async () => {
    const asked = request({});
    const { columns } = tableOf(asked, (await planOf(asked)).settingsOf(0));
    const names = columns.map(({ name }) => name);
    expect(names.filter((name) => axisNames().includes(name))).toEqual([]);
  });
});

describe('a request is refused for', () => {
  const refusal = (flags: SweepFlags) => runSweep(readSweep({ out: '/proc/none', ...flags }));

  it.each<[string, SweepFlags, RegExp]>([
    ['no folder', { out: undefined }, /option out is missing: expected a folder/],
    ['a name that is none', { grid: ['bta=1'] }, /unknown name "bta": did you mean "beta"\?/],
    ['a seed as an axis', { grid: ['seed=1,2'] }, /expected --seed and --seeds/],
    ['a flag that is an axis too', { beta: '1', grid: ['beta=2'] }, /--beta is given as well/],
    ['a shard beyond the last', { shard: '4/3' }, /option shard is "4\/3": expected i\/N/],
    ['shards from 0', { shard: '0/3' }, /with i from 1 to N/],
    ['no seeds', { seeds: '0' }, /option seeds is 0: expected a whole number from 1/],
    ['no threads', { threads: 'all' }, /option threads is "all": expected a whole number/],
    ['too many cells', { grid: ['n=1:1e4:1'], seeds: '1000' }, /the grid has 10000000 cells/],
    ['seeds beyond the last', { seed: '4294967295', seeds: '2' }, /lower --seed/],
    ['a list in a row', { diagnostics: 'cosine_histogram' }, /is a list, and a row has numbers/],
    ['a parameter of none', { grid: ['heads=1,2'] }, /dynamics sa has no parameter "heads"/],
    ['two starts', { init: 'x.csv', grid: ['n=1,2'] }, /--init brings the particles/],
    ['a folder that cannot be', {}, /cannot make the folder "\/proc\/none"/],
  ])('%s', async (_, flags, message) => {
    await expect(async () => refusal(flags)).rejects.toThrow(message);
    await expect(async () => refusal(flags)).rejects.toThrow(InputError);
  });
});

describe('rows', () => {
  let table: ReturnType<typeof tableOf>;
  let row: string;
  beforeAll(async () => {
    const asked = request({ grid: ['beta=0.5,1,query=identity,wigner:3'], seeds: '5' });
    table = tableOf(asked, (await planOf(asked)).settingsOf(0));
    row = failedRow(table, 7, new Error('a "word",\nand more')).trimEnd();
  });

  const read = (line: string) =>
    rowReader(table)(Buffer.from(`${line}\n`), 0, Buffer.byteLength(line));

  it('come back as what they were', () => {
    expect(read(row)).toEqual({ cell: 7, state: 'failed' });
    expect(csvCells(row)?.slice(0, 4)).toEqual(['7', '0.5', 'wigner:3', '3']);
    expect(errorOf(row)).toBe('a "word", and more');
  });

  it('are not read where a write was cut off and another row follows', () => {
    const other = failedRow(table, 13, new Error('x')).trimEnd();
    for (let cut = 1; cut < row.length; cut++) expect(read(row.slice(0, cut) + other)).toBeNull();
  });

  it('are not read where a number has changed', () => {
    expect(read(row.replace(/^7,/, '8,'))).toBeNull();
    expect(read(row.replace(/^7,/, '07,'))).toBeNull();
    expect(read(row.replace(',0.5,', ',0.6,'))).toBeNull();
    expect(read(row.replace('failed', 'open'))).toBeNull();
  });

  it('have the columns of the header', () => {
    expect(headerOf(table)).toMatch(/^cell,beta,query,seed,status,end_time,.*,error\n$/);
    expect(csvCells(row)?.length).toBe(table.columns.length);
  });
});

it('cells of a table come back from their line', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('"', ',', '""', 'a"b,c', '')), {
        minLength: 1,
        maxLength: 6,
      }),
      (cells) => {
        fc.pre(cells.every((cell) => !/[\r\n]/.test(cell)));
        expect(csvCells(csvLine(cells).slice(0, -1))).toEqual(cells);
      },
    ),
  );
});
