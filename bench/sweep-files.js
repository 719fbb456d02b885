/**
 * The files of a large sweep, without its arithmetic: planning 100,000 cells, the status of them when all are done, and
 * the table of a million rows, as CSV and as Parquet, from the sheets of 64 tasks. Numbers are drawn. Each step is a
 * process of its own: seconds of the clock and of the processors, start of Node included, its largest memory, and
 * which part of what it may take the processors' seconds and the memory are.
 *
 *   npm run build && node bench/sweep-files.js [ROWS]
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf } from '../dist/cli/sweep/grid.js';
import { readRecord } from '../dist/cli/sweep/record.js';
import { newSheet } from '../dist/cli/sweep/sheet.js';
import { csvLine } from '../dist/host/csv.js';
import { random } from '../dist/numerics/random.js';

const [rows = 1_000_000] = process.argv.slice(2).map(Number);
const PLANNED = 100_000;
const TASKS = 64;
const SEED = 20261201;
const FLAGS = ['--n', '8', '--grid', 'beta=0.1:10:0.1'];

const out = mkdtempSync(join(tmpdir(), 'schmetterling-bench-'));
const entry = new URL('../dist/cli/main.js', import.meta.url);

/** A command line in a process that says what it took; it prints nothing else. */
function measured(what, args, limit) {
  const script = `
    const { run } = await import('${entry}');
    process.stdout.write = () => true;
    process.exitCode = await run(${JSON.stringify(args)}, {});
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error(JSON.stringify({ cores: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }));`;
  const begun = performance.now();
  const file = join(out, 'run.mjs');
  writeFileSync(file, script);
  const child = spawnSync(process.execPath, [file]);
  const clock = (performance.now() - begun) / 1000;
  const text = child.stderr.toString().trim().split('\n').at(-1);
  if (child.status !== 0) throw new Error(`${args.join(' ')}: ${text}`);
  const { cores, megabytes } = JSON.parse(text);
  const [seconds, room] = limit ?? [];
  const share = limit
    ? `; ${(cores / seconds).toFixed(2)} of ${seconds} s, ${(megabytes / room).toFixed(2)} of ${room} MB`
    : '';
  console.log(
    `${what}: ${clock.toFixed(2)} s (${cores.toFixed(2)} of processors), ${megabytes.toFixed(0)} MB${share}`,
  );
}

/** A folder whose plan is of so many cells. */
function planned(name, cells, limit) {
  const folder = join(out, name);
  const seeds = ['--seeds', `${cells / 100}`];
  // a task of one cell of each: the plan, and what a task adds to it
  measured(
    `plan ${cells} cells, run one`,
    ['sweep', ...FLAGS, ...seeds, '--shard', `1/${cells}`, '--out', folder],
    limit,
  );
  return folder;
}

/** The rows of all cells in the sheets of tasks that take turns, as if two threads of each had been at work. */
function fill(folder) {
  const record = readRecord(folder, 'folder');
  const draws = random(SEED);
  const count = record.columns.length - record.grid.axes.length - 4;
  for (let task = 0; task < TASKS; task++) {
    const file = openSync(newSheet(folder, { task: `task-${task}`, restart: 0 }, record), 'a');
    let text = '';
    const [from, to] = [0, 1].map((k) => Math.floor(((task + k) * record.cells) / TASKS));
    for (let cell = from; cell < to; cell++) {
      const { values, seed } = placeOf(record.grid, cell);
      const numbers = Array.from({ length: count }, (_, k) =>
        k > 0 && k < 4 ? 8 : draws.gaussian(),
      );
      text += csvLine([cell, ...values, seed, 'done', ...numbers, null]);
      if (text.length < 1 << 20) continue;
      writeSync(file, text);
      text = '';
    }
    writeSync(file, text);
    closeSync(file);
  }
  return record.columns.length;
}

const sizes = (folder) =>
  readdirSync(folder)
    .map((name) => `${name} ${(statSync(join(folder, name)).size / 1e6).toFixed(0)} MB`)
    .filter((text) => text.startsWith('cells'))
    .join(', ');

try {
  const folder = planned('many', PLANNED, [5, 300]);
  rmSync(join(folder, 'sheets'), { recursive: true });
  measured(`status of ${PLANNED} cells, none done`, ['sweep', 'status', folder], [1, 300]);
  const columns = fill(folder);
  measured(`status of ${PLANNED} cells, all done`, ['sweep', 'status', folder], [1, 300]);
  const large = planned('large', rows);
  rmSync(join(large, 'sheets'), { recursive: true });
  fill(large);
  measured(
    `merge ${rows} rows of ${columns} columns`,
    ['sweep', 'merge', large, '--parquet'],
    [15, 500],
  );
  console.log(sizes(large));
  measured('merge once more, of the table', ['sweep', 'merge', large, '--parquet'], [15, 500]);
} finally {
  rmSync(out, { recursive: true });
}
