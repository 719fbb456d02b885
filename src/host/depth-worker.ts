/** A thread that runs cuts of a flow for a depth limit. */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { SimulationOptions } from '../flow/simulation-settings.ts';
import { modelOptions } from '../language/particles.ts';
import { endsOf } from '../limits/depth/depth.ts';
import { errorToJson } from '../numerics/errors.ts';
import type { DepthSubject, DepthTask, DepthTaskResult } from './depth-threads.ts';
import { readFlow } from './models.ts';

/** A thread serves one flow, whose model it reads once. */
let known: SimulationOptions | null = null;

function flowOf(subject: DepthSubject): SimulationOptions {
  if (subject.kind === 'flow') return subject.options;
  const model = readFlow(subject.folder, 'a limit');
  const { text } = subject;
  const coupling = subject.coupling as CouplingName | undefined;
  const flow = modelOptions(model, { text, dynamics: 'model', coupling });
  return { ...flow, time: model.config.horizon };
}

export default async function run({ subject, cuts }: DepthTask): Promise<DepthTaskResult> {
  try {
    known ??= flowOf(subject);
    return { ends: await endsOf(known)(cuts) };
  } catch (error) {
    return { failure: errorToJson(error) };
  }
}
