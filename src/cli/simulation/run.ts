/**
 * Runs a job of `simulate`: threads, progress, and the recording or the frames in memory. Ctrl-C ends the
 * process at once, even inside of a velocity of a million particles: a recording is whole at any time.
 */

import type { SimulationFrame } from '../../flow/frames.ts';
import {
  openSimulation,
  type SimulationProgress,
  type SimulationReport,
} from '../../flow/simulate.ts';
import { machineEngines } from '../../host/engines.ts';
import { makeFolder } from '../../host/files.ts';
import { withFolder } from '../../host/lock.ts';
import { checkRecordingFolder, startRecording } from '../../host/recording/write.ts';
import { progressBar } from '../progress.ts';
import { tablesRecord } from '../tables.ts';
import { writeRunFigures } from './figures.ts';
import type { SimulationJob } from './job.ts';

export interface Outcome {
  readonly report: SimulationReport;
  /** All of them, or with a recording only the last few: the others are in its folder. */
  readonly frames: readonly SimulationFrame[];
  /** Files of figures in the folder. */
  readonly figures: readonly string[];
  /** How many there were. */
  readonly count: number;
  readonly seconds: number;
  /** Why the run did not reach its end; null where it did. */
  readonly failure: Error | null;
}

/**
 * The run to its end or to the first value that is not finite: what was computed before stays.
 * Throws InputError where the folder or the engine refuses, before anything is written.
 */
export async function runJob(job: SimulationJob): Promise<Outcome> {
  const { out } = job;
  if (out === null) return runHere(job);
  makeFolder(out);
  return withFolder(out, () => runHere(job));
}

async function runHere(job: SimulationJob): Promise<Outcome> {
  const { settings, out, resumed } = job;
  const bar = await progressBar('{bar} t = {time} of {end}  {steps} steps');
  if (out !== null && !resumed) checkRecordingFolder(out, settings);
  const { from, reference } = resumed ?? {};
  const onProgress = ({ time, end, steps }: SimulationProgress) =>
    bar.update(time, end, { time: time.toPrecision(4), end, steps });
  const context = { engines: machineEngines(), onProgress, from, reference };
  const simulation = await openSimulation(settings, context);
  const source = { ...job.source, ...tablesRecord(job.tables) };
  const recording = out === null ? null : startRecording(out, settings, source, resumed);
  const begun = performance.now();
  const frames: SimulationFrame[] = [];
  let count = resumed?.frames ?? 0;
  let failure: Error | null = null;
  try {
    for await (const frame of simulation.frames()) {
      recording?.write(frame);
      count++;
      if (recording && frames.length > 0) frames.pop();
      frames.push(frame);
    }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  bar.stop();
  const seconds = (performance.now() - begun) / 1000;
  const report = simulation.report();
  recording?.end(report, seconds, failure?.message);
  const figures = out === null ? [] : await writeRunFigures(out, settings, job.formats);
  return { report, frames, figures, count, seconds, failure };
}
