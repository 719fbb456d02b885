/**
 * What a cell of a sweep costs, from running some of them in a process of their own, that can be ended and whose
 * memory is that of a task. Their rows are kept.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { COMMAND_LINE } from '../../host/built.ts';
import type { Timing } from '../slurm/work.ts';
import { rangesText } from './ranges.ts';

/** Cells at most, and of how many one is taken. */
const MOST = 16;
const ONE_OF = 10;
/** Seconds after which no further cell begins, and after which the one that runs is given up. */
const [ENOUGH, PATIENCE] = [5, 60];

/** Runs some cells of all corners of the grid on one core for some seconds; one at least. */
export async function sampleCells(folder: string, cells: readonly number[]): Promise<Timing> {
  const count = Math.max(1, Math.min(MOST, Math.floor(cells.length / ONE_OF)));
  const { done, seconds, memory } = await timed(folder, spread(cells, count));
  return done > 0
    ? { seconds: seconds / done, atLeast: 0, memory }
    : { seconds: null, atLeast: seconds, memory };
}

/** As many of them, evenly. */
const spread = (cells: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, k) => cells[Math.floor(((k + 0.5) * cells.length) / count)]);

interface Timed {
  readonly done: number;
  readonly seconds: number;
  readonly memory: number | null;
}

/** Throws Error where the cells cannot be run at all, with what was said. */
async function timed(folder: string, cells: readonly number[]): Promise<Timed> {
  const words = ['sweep', 'task', folder, '--cells', rangesText(cells), '--task', 'sample'];
  const child = spawn(process.execPath, [COMMAND_LINE, ...words, '--threads', '1', '--json']);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk;
    });
  const seen = { memory: null as number | null, gaveUp: false };
  const watch = setInterval(() => {
    seen.memory = peakOf(child.pid) ?? seen.memory;
  }, 50);
  const enough = setTimeout(() => child.kill('SIGTERM'), 1000 * ENOUGH);
  const patience = setTimeout(() => {
    seen.gaveUp = child.kill('SIGKILL');
  }, 1000 * PATIENCE);
  await new Promise((done) => child.once('close', done));
  for (const timer of [watch, enough, patience]) clearTimeout(timer);
  const { memory, gaveUp } = seen;
  if (gaveUp) return { done: 0, seconds: PATIENCE, memory };
  if (said.stdout === '') throw new Error(`a cell cannot be run: ${said.stderr.trim()}`);
  const outcome = JSON.parse(said.stdout);
  const done = outcome.cells - outcome.before - outcome.open;
  return { done, seconds: outcome.cellSeconds, memory };
}

/** Most bytes that a process had in memory, from Linux. */
function peakOf(pid: number | undefined): number | null {
  try {
    const [, kilobytes] =
      /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}
