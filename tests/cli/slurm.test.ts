/**
 * Work for Slurm without a cluster: how it is cut, what is read of Slurm's answers, what a user may ask, and what
 * becomes of refusals, which programs of the same names give. On a real one: tests/slurm.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig, parseCores } from '../../src/cli/slurm/cluster.ts';
import { plainEnvironment } from '../../src/cli/slurm/command.ts';
import { bytesOf, requested, secondsOf, slurmOptions } from '../../src/cli/slurm/options.ts';
import { chunksOf, deal, taskCount } from '../../src/cli/slurm/plan.ts';
import { isOver, isRunning, parseQueue } from '../../src/cli/slurm/queue.ts';
import { jobScript, quoted } from '../../src/cli/slurm/script.ts';
import { cold, ENTRY, type Outcome } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-slurm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (...names: string[]) => join(folder, ...names);

describe('a plan', () => {
  const sizes = {
    items: 100_000,
    secondsPerItem: 1,
    cores: 1,
    slots: 1,
    room: 9_999,
    timeLimit: null,
  };

  it.each([
    ['tasks last ten minutes', {}, 167],
    ['with more cores there are fewer', { cores: 4 }, 42],
    ['slots are filled', { items: 100, slots: 3 }, 3],
    ['but not with tasks of seconds', { items: 40, slots: 8 }, 2],
    ['few rounds are whole', { items: 1500, slots: 2 }, 4],
    ['half a time limit is used', { timeLimit: 240 }, 834],
    ['the cluster takes no more', { room: 50 }, 50],
    ['a task has an item at least', { items: 7, secondsPerItem: 10_000 }, 7],
    ['and one for every core', { items: 7, secondsPerItem: 10_000, cores: 4 }, 2],
    ['of items of unknown cost, too', { items: 30, secondsPerItem: null, cores: 2 }, 15],
    ['a list of indexes stays short', { secondsPerItem: 3600, room: 1e6 }, 10_000],
  ])('%s', (_, changed, count) => {
    expect(taskCount({ ...sizes, ...changed })).toBe(count);
  });

  it('deals every item once, evenly', () => {
    expect(deal([5, 6, 7, 8, 9], 2)).toEqual([
      [5, 7, 9],
      [6, 8],
    ]);
  });

  const tasks = fc
    .uniqueArray(fc.nat(3000), { minLength: 1 })
    .map((all) => all.sort((a, b) => a - b));

  it('has arrays for all tasks, whose indexes the cluster takes', () => {
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 1500 }), (all, size) => {
        const chunks = chunksOf(all, size, null);
        expect(chunks.flatMap(({ offset, indexes }) => indexes.map((k) => offset + k))).toEqual(
          all,
        );
        expect(Math.max(...chunks.flatMap(({ indexes }) => indexes))).toBeLessThan(size);
        expect(chunks.every(({ throttle, after }) => throttle === null && after === null)).toBe(
          true,
        );
      }),
    );
  });

  it('divides a throttle over the arrays, and has them follow each other where it is smaller', () => {
    fc.assert(
      fc.property(
        tasks,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size, most) => {
          const chunks = chunksOf(all, size, most);
          const first = chunks.filter(({ after }) => after === null);
          expect(first.reduce((sum, { throttle }) => sum + Number(throttle), 0)).toBe(most);
          // a chunk takes the share of the one that it follows, so that the sum is never more
          for (const { after, throttle } of chunks)
            if (after !== null) expect(throttle).toBe(chunks[after].throttle);
          const followed = chunks.flatMap(({ after }) => (after === null ? [] : [after]));
          expect(new Set(followed).size).toBe(followed.length);
        },
      ),
    );
  });
});

describe('of Slurm', () => {
  it('the queue is read by marks, whatever else is in it', () => {
    const text = [
      '12|7|RUNNING|59:10|schmetterling:0a1b:1000|None',
      '12|8|PENDING|1:00:00|schmetterling:0a1b:1000|launch failed requeued held',
      '13|N/A|PENDING|UNLIMITED|schmetterling:0a1b:merge|Dependency',
      '14|N/A|RUNNING|1:00|my|own|None',
      '15|N/A|RUNNING|1:00||None',
      '16|0|COMPLETING|1:00|schmetterling:ffff:0|None',
      '17|0|NODE_FAIL|0:00|schmetterling:ffff:0|NodeDown',
      '',
    ].join('\n');
    const jobs = parseQueue(text);
    expect(jobs.map(({ id, index, nonce, part }) => [id, index, nonce, part])).toEqual([
      [12, 7, '0a1b', 1000],
      [12, 8, '0a1b', 1000],
      [13, null, '0a1b', 'merge'],
      [16, 0, 'ffff', 0],
      [17, 0, 'ffff', 0],
    ]);
    expect(jobs[1]).toMatchObject({ state: 'PENDING', reason: 'launch failed requeued held' });
    expect(jobs.map(isRunning)).toEqual([true, false, false, true, false]);
    expect(jobs.map(isOver)).toEqual([false, false, false, false, true]);
  });

  it('limits and cores are read', () => {
    const config =
      'MaxArraySize            = 11\nMaxJobCount             = 500\nX = MaxArraySize = 3\n';
    expect(parseConfig(config)).toEqual({ arraySize: 11, jobCount: 500 });
    expect(parseConfig('')).toEqual({ arraySize: 1001, jobCount: 10_000 });
    const cores = 'main*|3/5/0/8\nmain*|0/0/4/4\nlong|1/1/0/2\n';
    expect(parseCores(cores)).toBe(12);
    expect(parseCores(cores, 'long')).toBe(2);
    expect(parseCores(cores, 'none')).toBeNull();
  });

  it('variables of a shell or a job around us are left out', () => {
    const given = {
      SLURM_CONF: 'a',
      SLURM_ARRAY_TASK_ID: '3',
      SBATCH_EXPORT: 'NONE',
      SQUEUE_FORMAT: 'x',
      PATH: 'p',
    };
    expect(plainEnvironment(given)).toEqual({ SLURM_CONF: 'a', PATH: 'p' });
  });
});

describe('options', () => {
  it('come from flags over a profile over variables, and become those of sbatch', () => {
    const profile = path('profile.json');
    writeFileSync(
      profile,
      JSON.stringify({
        partition: 'long',
        'time-limit': '2:00:00',
        before: ['module load nodejs'],
        cores: 8,
      }),
    );
    process.env.SBATCH_ACCOUNT = 'group7';
    const options = slurmOptions(
      { partition: 'short', sbatch: ['--exclusive --mail-user="a b"'] },
      profile,
    );
    delete process.env.SBATCH_ACCOUNT;
    expect(requested(options, options.cores)).toEqual([
      ...['--partition=short', '--account=group7', '--time=2:00:00'],
      ...['--nodes=1', '--ntasks=1', '--cpus-per-task=8', '--exclusive', '--mail-user=a b'],
    ]);
    expect(options.before).toEqual(['module load nodejs']);
  });

  it.each([
    ['30', 1800],
    ['2:30', 150],
    ['1:30:00', 5400],
    ['1-12', 129_600],
    ['1-0:30', 88_200],
    ['1-00:00:01', 86_401],
    ['UNLIMITED', null],
  ])('%s is a time of Slurm', (time, seconds) => {
    expect(secondsOf(time)).toBe(seconds);
  });

  it('sizes are in MiB where nothing is said', () => {
    expect(['500', '2G', '512k'].map(bytesOf)).toEqual([500 * 2 ** 20, 2 ** 31, 2 ** 19]);
  });

  it.each([
    [{ timeLimit: 'soon' }, /option timeLimit is "soon": expected minutes/],
    [{ mem: 'much' }, /option mem is "much": expected a size/],
    [{ cores: 0 }, /option cores is 0: expected a whole number/],
    [{ cores: 'all' }, /option cores is "all": expected a whole number/],
    [{ partition: 'a b' }, /option partition is "a b": expected one word/],
    [{ sbatch: ['--array=0-3'] }, /option sbatch has --array=0-3, which the command sets itself/],
    [{ sbatch: ['-o x'] }, /option sbatch has -o, which the command sets itself/],
    [{ sbatch: ['--mail-user="a'] }, /a quote has no end/],
  ])('%j is refused', (flags, message) => {
    expect(() => slurmOptions(flags)).toThrow(message);
  });

  it('of a profile are known', () => {
    const profile = path('wrong.json');
    writeFileSync(profile, '{"partitoin": "main"}');
    expect(() => slurmOptions({}, profile)).toThrow(/did you mean "partition"/);
    writeFileSync(profile, 'partition=main');
    expect(() => slurmOptions({}, profile)).toThrow(/wrong.json" is no JSON/);
    expect(() => slurmOptions({}, path('none.json'))).toThrow(/there is no such file/);
  });
});

describe('a script', () => {
  it('has any words as they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'))),
        (words) => {
          const shell = `printf '%s\\0' x ${words.map(quoted).join(' ')}`;
          expect(execFileSync('bash', ['-c', shell], { encoding: 'utf8' })).toBe(
            ['x', ...words].map((word) => `${word}\0`).join(''),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  const start = { title: 'work', before: [], cwd: folder, node: process.execPath, entry: ENTRY };
  const runScript = (text: string, env: Record<string, string> = {}) => {
    const outcome = { code: 0, said: '' };
    try {
      outcome.said = execFileSync('bash', ['-c', text, 'job.sh', '1000'], {
        env: { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: '7', ...env },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      Object.assign(outcome, { code: status, said: stderr });
    }
    return outcome;
  };

  it('runs the task of its chunk and index on all of its cores', () => {
    const echo = path('echo.mjs');
    writeFileSync(echo, 'console.log(process.argv.slice(2).join(" "))');
    const text = jobScript({ ...start, entry: echo }, 'task $task --restart $restart $cores');
    const { said } = runScript(text, { SLURM_CPUS_ON_NODE: '3', SLURM_RESTART_COUNT: '2' });
    expect(said).toMatch(/^task 1007 on .*begun again 2 times\ntask 1007 --restart 2 3\n$/);
  });

  it('says what its node lacks', () => {
    const of = (changed: object) =>
      runScript(jobScript({ ...start, ...changed }, 'x'), { PATH: '/usr/bin:/bin' });
    expect(of({ cwd: path('away') })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/does not see the folder of the work/),
    });
    const noNode = jobScript({ ...start, node: path('no-node') }, 'x').replace(
      'command -v node',
      'false',
    );
    expect(runScript(noNode)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/there is no Node on .*module load nodejs/),
    });
    expect(of({ entry: path('none.js') }).said).toMatch(/does not see .*none\.js/);
  });
});

/** A Slurm of scripts: what each program of it does, in shell. */
function fakeSlurm(name: string, programs: Readonly<Record<string, string>>): string {
  const bin = path(name);
  mkdirSync(bin);
  const usual = {
    scontrol: 'echo "MaxArraySize = 1001"; echo "MaxJobCount = 10000"',
    squeue: 'exit 0',
    sinfo: 'echo "main*|0/2/0/2"',
    scancel: `echo "$@" >> ${path(name, 'cancelled')}`,
    sacctmgr: 'exit 1',
  };
  for (const [program, shell] of Object.entries({ ...usual, ...programs })) {
    writeFileSync(join(bin, program), `#!/bin/bash\n${shell}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return bin;
}

/** The command line with these programs in front, and few others behind. */
const within = (bin: string, args: readonly string[]): Promise<Outcome> =>
  cold(args, '', { more: { PATH: [bin, '/bin'].join(delimiter) } });

const SWEEP = [
  'sweep',
  '--grid',
  'beta=1:40:1',
  '--n',
  '4',
  '--time',
  '1',
  '--diagnostics',
  'cosine_mean',
];
const slurmed = (name: string, ...more: string[]) => [
  ...SWEEP,
  '--out',
  path(name),
  '--slurm',
  ...more,
];

describe('without a cluster, or refused by it', () => {
  it('where there is no Slurm nothing is made', async () => {
    const bin = path('empty');
    mkdirSync(bin);
    // without /bin, where Debian has Slurm's programs
    const { code, stderr } = await cold(slurmed('nowhere'), '', { more: { PATH: bin } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no Slurm on this machine .*--shard i\/N/);
    expect(existsSync(path('nowhere'))).toBe(false);
  });

  it('options of a cluster need --slurm, and those of one machine are none with it', async () => {
    const bin = fakeSlurm('plain', { sbatch: 'exit 1' });
    const lone = await within(bin, [...SWEEP, '--out', path('lone'), '--partition', 'main']);
    expect(lone).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/expected --slurm beside it/),
    });
    const shard = await within(bin, slurmed('lone', '--shard', '1/2'));
    expect(shard).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/option shard is of one machine/),
    });
    const odd = await within(bin, slurmed('100%'));
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringMatching(/100%" has "%"/) });
    expect([path('lone'), path('100%')].some(existsSync)).toBe(false);
  });

  it('the words of sbatch are told, and what was taken is cancelled', async () => {
    const bin = fakeSlurm('refusing', {
      scontrol: 'echo "MaxArraySize = 5"; echo "MaxJobCount = 10000"',
      sbatch:
        // the part, and no nonce that begins so
        'case "$*" in *:5" "*) echo "sbatch: error: Batch job submission failed: Invalid account" >&2; exit 1;; *) echo 41;; esac',
    });
    const { code, stderr } = await within(bin, slurmed('refused', '--cells-per-task', '5'));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /Slurm refuses the jobs \(Batch job submission failed: Invalid account\)/,
    );
    expect(readFileSync(join(bin, 'cancelled'), 'utf8')).toBe('41\n');
  });

  it('fewer tasks are tried where a user may not have as many', async () => {
    const bin = fakeSlurm('narrow', {
      // takes arrays of up to 0-4
      sbatch: `case "$*" in *--array=0-[5-9]*|*--array=0-[1-9][0-9]*) echo "sbatch: error: AssocMaxSubmitJobLimit" >&2; exit 1;; esac
echo "$@" >> ${path('narrow', 'taken')}; echo 41`,
      squeue: `test ! -e ${path('narrow', 'taken')} || sed -E 's/.*--comment=(\\S+).*/41|0|PENDING|1:00|\\1|None/' ${path('narrow', 'taken')}`,
    });
    const { code, stdout } = await within(bin, slurmed('fewer', '--cells-per-task', '2', '--json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      tasks: 5,
      jobs: [{ part: 0, id: 41, indexes: '0-4' }, { part: 'merge' }],
    });
    const lines = readFileSync(
      path('fewer', 'slurm', JSON.parse(stdout).nonce, 'tasks.txt'),
      'utf8',
    );
    const cells = lines
      .trim()
      .split('\n')
      .flatMap((line) => line.split(',').map(Number));
    expect(cells.sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    // which is queued still, for Slurm's reason
    const again = await within(bin, ['sweep', 'resume', path('fewer')]);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/in Slurm's queue, such as 41 \(PENDING, None\)/),
    });
    const { slurm } = JSON.parse(
      (await within(bin, ['sweep', 'status', path('fewer'), '--json'])).stdout,
    );
    expect(slurm).toMatchObject({ pending: { None: 8 }, running: 0, idle: 32, unanswered: null });
    const away = fakeSlurm('away', {
      squeue: 'echo "slurm_load_jobs error: Unable to contact" >&2; exit 1',
    });
    const told = await within(away, ['sweep', 'status', path('fewer')]);
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(
      /0 of 40 cells done.*\n.*\n.*Unable to contact.*files and journal alone/,
    );
    const refused = await within(away, ['sweep', 'resume', path('fewer')]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/does not say what is queued/),
    });
  });

  it('experiments and a depth limit are shown as they would be submitted', async () => {
    const bin = fakeSlurm('shown', { sbatch: 'exit 1' });
    const script = (name: string, nonce: string) =>
      readFileSync(path(name, 'slurm', nonce, 'job.sh'), 'utf8');
    const asked = ['--slurm', '--dry-run', '--json', '--cores', '2'];
    const ids = ['c09-repulsion', 'c04-phase-diagram', 'c06-polytope'];
    const claims = await within(bin, [
      'experiment',
      'run',
      ...ids,
      '--quick',
      '--out',
      path('claims'),
      ...asked,
    ]);
    const { nonce, tasks, commands } = JSON.parse(claims.stdout);
    expect(tasks).toBe(2);
    expect(commands).toMatchObject(
      [/--array=0-1 .*--cpus-per-task=2/, /afterany:ID0 .*--cpus-per-task=1/].map((pattern) =>
        expect.stringMatching(pattern),
      ),
    );
    // the longest first
    expect(readFileSync(path('claims', 'slurm', nonce, 'tasks.txt'), 'utf8')).toBe(
      'c04-phase-diagram c06-polytope\nc09-repulsion\n',
    );
    expect(script('claims', nonce)).toMatch(
      /experiment run \$\(sed .*\) --threads \$cores --quick --out /,
    );
    const text = 'Das "ist" $1 \'__';
    const limit = await within(bin, [
      'limit',
      'depth',
      text,
      '--depths',
      '1,2',
      '--out',
      path('depth'),
      ...asked,
    ]);
    const found = JSON.parse(limit.stdout);
    expect(found).toMatchObject({ tasks: 1, commands: [expect.stringMatching(/--array=0 /)] });
    expect(script('depth', found.nonce)).toContain(`--depths 1,2 -- ${quoted(text)}`);
    const odd = await within(bin, [
      'experiment',
      'run',
      'all',
      '--out',
      path('odd'),
      '--slurm',
      '--force',
    ]);
    expect(odd).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/option force is given with slurm/),
    });
  });

  it('cells that share a run are of one task', async () => {
    const bin = fakeSlurm('sharing', { sbatch: 'exit 1' });
    const grid = ['--grid', 'time=1,2,beta=1:4:1', '--n', '4', '--diagnostics', 'cosine_mean'];
    const asked = ['--slurm', '--dry-run', '--json', '--cells-per-task', '4'];
    const { stdout } = await within(bin, ['sweep', ...grid, '--out', path('shared'), ...asked]);
    const lines = readFileSync(
      path('shared', 'slurm', JSON.parse(stdout).nonce, 'tasks.txt'),
      'utf8',
    );
    expect(lines).toBe('0,2,4,6\n1,3,5,7\n');
  });

  it('a time limit or a memory below what a cell takes is refused', async () => {
    const bin = fakeSlurm('small', { sbatch: 'exit 1' });
    const mem = await within(bin, slurmed('small-mem', '--mem', '10M'));
    expect(mem).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/option mem is "10M", and one cell takes \d+M here/),
    });
    const time = await within(bin, slurmed('small-time', '--time-limit', '0:00'));
    expect(time).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/option timeLimit is "0:00", and one cell takes/),
    });
  });
});
