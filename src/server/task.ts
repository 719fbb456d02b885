/** What a worker thread is asked and what it answers. Plain data: classes do not survive the way between threads. */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorRecord } from '../numerics/errors.ts';
import type { Group } from '../operations/catalogue.ts';
import type { PredictRequest, SimulateRequest, TraceRequest } from './requests.ts';

/** What every worker is started with. */
export interface WorkerStart {
  /** Folders by the names that requests may use. */
  readonly folders: Readonly<Record<string, string>>;
  readonly defaultModel: string;
  /** Names of models whose weights are too large for a copy in every worker: one worker has them all. */
  readonly pretrained?: readonly string[];
  /** That multiply in those. */
  readonly threads?: number;
}

export type Task =
  | { readonly kind: 'ready' }
  | { readonly kind: 'predict'; readonly request: PredictRequest }
  | { readonly kind: 'trace'; readonly request: TraceRequest }
  | {
      readonly kind: 'operation';
      readonly group: Group;
      readonly name: string;
      /** Checked. */
      readonly request: Readonly<Record<string, unknown>>;
    };

/** A run whose lines go through `port`; what comes back through it is a SimulationWord. */
export interface SimulationTask {
  readonly request: SimulateRequest;
  readonly port: MessagePort;
}

/** `taken`: a line has been handed on. `stop`: nobody waits for the run any more. */
export type SimulationWord = 'taken' | 'stop';

/** A line of the stream: one begin, a frame for every time, then one end or one error. */
export interface SimulationLine {
  readonly kind: 'begin' | 'frame' | 'end' | 'error';
  readonly [name: string]: unknown;
}

/** `json` is the finished document, so that the server's own thread only hands it on. */
export type TaskResult = { readonly json: string } | { readonly failure: ErrorRecord };
