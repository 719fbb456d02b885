/** Depth limits on all cores: the cuts of one flow are independent runs, which threads take in turn. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { SimulationOptions } from '../flow/simulation-settings.ts';
import type { Cut, EndsOf } from '../limits/depth/depth.ts';
import type { FlowEnd } from '../limits/depth/errors.ts';
import { type ErrorRecord, errorFromJson } from '../numerics/errors.ts';
import { builtWorker } from './built.ts';

/** The flow, as plain data: the particles of a text under the model of a folder, or options of the library. */
export type DepthSubject =
  | {
      readonly kind: 'text';
      readonly folder: string;
      readonly text: string;
      readonly coupling?: string;
    }
  | { readonly kind: 'flow'; readonly options: SimulationOptions };

export interface DepthTask {
  readonly subject: DepthSubject;
  readonly cuts: readonly Cut[];
}

export type DepthTaskResult =
  | { readonly ends: readonly FlowEnd[] }
  | { readonly failure: ErrorRecord };

export interface DepthThreads {
  readonly ends: EndsOf;
  close(): Promise<void>;
}

/** Starts a thread for each core. The numbers are those of one thread: each run is one thread's. */
export function depthThreads(
  subject: DepthSubject,
  threads = availableParallelism(),
): DepthThreads {
  const pool = new Tinypool({
    filename: builtWorker('host/depth-worker'),
    minThreads: threads,
    maxThreads: threads,
  });
  return {
    async ends(cuts) {
      const result: DepthTaskResult = await pool.run({ subject, cuts });
      if ('failure' in result) throw errorFromJson(result.failure);
      return result.ends;
    },
    close: () => pool.destroy(),
  };
}
