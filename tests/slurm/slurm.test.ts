/**
 * Sweeps on a real Slurm of two nodes with a core each: arrays beyond what the cluster allows, killed tasks, a
 * controller that forgets, refusals, cancelling. Left out where there is none. Lost nodes and time limits take minutes:
 * bench/slurm.js.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, missing, openLab } from './lab.ts';

const why = missing();
if (why !== null) console.warn(`tests on a real Slurm are left out: ${why}`);

// a blank, for Slurm's own options, and quotes, for the shell's
const folder = mkdtempSync(join(tmpdir(), "schmetterling 'slurm' "));
const path = (...names: string[]) => join(folder, ...names);

/** Dynamics whose every run waits, as if it computed. */
const SLOW = path('slow.mjs');
writeFileSync(
  SLOW,
  `const clock = new Int32Array(new SharedArrayBuffer(4));
export default {
  name: 'slow',
  space: 'euclidean',
  parameters: [
    { type: 'number', name: 'pause', default: 0, minimum: 0, maximum: 1e5 },
    { type: 'number', name: 'rate', default: 1, minimum: 0, maximum: 9 },
  ],
  velocity({ n, d, positions }, { pause, rate }, time, out) {
    Atomics.wait(clock, 0, 0, pause);
    if (rate > 8) throw new Error('too fast');
    for (let k = 0; k < n * d; k++) out[k] = -rate * positions[k];
  },
};
`,
);

/** Cells of about a second for a pause of 10. */
const cells = (pause: number, ...axes: string[]) => [
  ...['sweep', '--dynamics', SLOW, '--set', `pause=${pause}`, '--start', 'gaussian', '--n', '3'],
  ...['--time', '0.5', '--diagnostics', 'radius_mean', '--grid', axes.join(',')],
];

describe.skipIf(why !== null)('on a real Slurm', () => {
  let lab: Lab;
  beforeAll(() => {
    // jobs are forgotten while one looks, and arrays have up to eleven tasks
    lab = openLab('MaxArraySize=11', 'MinJobAge=5', 'KillWait=5');
  });
  afterAll(() => {
    lab?.close();
    rmSync(folder, { recursive: true });
  });

  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await lab.command(...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const until = async (happened: () => boolean) => {
    while (!happened()) await sleep(200);
  };
  const table = (name: string) => readFileSync(path(name, 'cells.csv'), 'utf8');
  const merged = (name: string) => until(() => existsSync(path(name, 'cells.csv')));
  /** What one process makes of the same cells. */
  const alone = async (name: string, ...args: string[]) => {
    await json(...args, '--out', path(name), '--threads', '8');
    return table(name);
  };
  const inside = (name: string, ...names: string[]) => {
    const file = path(name, 'slurm', ...names);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const deeds = (name: string) =>
    inside(name, 'journal.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const log = (name: string, nonce: string) => inside(name, nonce, 'log', 'merge.log');
  const queue = () => lab.slurm('squeue', '--noheader', '--array', '--format=%i|%T|%k');
  /** Begins a submission, and goes on as soon as Slurm has taken all of it; `over` gives what it says in the end. */
  const submitting = async (name: string, ...args: string[]) => {
    const child = lab.begin(...args, '--out', path(name), '--slurm', '--json');
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    const over = new Promise<string>((done) => child.once('close', () => done(said))).then(
      JSON.parse,
    );
    await until(() => deeds(name).at(-1)?.part === 'merge');
    return { ...deeds(name).find(({ deed }) => deed === 'submitted'), over };
  };

  it('an array longer than Slurm allows goes in several, throttled, and makes the table of one process', async () => {
    const args = cells(0, 'rate=1:7:0.5');
    const long = await json(
      ...args,
      '--out',
      path('long'),
      '--slurm',
      '--cells-per-task',
      '1',
      '--throttle',
      '3',
    );
    expect(long).toMatchObject({ tasks: 13, secondsPerItem: null });
    expect(
      long.jobs.map(({ part, indexes }: { part: string; indexes: string }) => [part, indexes]),
    ).toEqual([
      [0, '0-10'],
      [11, '0-1'],
      ['merge', undefined],
    ]);
    const early = await lab.command('sweep', 'resume', path('long'));
    if (early.code !== 0) expect(early.stderr).toMatch(/in Slurm's queue, such as \d+ \(/);
    await merged('long');
    expect(table('long')).toBe(await alone('long-alone', ...args));
  });

  it('a killed task is what resume submits, and nothing else, and a failed cell is told', async () => {
    const args = cells(40, 'rate=1:9:0.5');
    const killed = await submitting('killed', ...args, '--cells-per-task', '6');
    const sheets = () =>
      existsSync(path('killed', 'sheets')) ? lab.slurm('ls', path('killed', 'sheets')) : '';
    await until(() => sheets().includes(`${killed.nonce}-1.`));
    const running = await json('sweep', 'status', path('killed'));
    expect(running.slurm.jobs.length).toBeGreaterThan(0);
    expect(running.slurm.running + running.slurm.idle).toBeGreaterThan(0);
    lab.slurm('scancel', '--signal=KILL', `${killed.id}_1`);
    await until(() => log('killed', killed.nonce).includes('missing'));
    await killed.over;
    expect(existsSync(path('killed', 'cells.csv'))).toBe(false);
    const { missing: count, slurm } = await json('sweep', 'status', path('killed'));
    expect(count).toBeGreaterThan(0);
    expect(slurm.merge).toMatch(/cells are missing/);
    expect(slurm.faults).toMatchObject([{ task: 1 }]);
    const again = await json('sweep', 'resume', path('killed'));
    expect(again).toMatchObject({ tasks: 1, jobs: [{ part: 0, indexes: '1' }, { part: 'merge' }] });
    await merged('killed');
    await until(() => log('killed', again.nonce).includes('failed'));
    const merge = await lab.command('sweep', 'merge', path('killed'));
    expect(merge).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/2 of 17 cells failed, such as cell 15: too fast/),
    });
    const whole = await lab.command(...args, '--out', path('killed-alone'));
    expect(whole.code).toBe(1);
    expect(table('killed')).toBe(table('killed-alone'));
  });

  it('what a controller forgot that died at once is submitted anew', async () => {
    const args = cells(0, 'rate=1:4:0.5');
    const { over } = await submitting('forgotten', ...args, '--cells-per-task', '2');
    lab.kill('slurmctld');
    await sleep(500);
    lab.again('slurmctld');
    const { tasks, jobs } = await over;
    expect(tasks).toBe(4);
    expect(jobs.map(({ part }: { part: unknown }) => part)).toEqual([0, 'merge']);
    await merged('forgotten');
    expect(table('forgotten')).toBe(await alone('forgotten-alone', ...args));
  });

  it('experiments and the cuts of a limit are computed there', async () => {
    const limit = [
      'limit',
      'depth',
      '--dynamics',
      'sa',
      '--n',
      '4',
      '--depths',
      '1,2,4',
      '--schemes',
      'layer',
    ];
    const [{ jobs }] = await Promise.all([
      json('experiment', 'run', 'c20-cosines', '--quick', '--out', path('claims'), '--slurm'),
      json(...limit, '--out', path('depth'), '--slurm'),
    ]);
    expect(jobs).toMatchObject([{ part: 0, indexes: '0' }, { part: 'merge' }]);
    await until(
      () => existsSync(path('claims', 'claims.md')) && existsSync(path('depth', 'depth.json')),
    );
    expect(readFileSync(path('claims', 'claims.md'), 'utf8')).toContain(
      '[c20-cosines](#c20-cosines)',
    );
    const { seconds: _, ...found } = JSON.parse(readFileSync(path('depth', 'depth.json'), 'utf8'));
    expect(await json(...limit)).toMatchObject(found);
    const status = await json('sweep', 'status', path('claims'));
    expect(status).toMatchObject({ experiments: 1, done: 1, missing: [] });
  });

  it('a profile that is refused leaves nothing behind, and a sweep is cancelled', async () => {
    const profile = path('profile.json');
    writeFileSync(profile, '{"partition": "nowhere", "cells-per-task": 2}');
    const args = cells(200, 'rate=1:4:0.5');
    const slurm = ['--out', path('refused'), '--slurm', '--slurm-profile', profile];
    const { code, stderr } = await lab.command(...args, ...slurm);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Slurm refuses the jobs \(.*invalid partition/i);
    const [{ nonce }] = deeds('refused');
    expect(queue()).not.toMatch(nonce);
    const sent = await submitting('refused', ...args, '--cells-per-task', '2');
    expect(queue()).toMatch(sent.nonce);
    const cancelled = await json('sweep', 'cancel', path('refused'));
    expect(cancelled).toMatchObject({ left: [] });
    expect(queue()).not.toMatch(sent.nonce);
    await sent.over;
    expect(queue()).not.toMatch(sent.nonce);
    // and finished by one process
    const { code: done } = await lab.command('sweep', '--out', path('refused'), '--threads', '8');
    expect(done).toBe(0);
    expect(table('refused')).toBe(await alone('refused-alone', ...args));
  });

  it('what Slurm has forgotten is known from the files and the journal', async () => {
    const [{ nonce }] = deeds('long');
    await until(() => !queue().includes(nonce));
    const status = await json('sweep', 'status', path('long'));
    const slurm = { jobs: [], running: 0, idle: 0, faults: [], unanswered: null };
    expect(status).toMatchObject({ cells: 13, done: 13, missing: 0, slurm });
  });
});
