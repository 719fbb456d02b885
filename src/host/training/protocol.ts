/** What the training pool and its worker threads say to each other. */
import type { KernelChoice } from '../../engines/tensorflow/engine.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import type { FlowSettings } from '../../language/training/objective.ts';
import type { OptimiserStep, RunVectors } from '../../language/training/optimiser.ts';
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
  /** Float32, shared by all: a worker writes to the parts that it is dealt. */
  readonly vectors: Readonly<Record<keyof RunVectors, SharedArrayBuffer>>;
  /** Float32, one a worker; all are read when their mean is taken. */
  readonly gradients: readonly SharedArrayBuffer[];
}

export const floatViews = ({ parameters, mean, square }: WorkerStart['vectors']): RunVectors => ({
  parameters: new Float32Array(parameters),
  mean: new Float32Array(mean),
  square: new Float32Array(square),
});

/** The three tasks of a step; each begins when all workers are through with the one before. */
export type Task = { gradient: number } | { average: true } | { optimise: OptimiserStep };

export type FromWorker =
  | { ready: true }
  | { result: StepResult }
  | { square: number }
  | { optimised: true };
