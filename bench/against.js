/**
 * What the model's work costs against an earlier commit, built into a temporary folder: processor time, time by the
 * clock and peak memory of commands, in turns, so that a machine whose speed drifts slows both.
 *
 *   npm run build && node bench/against.js [REVISION [RUNS]]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [revision = 'a9401ac', runs = '3'] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const SENTENCE = 'Mein Lieblingstier ist __';
const WORK = {
  'predict, cold': ['predict', SENTENCE],
  'predict --depth 512': ['predict', SENTENCE, '--depth', '512'],
  'predict --depth ode': ['predict', SENTENCE, '--depth', 'ode'],
  'limit depth': ['limit', 'depth', SENTENCE],
  '16 exponents': ['limit', 'tangent', SENTENCE, '--vectors', '16'],
  '64 exponents': ['limit', 'tangent', SENTENCE, '--vectors', '64'],
};

/** Says on a channel of its own what the process took. */
const METER = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeSync(3, JSON.stringify({ processor: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }));
  });
`)}`;

/** Where the earlier commit is, built once. */
function earlier() {
  const folder = join(tmpdir(), `schmetterling-${revision}`);
  if (existsSync(join(folder, 'dist/cli/main.js'))) return folder;
  console.error(`building ${revision} in ${folder}`);
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', revision], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['x', '-C', folder], { input: archive });
  for (const args of [['ci'], ['run', 'build']])
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return folder;
}

function measure(folder, args) {
  const begun = performance.now();
  const { status, stderr, output } = spawnSync(
    process.execPath,
    ['--import', METER, join(folder, 'bin/schmetterling.js'), ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} in ${folder}: ${stderr}`);
  return { clock: (performance.now() - begun) / 1000, ...JSON.parse(output[3]) };
}

const least = (all, part) => Math.min(...all.map((one) => one[part]));

const before = earlier();
const rows = {};
for (const [name, args] of Object.entries(WORK)) {
  const [old, now] = [[], []];
  for (let run = 0; run < Number(runs); run++) {
    old.push(measure(before, args));
    now.push(measure(root, args));
  }
  const ratio = (part) => (least(now, part) / least(old, part)).toFixed(2);
  rows[name] = {
    'processor s': `${least(old, 'processor').toFixed(2)} → ${least(now, 'processor').toFixed(2)}`,
    ratio: ratio('processor'),
    'clock s': `${least(old, 'clock').toFixed(2)} → ${least(now, 'clock').toFixed(2)}`,
    'ratio ': ratio('clock'),
    MB: `${least(old, 'memory').toFixed(0)} → ${least(now, 'memory').toFixed(0)}`,
    'ratio  ': ratio('memory'),
  };
}
console.log(
  `${cpus()[0].model}, Node ${process.version}; against ${revision}, the least of ${runs} runs in turns`,
);
console.table(rows);
