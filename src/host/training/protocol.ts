/** What the training pool and its worker threads say to each other. */

import type { KernelChoice } from '../../engines/tensorflow/engine.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import type { FlowSettings } from '../../language/training/objective.ts';
import type { ParameterPart } from '../../language/training/parts.ts';
import type { StepResult } from '../../language/training/worker-task.ts';
import type { Vocabulary } from '../../language/vocabulary.ts';
import type { WorkerPart } from './preparation.ts';

export interface WorkerStart {
  readonly config: TrainingConfig;
  readonly layout: readonly ParameterPart[];
  readonly flow: FlowSettings;
  readonly vocabulary: Vocabulary;
  readonly determiners: readonly string[];
  readonly parts: readonly WorkerPart[];
  readonly worker: number;
  readonly kernels: KernelChoice;
  /** Float32, shared with the main thread: read by the worker. */
  readonly parameters: SharedArrayBuffer;
  /** Float32, this worker's own: written by it. */
  readonly gradient: SharedArrayBuffer;
}

export type FromWorker = { ready: true } | { result: StepResult };
