/** A thread that runs experiments, one after the other. */
import { experimentNamed } from '../experiments/catalogue.ts';
import { runExperiment } from '../experiments/run.ts';
import { errorToJson } from '../numerics/errors.ts';
import { openCells } from './experiment-cells.ts';
import type { ExperimentResult, ExperimentTask } from './experiment-threads.ts';
import { readModel } from './models.ts';

/** Shares that a reader cannot tell apart are not sent. */
const FINEST = 0.002;

/** Never throws: see server/worker.ts. */
export default async function run(task: ExperimentTask): Promise<ExperimentResult> {
  const { id, port, cells: file, ...options } = task;
  let sent = Number.NEGATIVE_INFINITY;
  const onProgress = (share: number) => {
    if (share - sent < FINEST) return;
    sent = share;
    port.postMessage(share);
  };
  try {
    const context = { readModel, onProgress, cells: file && openCells(file) };
    return { run: await runExperiment(experimentNamed(id), options, context) };
  } catch (error) {
    return { failure: errorToJson(error) };
  } finally {
    port.close();
  }
}
