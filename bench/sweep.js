/** What a sweep of 10,000 small runs adds to the bare runs: by turns, each on one thread started for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readSweep } from '../dist/cli/sweep/request.js';
import { runSweep } from '../dist/cli/sweep/run.js';

const ROUNDS = 3;
const SEEDS = 100;
const CELL = { n: 8, d: 2, time: 5 };

/** The runs alone: 50 layers and all diagnostics at both ends, by the library. */
const BARE = `
import { simulate } from '${new URL('../dist/index.js', import.meta.url)}';
for (let k = 1; k <= 100; k++)
  for (let seed = 1; seed <= ${SEEDS}; seed++)
    await simulate({ ...${JSON.stringify(CELL)}, parameters: { beta: k / 10 }, seed });`;

function bare() {
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(BARE)}`));
  return new Promise((done, fail) => thread.once('exit', done).once('error', fail));
}

async function swept() {
  const out = mkdtempSync(join(tmpdir(), 'schmetterling-bench-'));
  const cell = Object.fromEntries(Object.entries(CELL).map(([name, value]) => [name, `${value}`]));
  const grid = ['beta=0.1:10:0.1'];
  await runSweep(readSweep({ ...cell, grid, seeds: `${SEEDS}`, threads: '1', out }));
  rmSync(out, { recursive: true });
}

/** Seconds on the clock and of all cores. */
async function timed(run) {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { clock: (performance.now() - begun) / 1000, cores: (user + system) / 1e6 };
}

const rounds = [];
for (let round = 0; round < ROUNDS; round++)
  rounds.push({ bare: await timed(bare), swept: await timed(swept) });
for (const kind of ['clock', 'cores']) {
  const least = (name) => Math.min(...rounds.map((round) => round[name][kind]));
  const [alone, all] = [least('bare'), least('swept')];
  const added = 100 * (all / alone - 1);
  console.log(
    `${kind}: 10,000 runs ${alone.toFixed(2)} s, swept ${all.toFixed(2)} s: ${added.toFixed(1)} % more (best of ${ROUNDS})`,
  );
}
