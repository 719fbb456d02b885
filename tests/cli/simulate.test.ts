/** `simulate` as a user runs it: what it prints and writes, goes on with, and its one line about bad input. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { diagnostics } from '../../src/diagnostics/catalogue.ts';
import { simulate, simulationToJson } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { readFlow } from '../../src/host/models.ts';
import { encodeNpy, readNpy } from '../../src/host/npy.ts';
import { modelOptions } from '../../src/language/particles.ts';
import { STREAMS } from '../../src/numerics/random.ts';
import { lockOf } from '../host/lock-file.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { command, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (...names: string[]) => join(folder, ...names);
const model = writeRandomModel(path('model'));
const proximity = fileURLToPath(new URL('../../examples/own-dynamics.mjs', import.meta.url));

function write(name: string, text: string | Uint8Array): string {
  writeFileSync(path(name), text);
  return path(name);
}

const run = (...args: string[]) => command(['simulate', ...args]);
const small = (...args: string[]) => run('--n', '4', '--time', '1', ...args);

/** The document of --json, from a run that ended well and said nothing besides. */
async function documentOf(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** What the library computes, as that document has it. */
async function expected(options: SimulationOptions) {
  const { seconds: _, ...record } = simulationToJson(await simulate(options));
  return JSON.parse(JSON.stringify(record));
}

const withoutClock = ({ seconds, version, streams, ...rest }: Record<string, unknown>) => {
  expect(seconds).toBeGreaterThan(0);
  expect(streams).toBe(STREAMS);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  return rest;
};

describe('simulate', () => {
  it('prints one JSON document, which is the record of the library', async () => {
    const found = await documentOf('--n', '4', '--time', '1', '--beta', '2', '--seed', '5');
    expect(withoutClock(found)).toEqual(
      await expected({ n: 4, time: 1, parameters: { beta: 2 }, seed: 5 }),
    );
    expect(found).toMatchObject({
      settings: { dynamics: 'sa', seed: 5, n: 4, d: 3, scheme: 'layer', parameters: { beta: 2 } },
      engine: { name: 'reference' },
      times: [0, 1],
      steps: 10,
      rejected: 0,
      stopped: 'end',
    });
    expect(found.positions.flat(2)).toHaveLength(24);
    expect(found.diagnostics.energy).toHaveLength(2);
  });

  it('takes every flag of the catalogues and of the library', async () => {
    const found = await documentOf(
      ...[
        '--dynamics',
        'multi_head',
        '--heads',
        '2',
        '--value',
        'wigner:7',
        '--n',
        '6',
        '--d',
        '4',
      ],
      ...['--start', 'von_mises_fisher', '--start-concentration', '9', '--scheme', 'dopri5'],
      ...['--tol', '1e-6', '--time', '2', '--save-at', 'log:0.1:2:3', '--engine', 'wasm'],
      ...['--threads', '1', '--diagnostics', 'energy, cluster_count', '--maximum-steps', '500'],
      ...['--query', 'diagonal:1,2,3,4', '--key', '0.5', '--accuracy', '1e-9'],
    );
    expect(withoutClock(found)).toEqual(
      await expected({
        dynamics: 'multi_head',
        n: 6,
        d: 4,
        start: 'von_mises_fisher',
        scheme: 'dopri5',
        startParameters: { concentration: 9 },
        tolerance: 1e-6,
        time: 2,
        threads: 1,
        parameters: {
          heads: 2,
          value: 'wigner:7',
          query: { diagonal: [1, 2, 3, 4] },
          key: 0.5,
        },
        saveAt: 'log:0.1:2:3',
        engine: 'wasm',
        maximumSteps: 500,
        accuracy: 1e-9,
        diagnostics: ['energy', 'cluster_count'],
      }),
    );
  });

  it('draws a table of frames', async () => {
    const { code, stdout, stderr } = await small('--save-at', '0,0.5,1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [title, settings, , header, ...rows] = stdout.split('\n');
    expect(title).toBe('Self-attention');
    expect(settings).toBe(
      'n = 4 · d = 3 · seed 1 · layer, step 0.1 · reference engine: 4 particles are few: plain Float64',
    );
    expect(header).toMatch(/^time +Energy .*particles$/);
    expect(rows.slice(0, 3).map((row) => row.trim().split(/ +/)[0])).toEqual(['0', '0.5', '1']);
    expect(stdout).toMatch(/\nto time 1 · 10 steps · \d+ ms\n$/);
  });

  it('draws no more frames than a screen holds', async () => {
    const { stdout } = await small('--step', '0.01', '--save-at', 'linear:0:1:101');
    expect(stdout.split('\n').filter((line) => /^ *[\d.]+ {2}/.test(line))).toHaveLength(24);
  });

  it('says what merged, how far that is from the run without, and what stopped it', async () => {
    const { stdout } = await run(
      ...['--n', '20', '--d', '2', '--beta', '9', '--scheme', 'dopri5', '--time', '1e6'],
      ...['--merge', '0.01', '--merge-error', '--stop-clusters', '3', '--diagnostics', 'none'],
    );
    expect(stdout).toMatch(/\d+ mergers · at most 0\.00\d*[1-9] from the run without merging/);
    expect(stdout).toMatch(/stopped at time [\d.]+: clusters · \d+ steps/);
  });

  it('records a run with its merge error, and goes on without it', async () => {
    const out = path('runs', 'merged');
    const merging = ['--n', '30', '--d', '2', '--beta', '9', '--seed', '5', '--merge', '0.05'];
    const recorded = ['--merge-error', '--time', '10', '--out', out, '--save-at', '0,5,10'];
    expect((await run(...merging, ...recorded)).code).toBe(0);
    const column = readFileSync(join(out, 'diagnostics.csv'), 'utf8').split('\n');
    expect(column[0]).toMatch(/^frame,time,particles,steps,rejected,merge_error/);
    expect(Number(column[3].split(',')[2])).toBeLessThan(30);
    expect(Number(column[3].split(',')[5])).toBeGreaterThan(0);
    expect((await run('--continue', out, '--time', '12', '--save-at', '0,5,10,12')).code).toBe(0);
    expect([...readNpy(join(out, 'times.npy'), 'x').data]).toEqual([0, 5, 10, 12]);
  });

  it('says what a reader must know of the engine', async () => {
    const { stdout } = await small('--d', '2', '--engine', 'spectral');
    expect(stdout).toMatch(/spectral engine: asked for/);
    expect(stdout).toMatch(/engine: .*degree|engine: .*K = /);
  });

  it('has examples in its help, and the parameters of the catalogues', async () => {
    const { stdout } = await run('--help');
    expect(stdout).toContain('Examples:\n  schmetterling simulate --beta 4');
    expect(stdout).toMatch(/--kappa <number> .*\(default: none; noisy: 10\)/s);
    expect(stdout).toMatch(/--beta <number> .*noisy.*default: \d/s);
    expect(stdout).toContain('--start-concentration <number>');
  });
});

describe('matrices', () => {
  const value = async (...args: string[]) => {
    const flow = ['--n', '4', '--d', '2', '--time', '1', '--diagnostics', 'none'];
    return (await documentOf(...flow, ...args)).positions.flat(2);
  };

  it('are taken as the catalogue and a refusal show them', async () => {
    const plain = await value('--value', '-1');
    for (const form of ['[[-1,0],[0,-1]]', '{"scalar": -1}', '{"rows": [[-1, 0], [0, -1]]}'])
      expect(await value('--value', form)).toBeAllClose(plain, { absolute: 1e-14 });
    expect(await value('--set', 'value=[[-1,0],[0,-1]]')).toEqual(
      await value('--value', '[[-1,0],[0,-1]]'),
    );
  });

  it('of queries and keys may have few rows, from a file or as text', async () => {
    const query = write('query.csv', '1,-0.5\n');
    const padded = await value('--query', '[[1,-0.5],[0,0]]', '--key', '[[2,1],[0,0]]');
    expect(await value('--query', query, '--key', '[[2,1]]')).toEqual(padded);
    const { code, stderr } = await run('--d', '2', '--query', query);
    expect(code).toBe(2);
    expect(stderr).toMatch(/query is 1 × 2 and key 2 × 2: expected as many rows/);
  });
});

it('β below 0 listens to what is opposite', async () => {
  const found = await documentOf('--beta', '-4', '--n', '6', '--d', '2', '--diagnostics', 'energy');
  expect(found.settings.parameters.beta).toBe(-4);
  expect(found.diagnostics.energy[1]).toBeGreaterThan(found.diagnostics.energy[0]);
});

it('dynamics in R^d have a usual start in R^1 too', async () => {
  const found = await documentOf('--dynamics', 'no_projection', '--d', '1', '--n', '5');
  expect(found.settings).toMatchObject({ d: 1, start: 'gaussian' });
  const { stderr } = await run('--d', '1');
  expect(stderr).toMatch(/d is 1: expected a whole number from 2/);
});

it('the table shows the diagnostics that were asked for, lists too, and those without a value', async () => {
  const names = ['mean_resultant', 'effective_rank', 'cosine_histogram', 'attention_entropy'];
  const { stdout } = await small('--d', '3', '--diagnostics', names.join(','));
  const titles = names.map((name) => diagnostics.find((one) => one.name === name)?.title);
  const [header, first] = stdout.split('\n').slice(3);
  for (const title of titles) expect(header).toContain(title);
  expect(header.indexOf(String(titles[0]))).toBeLessThan(header.indexOf(String(titles[1])));
  expect(first).toMatch(/… \(\d+\)/);
});

const points = [
  [1, 0],
  [0, -1],
  [0.6, 0.8],
];

it('the tolerance of dopri5 is --tol or --tolerance in every command that takes it', async () => {
  for (const flag of ['--tol', '--tolerance']) {
    const commands = [
      ['simulate', '--scheme', 'dopri5'],
      ['sweep', '--out', join(folder, 'none')],
      ['limit', 'tangent', '--dynamics', 'sa'],
      ['limit', 'particles'],
      ['reduce', 'snapshot'],
      ['reduce', 'matrices'],
    ];
    for (const words of commands) {
      const { code, stderr } = await command([...words, flag, '7']);
      expect({ words, code }).toEqual({ words, code: 2 });
      expect(stderr).toMatch(/tolerance is 7: expected/);
    }
  }
  const few = ['--maximum-steps', '9', '--scheme', 'dopri5', '--tol', '1e-8'];
  expect((await command(['simulate', ...few])).stderr).toMatch(/loosen the tolerance 1e-8, end/);
});

describe('simulate begins', () => {
  const tables = {
    csv: write('points.csv', 'x,y\n1,0\n0,-1\n\n0.6,0.8\n'),
    tsv: write('points.tsv', '1\t0\n0\t-1\n0.6\t0.8\n'),
    npy: write('points.npy', encodeNpy([3, 2], [Float64Array.from(points.flat())])),
  };

  it.each(Object.entries(tables))('with the positions of a .%s file', async (_, file) => {
    const { tables: read, ...found } = await documentOf('--init', file, '--time', '1');
    expect(read).toMatchObject([{ file, rows: 3, columns: 2, notes: [] }]);
    expect(withoutClock(found)).toEqual(await expected({ init: points, time: 1 }));
    expect(found).toMatchObject({ settings: { n: 3, d: 2, init: 'given' } });
  });

  it('with points off the sphere, brought onto it, and with masses', async () => {
    const init = write('far.csv', '3 4\n0 -2\n');
    const masses = write('masses.csv', '1\n3\n');
    const found = await documentOf(...['--init', init, '--normalise', '--masses', masses]);
    expect(found.positions[0].flat()).toBeAllClose([0.6, 0.8, 0, -1]);
    expect(found.masses).toEqual([0.25, 0.75]);
  });

  it('with the tokens of a sentence, and flows as its model', async () => {
    const text = 'Mein Lieblingstier ist __';
    const given = ['--dynamics', 'model', '--text', text, '--model', model, '--time', '3'];
    const found = await documentOf(...given, '--step', '0.75');
    const options = modelOptions(readFlow(model), { text, dynamics: 'model' });
    expect(withoutClock(found)).toEqual(await expected({ ...options, time: 3, step: 0.75 }));
    const other = await documentOf('--text', text, '--model', model, '--beta', '4', '--time', '1');
    expect(other.positions[0]).toEqual(found.positions[0]);
    expect(other.settings).toMatchObject({ dynamics: 'sa', d: 16 });
  });

  it('with matrices from files', async () => {
    const value = write('value.csv', '0,1\n-1,0\n');
    const given = ['--d', '2', '--n', '3', '--value', value, '--time', '1'];
    const { tables: read, ...found } = await documentOf(...given);
    expect(read).toMatchObject([{ file: value, rows: 2, columns: 2 }]);
    const rows = [
      [0, 1],
      [-1, 0],
    ];
    expect(withoutClock(found)).toEqual(
      await expected({ d: 2, n: 3, time: 1, parameters: { value: rows } }),
    );
  });
});

describe('dynamics of one’s own', () => {
  const own = (...args: string[]) =>
    run('--dynamics', proximity, '--start', 'box', '--n', '5', '--d', '2', ...args);

  it('run from their file, with their parameters', async () => {
    const { code, stdout } = await own('--set', 'reach=2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      settings: { dynamics: 'proximity', parameters: { reach: 2 } },
      engine: { name: 'own', reason: 'dynamics proximity bring their velocity' },
    });
  });

  it('go on from their recording', async () => {
    const [whole, part] = [path('proximity'), path('half-proximity')];
    await own('--set', 'reach=0.5', '--time', '2', '--save-at', '0,1,2', '--out', whole);
    await own('--set', 'reach=0.5', '--time', '1', '--out', part);
    const { code, stderr } = await run('--continue', part, '--time', '2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(part, 'positions.npy'))).toEqual(
      readFileSync(join(whole, 'positions.npy')),
    );
  });

  const module = (name: string, text: string) => write(name, `export default ${text}`);

  it('keep their promises at the defaults, and are refused where they do not at those of the run', async () => {
    const file = module(
      'turning.mjs',
      `{
        name: 'turning',
        parameters: [{ type: 'number', name: 'beta', default: 1, minimum: 0, maximum: 9 }],
        properties: { energy: 'increases' },
        velocity({ n, d, positions: x, masses }, { beta }, t, out) {
          for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < d; k++)
            out[i * d + k] += (3 - beta) * masses[j] * x[j * d + k];
        },
      }`,
    );
    const at = (...args: string[]) => run('--dynamics', file, '--n', '5', '--d', '3', ...args);
    expect((await at()).code).toBe(0);
    const out = path('turning');
    const { code, stdout, stderr } = await at('--set', 'beta=5', '--out', out);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/dynamics turning promise energy increases, but at beta = 5, n = /);
    expect(existsSync(join(out, 'run.json'))).toBe(false);
    const grid = ['--grid', 'beta=1,5', '--n', '5', '--d', '3', '--out', path('turnings')];
    const swept = await command(['sweep', '--dynamics', file, ...grid]);
    expect(swept.stdout + swept.stderr).toMatch(
      /1 of 2 cells failed, such as cell 1: .*energy increases, but at beta = 5/,
    );
  });

  const broken = {
    'a file that does not run': [write('typo.mjs', 'export defualt {}'), /typo\.mjs" does not run/],
    'no entry': [module('seven.mjs', '7'), /no default export that is an object.*add it/],
    'a wrong key': [module('key.mjs', '{ name: "own", velocty() {} }'), /"velocity"\?/],
    'a broken promise': [
      module(
        'promise.mjs',
        '{ name: "own", properties: { conservesMean: true }, space: "euclidean", velocity(s, p, t, out) { out.fill(1); } }',
      ),
      /dynamics own promise conservesMean, but at n = \d+, t = \S+ it fails by/,
    ],
    'no such file': [path('none.mjs'), /none\.mjs": there is no such file/],
  } as const;
  it.each(Object.entries(broken))('are refused: %s', async (_, [file, message]) => {
    const { code, stdout, stderr } = await run('--dynamics', file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('--out', () => {
  it('writes the frames into a folder that it makes, and says so', async () => {
    const out = path('runs', 'first');
    const { code, stdout } = await small('--save-at', '0,0.5,1', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain(`${out}: 3 frames in positions.npy, times.npy, diagnostics.csv`);
    expect(readNpy(join(out, 'positions.npy'), 'x').shape).toEqual([3, 4, 3]);
    const names = readdirSync(out);
    expect(names).toContain('run.json');
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('with --json prints all but the frames', async () => {
    const out = path('runs', 'json');
    const found = await documentOf('--n', '4', '--time', '1', '--out', out);
    expect(found).toMatchObject({ frames: 2, out, settings: { n: 4 }, stopped: 'end' });
    expect(found.positions).toBeUndefined();
  });

  it('is refused where there is a run, which stays as it is', async () => {
    const out = path('runs', 'taken');
    await small('--out', out);
    const before = readFileSync(join(out, 'run.json'), 'utf8');
    const { code, stderr } = await small('--out', out, '--seed', '2');
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds a run already.*go on with --continue ".*", or choose another/);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(before);
  });

  it('goes on after kill -9 to the same numbers', async () => {
    const [whole, out] = [path('runs', 'whole'), path('runs', 'killed')];
    const flags = ['--n', '120', '--step', '0.01', '--time', '8', '--diagnostics', 'energy'];
    const args = ['simulate', ...flags, '--save-at', 'linear:0:8:161'];
    const child = start([...args, '--out', out]);
    const ended = new Promise((done) => child.once('close', done));
    const table = join(out, 'diagnostics.csv');
    const lines = () => (existsSync(table) ? readFileSync(table, 'utf8').split('\n').length : 0);
    while (lines() < 5) await new Promise((done) => setTimeout(done, 5));
    child.kill('SIGKILL');
    await ended;
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).status).toBe('running');
    const { code } = await run('--continue', out);
    expect(code).toBe(0);
    expect((await command([...args, '--out', whole])).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(readdirSync(whole).sort());
    for (const name of ['positions.npy', 'times.npy', 'diagnostics.csv', 'continue.json'])
      expect(readFileSync(join(out, name)).equals(readFileSync(join(whole, name))), name).toBe(
        true,
      );
  });

  it('--continue makes a run longer and prints it', async () => {
    const out = path('runs', 'longer');
    await small('--out', out);
    const { code, stdout } = await run('--continue', out, '--time', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 3, time: 2, steps: 20, out });
    expect([...readNpy(join(out, 'times.npy'), 'x').data]).toEqual([0, 1, 2]);
  });

  it('--continue and --out leave a folder alone in which another process writes', async () => {
    const out = path('runs', 'held');
    await small('--out', out);
    const before = readFileSync(join(out, 'run.json'), 'utf8');
    writeFileSync(join(out, '.lock'), lockOf(process.pid));
    const { code, stderr } = await run('--continue', out, '--time', '2');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/held" is being written by process/)]);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(before);
    const fresh = path('runs', 'held, fresh');
    mkdirSync(fresh);
    writeFileSync(join(fresh, '.lock'), lockOf(process.pid));
    expect((await small('--out', fresh)).stderr).toMatch(/is being written by process/);
    expect(readdirSync(fresh)).toEqual(['.lock']);
    // of a process that has ended it is taken over, and goes
    writeFileSync(join(fresh, '.lock'), lockOf(2 ** 22 + 1));
    expect((await small('--out', fresh)).code).toBe(0);
    expect(readdirSync(fresh)).not.toContain('.lock');
  });

  it('--continue goes on from a sentence, its coupling and its model with other dynamics', async () => {
    const out = path('runs', 'sentence');
    const { code } = await run(
      ...['--text', 'Anna mag __', '--model', model, '--coupling', 'causal', '--dynamics', 'sa'],
      ...['--time', '0.5', '--out', out],
    );
    expect(code).toBe(0);
    const went = await run('--continue', out, '--time', '1', '--json');
    expect(went).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(went.stdout)).toMatchObject({ frames: 3, time: 1 });
  });

  it('keeps what was recorded of a run that diverges, and ends with 1', async () => {
    const out = path('runs', 'diverged');
    const { code, stdout, stderr } = await run(
      ...['--dynamics', 'no_projection', '--start', 'box', '--n', '3', '--value', '1000'],
      ...['--scheme', 'euler', '--step', '1', '--time', '500', '--save-at', '0,1,500'],
      ...['--diagnostics', 'none', '--out', out, '--json'],
    );
    expect(code).toBe(1);
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ frames: 2, failure: expect.stringMatching(/not finite/) });
    expect(stderr).toBe(`schmetterling: ${record.failure}\n`);
    expect(readNpy(join(out, 'positions.npy'), 'x').shape).toEqual([2, 3, 3]);
  });
});

describe('bad input ends with one line and code 2', () => {
  const off = write('off.csv', '1,0\n1,1\n');
  const ragged = write('ragged.csv', '1,0\n0,-1\n1\n');
  const few = write('few.csv', '1\n2\n');
  const cells = write('cells.csv', '1,0.5\n2,0.5\n');
  const words = write('words.csv', 'x,y\n1,zwei\n');
  const empty = write('empty.csv', '\n');
  const cube = write('cube.npy', encodeNpy([1, 2, 2], [new Float64Array(4)]));
  const other = path('other');
  mkdirSync(other);
  write(join('other', 'run.json'), '{"command": "trace"}');
  const nothing = path('nothing');

  it.concurrent.each<[string, string[], RegExp]>([
    ['unknown dynamics', ['--dynamics', 'usaa'], /"usaa": did you mean "usa"\?/],
    ['an unknown start', ['--start', 'unifrom'], /did you mean "uniform"\?/],
    ['an unknown scheme', ['--scheme', 'rk5'], /did you mean "rk4"\?/],
    ['an unknown flag', ['--sheme', 'rk4'], /unknown option '--sheme' \(Did you mean --scheme\?\)/],
    ['an unknown flag of a catalogue', ['--betta', '1'], /--betta' \(Did you mean --beta\?\)/],
    ['a flag without its value', ['--n'], /option '--n <count>' argument missing; see .* --help/],
    ['an argument', ['sa'], /too many arguments.*see schmetterling simulate --help/],
    ['a parameter of others', ['--heads', '3'], /sa has no parameter "heads": .* It has beta/],
    [
      'noise in layers',
      ['--kappa', '3', '--scheme', 'layer'],
      /layer knows no noise.*euler, rk4 or heun/,
    ],
    ['an unknown parameter', ['--set', 'bta=1'], /no parameter "bta": did you mean "beta"\?/],
    [
      'a flag twice',
      ['--n', '4', '--n', '5'],
      /n is given twice, as "4" and as "5": expected it once/,
    ],
    ['a flag of a catalogue twice', ['--beta', '1', '--beta', '2'], /beta is given twice/],
    [
      'a parameter twice',
      ['--set', 'beta=1', '--set', 'beta=2'],
      /"beta=2", and beta is 1 already/,
    ],
    [
      'a parameter as a flag too',
      ['--beta', '1', '--set', 'beta=2'],
      /beta is 1 already: expected/,
    ],
    ['decimal commas', ['--beta', '1,5'], /beta is "1,5": expected a number/],
    ['half a parameter', ['--set', 'beta'], /set is "beta": expected name=value, such as beta=4/],
    ['a word as a number', ['--n', 'viele'], /n is "viele": expected a whole number from 1/],
    ['no number', ['--time', ''], /time is "": expected a number/],
    ['a number out of range', ['--beta=-1e7'], /beta is -10000000: expected a number from -/],
    ['more than fits', ['--n', '10000000', '--d', '1000'], /lower n to 134217 or lower d/],
    ['save times that fall', ['--save-at', '1,0'], /1 is followed by 0: sort them/],
    ['an unknown engine', ['--engine', 'gpu'], /engine is "gpu": expected one of auto, mean, ref/],
    ['an engine that refuses', ['--engine', 'spectral', '--d', '5'], /refuses: d = 5/],
    ['an unknown diagnostic', ['--diagnostics', 'energie'], /did you mean "energy"\?/],
    ['an unknown matrix', ['--value', 'wiegner:7'], /did you mean "wigner"\?/],
    ['a matrix without a file', ['--value', 'none.npy'], /cannot read "none\.npy": there is no/],
    ['a matrix of another shape', ['--value', off], /value is 2 × 2: expected a 3 × 3 matrix/],
    ['no positions', ['--init', path('none.csv')], /none\.csv": there is no such file/],
    ['positions off the sphere', ['--init', off], /off the unit sphere by up to 0\.414 \(row 2/],
    ['ragged positions', ['--init', ragged], /1 cell in line 3: expected 2/],
    ['positions of words', ['--init', words], /words\.csv has "zwei" in line 2: expected numbers/],
    ['an empty file', ['--init', empty], /is empty: expected a row of numbers/],
    ['an array of three axes', ['--init', cube], /\(1, 2, 2\), expected rows of numbers \(n, d\)/],
    ['two starts', ['--init', off, '--n', '3'], /n is "3", and --init brings the particles/],
    [
      'a start and a text',
      ['--text', '_', '--start-cosine', '0'],
      /startCosine is "0", and --text/,
    ],
    ['too few masses', ['--masses', few], /masses are 2 numbers of sum 3: expected 32/],
    ['masses in columns', ['--masses', cells], /2 rows of 2 columns: expected one list/],
    [
      'a model for nothing',
      ['--model', model],
      /option model is for a text or the dynamics "model": expected one/,
    ],
    [
      'coupling for nothing',
      ['--coupling', 'causal'],
      /option coupling is for a text or the dynamics/,
    ],
    [
      'unknown coupling',
      ['--dynamics', 'model', '--model', model, '--coupling', 'half'],
      /option coupling is "half": expected "full", "causal" or "sinkhorn"/,
    ],
    ['an unknown model', ['--text', 'Hallo', '--model', './none'], /no model folder at/],
    ['too much text', ['--text', 'Anna '.repeat(70), '--model', model], /at most 64|64 /],
    ['merging where order matters', ['--merge', '0.1', '--dynamics', 'causal_sa'], /order of the/],
    [
      'to go on with nothing',
      ['--continue', nothing],
      /nothing\/run\.json": there is no such file/,
    ],
    ['to go on otherwise', ['--continue', nothing, '--beta', '2'], /option beta cannot change/],
    ['an unwritable folder', ['--out', join(off, 'x')], /cannot make the folder/],
    ['the folder of another command', ['--out', other], /holds a run already/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.startsWith('schmetterling: ')).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('damaged files end with 1', async () => {
    const { code, stderr } = await run('--continue', other);
    expect(code).toBe(1);
    expect(stderr).toMatch(/run\.json is damaged, expected the JSON that simulate wrote/);
  });
});
