/** Tables of other programs, given to the commands that read them: what each says of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/host/npy.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const german = write('german.csv', '0,5;1,25\r\n-0,5;2,75\r\n');
const rows = [
  [0.5, 1.25],
  [-0.5, 2.75],
];
const account = {
  file: german,
  rows: 2,
  columns: 2,
  header: null,
  notes: ['"," is taken for the decimal sign'],
};
const said = `${german}: 2 rows, 2 columns; "," is taken for the decimal sign\n`;

async function documentOf(...args: string[]) {
  const { code, stdout, stderr } = await command([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe.concurrent('a German table', () => {
  it('is positions, and the recording says what was read', async () => {
    const out = join(folder, 'run');
    const plane = ['--dynamics', 'repulsion', '--time', '1', '--init', german];
    const flows = ['--dynamics', 'no_projection', '--time', '1', '--init', german];
    const found = await documentOf('simulate', ...flows);
    expect(found.positions[0]).toEqual(rows);
    expect(found.tables).toEqual([account]);
    const shown = await command(['simulate', ...flows, '--out', out]);
    expect(shown).toMatchObject({ code: 0, stderr: said });
    expect(shown.stdout).toContain('positions.npy, view.npy, times.npy, diagnostics.csv');
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    expect(run.source.tables).toEqual([account]);
    // off the sphere: the numbers are those of the file
    const refused = await command(['simulate', ...plane]);
    expect(refused.stderr).toContain('off the unit sphere by up to 1.80 (row 2');
  });

  it('is a matrix, and masses are a list', async () => {
    const masses = write('masses.csv', '0,5;1,5\n');
    const given = ['--n', '2', '--d', '2', '--time', '0.1', '--value', german, '--masses', masses];
    const found = await documentOf('simulate', ...given);
    expect(found.settings.parameters.value).toEqual({ rows });
    expect(found.masses).toEqual([0.25, 0.75]);
    expect(found.tables).toMatchObject([{ file: masses, rows: 1, columns: 2 }, account]);
  });

  it('is a start of limits and sweeps', async () => {
    const flows = ['--dynamics', 'no_projection', '--init', german, '--time', '0.1'];
    const limit = await command(['limit', 'tangent', ...flows]);
    expect(limit).toMatchObject({ code: 0, stderr: said });
    const out = join(folder, 'sweep');
    const swept = await documentOf('sweep', ...flows, '--grid', 'beta=1,2', '--out', out);
    expect(swept.tables).toEqual([account]);
  });

  it('is a measure', async () => {
    const mean = await documentOf('reduce', 'gaussians', german);
    expect(mean.mean).toEqual([0, 2]);
    expect(mean.tables).toEqual([account]);
    const found = await command(['reduce', 'barycentre', german, '--method', 'free']);
    expect(found).toMatchObject({ code: 0, stderr: said });
    expect(found.stdout).toMatch(/-0\.500 +2\.75/);
    const distance = await documentOf('reduce', 'distance', german, german);
    expect(distance.distance).toBeCloseTo(0, 5);
    expect(distance.tables).toEqual([account, account]);
  });

  it('is data where it has one column', async () => {
    const points = write('points.csv', 'x\r\n0,12\r\n-0,30\r\n0,55\r\n-0,21\r\n0,08\r\n');
    const found = await documentOf('reduce', 'fit', '--family', 'gaussian', '--data', points);
    expect(found.settings.data).toEqual([0.12, -0.3, 0.55, -0.21, 0.08]);
    expect(found.tables).toMatchObject([{ rows: 5, columns: 1, header: ['x'] }]);
    const few = ['--family', 'gaussian', '--components', '1', '--training', '5', '--levels', '10'];
    const seen = await documentOf('reduce', 'recover', ...few, '--data', points);
    expect(seen.tables).toMatchObject([{ rows: 5, columns: 1 }]);
  });
});

describe.concurrent('what is refused ends with one line', () => {
  const one = write('one.csv', '0,5\r\n1,5\r\n');
  const indexed = write('indexed.csv', '1,0.12\n2,-0.30\n3,0.55\n');

  it.each<[string, string[], RegExp]>([
    ['one number or two', ['barycentre', one, one], /"0,5" and rows like it alone/],
    ['the same as data', ['fit', '--data', one], /"0,5" and rows like it alone/],
    [
      'a table for a list',
      ['fit', '--data', indexed],
      /3 rows of 2 columns: .* 1 \(1, 2, …\), 2 \(0\.12/,
    ],
    [
      'control characters in a name',
      ['fit', '--data', 'a\u001b[2J\u009b.csv'],
      /"a\\u001b\[2J\\u009b\.csv"/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await command(['reduce', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

it('an array of one axis is points of a line, and data', async () => {
  const line = write('line.npy', encodeNpy([3], [Float64Array.of(1, 2, 6)]));
  const found = await documentOf('reduce', 'barycentre', line);
  expect(found).toMatchObject({ space: 'line', points: [[1], [2], [6]] });
  expect(found.tables).toMatchObject([{ rows: 3, columns: 1, notes: [] }]);
});
