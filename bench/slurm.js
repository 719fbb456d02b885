/**
 * Sweeps on a Slurm of two one-core nodes on this machine (tests/slurm/lab.sh; root, slurm-wlm, munge), and what they
 * are after whatever happens there: the table of one process, byte for byte, or the benchmark fails.
 *
 *   npm run build && node bench/slurm.js [speed] [lost] [limit] [requeue] [kills]
 *
 * speed: 2,000 cells that wait 50 ms, against `sweep --threads 2`. lost: a node that is lost while its task goes on, so
 * that the task runs twice at a time. limit: tasks that reach their time limit. requeue: a killed task that is requeued.
 * kills: twenty kills of tasks, slurmd and slurmctld at random times, with `sweep resume` when no job is left.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { random } from '../dist/numerics/random.js';

const SEED = Number(process.env.SEED ?? 27);
const KILLS = 20;
const pathTo = (file) => fileURLToPath(new URL(file, import.meta.url));
const [LAB, ENTRY] = ['../tests/slurm/lab.sh', '../bin/schmetterling.js'].map(pathTo);

const place = mkdtempSync(join(tmpdir(), 'schmetterling-bench-'));
const home = join(place, 'lab');
const env = { ...process.env, SLURM_CONF: join(home, 'slurm.conf'), NO_COLOR: '1' };
const lab = (...words) => execFileSync(LAB, words, { env, stdio: 'pipe' });

/** Dynamics whose every run waits for a while once, as if it computed: what else this machine does is no matter. */
const WAITING = join(place, 'waiting.mjs');
writeFileSync(
  WAITING,
  `const clock = new Int32Array(new SharedArrayBuffer(4));
let known = '';
export default {
  name: 'waiting',
  space: 'euclidean',
  parameters: [
    { type: 'number', name: 'pause', default: 0, minimum: 0, maximum: 1e6 },
    { type: 'number', name: 'rate', default: 1, minimum: 0, maximum: 1e6 },
  ],
  velocity({ n, d, positions }, { pause, rate }, time, out) {
    const run = pause + ' ' + rate + ' ' + positions[0];
    if (time === 0 && n === 5 && run !== known) Atomics.wait(clock, 0, 0, pause);
    if (time === 0) known = run;
    for (let k = 0; k < n * d; k++) out[k] = -rate * 1e-3 * positions[k];
  },
};
`,
);

const cells = (count, pause) => [
  ...['sweep', '--dynamics', WAITING, '--set', `pause=${pause}`, '--start', 'gaussian', '--n', '5'],
  ...['--time', '0.2', '--diagnostics', 'radius_mean', '--grid', `rate=1:${count}:1`],
];

/** A command of ours to its end: what it prints as JSON, and its exit code. */
async function command(...args) {
  const child = spawn(process.execPath, [ENTRY, ...args, '--json'], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((done) => child.once('close', done));
  return { code, stderr, found: stdout === '' ? null : JSON.parse(stdout) };
}

const slurm = (program, ...args) => execFileSync(program, args, { env, encoding: 'utf8' });

/** Of this cluster; the controller may be away. */
function queue() {
  try {
    return slurm('squeue', '--noheader', '--array', '--format=%F_%K|%T|%r|%k')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('|'))
      .map(([id, state, reason, mark]) => ({ id, state, reason, mark }));
  } catch {
    return null;
  }
}

const table = (out) => readFileSync(join(out, 'cells.csv'), 'utf8');
const isMerged = (out) => existsSync(join(out, 'cells.csv'));
const seconds = (begun) => ((performance.now() - begun) / 1000).toFixed(1);

/** Requeued tasks wait two minutes; here they need not. */
function hurry() {
  for (const { id, reason } of queue() ?? [])
    if (reason === 'BeginTime')
      try {
        slurm('scontrol', 'update', `JobId=${id}`, 'StartTime=now');
      } catch {}
}

async function until(happened, each = () => {}) {
  while (!(await happened())) {
    each();
    await sleep(500);
  }
}

/** The table of one process; cells that wait leave its cores to others. */
async function alone(name, args, threads = 8) {
  const out = join(place, `${name}-alone`);
  const begun = performance.now();
  await command(...args, '--out', out, '--threads', `${threads}`);
  return { bytes: table(out), seconds: Number(seconds(begun)) };
}

function same(name, out, bytes) {
  if (table(out) !== bytes) throw new Error(`${name}: the table differs from that of one process`);
}

/** Rows in sheets of all runs, those of cells that were run twice too; the merge removes sheets, so ask before. */
const sheets = (out) => {
  const folder = join(out, 'sheets');
  return existsSync(folder) ? readdirSync(folder) : [];
};

const SCENES = {
  async speed() {
    const args = cells(2000, 50);
    const one = await alone('speed', args, 2);
    const out = join(place, 'speed');
    const begun = performance.now();
    const over = command(...args, '--out', out, '--slurm');
    await until(() => isMerged(out));
    const took = Number(seconds(begun));
    const { found } = await over;
    same('speed', out, one.bytes);
    return `2,000 cells of 50 ms: ${one.seconds} s by sweep --threads 2, ${took} s on Slurm in ${found.tasks} tasks, submission and merge included: ${(took / one.seconds).toFixed(3)} times`;
  },

  async lost() {
    // one task, so that a node is free for its second run
    const args = cells(60, 2000);
    const out = join(place, 'lost');
    const over = command(...args, '--out', out, '--slurm', '--cells-per-task', '60');
    await until(() => (queue() ?? []).some(({ state }) => state === 'RUNNING'));
    await sleep(2000);
    const node = slurm('squeue', '--noheader', '--states=RUNNING', '--format=%N').trim();
    const begun = performance.now();
    lab('kill', home, node);
    // noticed after SlurmdTimeout, while the task still runs there
    await until(() => (queue() ?? []).some(({ reason }) => reason === 'BeginTime'));
    const noticed = seconds(begun);
    // a job cannot begin within the first seconds after it was requeued
    const isTwice = () => sheets(out).some((name) => /-[01]\.[1-9]/.test(name));
    await until(() => isTwice() || isMerged(out), hurry);
    if (isMerged(out)) throw new Error('lost: the task was over before it ran twice');
    const twice = seconds(begun);
    await until(() => isMerged(out), hurry);
    await over;
    lab('again', home, node);
    same('lost', out, (await alone('lost', args)).bytes);
    return `a slurmd killed: its task requeued after ${noticed} s, and running twice from ${twice} s on; the table is that of one process`;
  },

  async limit() {
    const args = cells(160, 1000);
    const out = join(place, 'limit');
    const begun = performance.now();
    // two tasks of 80 s with a minute each
    await command(...args, '--out', out, '--slurm', '--cells-per-task', '80', '--time-limit', '1');
    await until(() => isMerged(out), hurry);
    const took = seconds(begun);
    same('limit', out, (await alone('limit', args)).bytes);
    return `tasks of 80 s with a limit of 60 s: told, requeued by themselves, and merged after ${took} s without a resume`;
  },

  async requeue() {
    const args = cells(80, 500);
    const out = join(place, 'requeue');
    const over = command(...args, '--out', out, '--slurm', '--cells-per-task', '40');
    await until(() => (queue() ?? []).filter(({ state }) => state === 'RUNNING').length === 2);
    await sleep(4000);
    const [{ id }] = queue().filter(({ state }) => state === 'RUNNING');
    slurm('scancel', '--signal=KILL', id);
    await until(() => !queue().some((job) => job.id === id && job.state === 'RUNNING'));
    slurm('scontrol', 'requeue', id);
    await until(() => isMerged(out), hurry);
    await over;
    same('requeue', out, (await alone('requeue', args)).bytes);
    return `a task killed and requeued goes on; the table is that of one process`;
  },

  async kills() {
    const args = cells(480, 500);
    const out = join(place, 'kills');
    const draws = random(SEED);
    const counts = { task: 0, slurmd: 0, slurmctld: 0, resume: 0 };
    const begun = performance.now();
    const over = command(...args, '--out', out, '--slurm', '--cells-per-task', '20');
    await until(() => (queue() ?? []).some(({ state }) => state === 'RUNNING'));
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(1000 * (1 + 5 * draws.uniform()));
      await attack(draws.uniform(), counts);
      hurry();
      if (kill % 4 === 3) await goOn(out, counts);
    }
    await over;
    await until(async () => isMerged(out) || !(await goOn(out, counts)), hurry);
    await until(() => isMerged(out), hurry);
    const took = seconds(begun);
    same('kills', out, (await alone('kills', args)).bytes);
    return `${counts.task} tasks, ${counts.slurmd} slurmd and ${counts.slurmctld} slurmctld killed at random (seed ${SEED}), ${counts.resume} times resumed: merged after ${took} s, the table is that of one process`;
  },
};

/** Kills a running task, a slurmd or the controller; daemons begin again within seconds. */
async function attack(draw, counts) {
  const running = (queue() ?? []).filter(
    ({ id, state }) => state === 'RUNNING' && !id.endsWith('N/A'),
  );
  const what = draw < 0.5 && running.length > 0 ? 'task' : draw < 0.75 ? 'slurmd' : 'slurmctld';
  counts[what]++;
  if (what === 'task') return void quiet(() => slurm('scancel', '--signal=KILL', running[0].id));
  const daemon = what === 'slurmd' ? (draw < 0.62 ? 'n1' : 'n2') : what;
  lab('kill', home, daemon);
  await sleep(1500);
  lab('again', home, daemon);
}

function quiet(work) {
  try {
    work();
  } catch {}
}

/** Submits what is missing where no job is left; false where it did. */
async function goOn(out, counts) {
  if (isMerged(out) || queue()?.length !== 0) return true;
  const { code } = await command('sweep', 'resume', out);
  if (code === 0) counts.resume++;
  return true;
}

const asked = process.argv.slice(2);
const scenes = asked.length > 0 ? asked : Object.keys(SCENES);
// ports of its own beside other clusters of this machine
lab(
  'up',
  home,
  `${20_000 + 3 * (process.pid % 4_000)}`,
  'MinJobAge=5',
  'SlurmdTimeout=20',
  'KillWait=5',
);
try {
  for (const name of scenes) console.log(`${name}: ${await SCENES[name]()}`);
} finally {
  lab('down', home);
  rmSync(place, { recursive: true });
}
