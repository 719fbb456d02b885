/** What a worker thread is asked and what it answers. Plain data: classes do not survive the way between threads. */
import type { MessagePort } from 'node:worker_threads';
import {
  ConvergenceError,
  DamagedFileError,
  DivergedError,
  InputError,
  LimitError,
} from '../numerics/errors.ts';
import type { DepthRequest, PredictRequest, SimulateRequest, TraceRequest } from './requests.ts';

/** What every worker is started with. */
export interface WorkerStart {
  /** Folders by the names that requests may use. */
  readonly folders: Readonly<Record<string, string>>;
  readonly defaultModel: string;
}

export type Task =
  | { readonly kind: 'ready' }
  | { readonly kind: 'predict'; readonly request: PredictRequest }
  | { readonly kind: 'trace'; readonly request: TraceRequest }
  | { readonly kind: 'depth'; readonly request: DepthRequest };

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
export type TaskResult = { readonly json: string } | { readonly failure: Failure };

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly field?: string;
  readonly time?: number;
  readonly step?: number;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof InputError)
    return { name: error.name, message: error.message, field: error.field };
  if (error instanceof DivergedError)
    return { name: error.name, message: error.message, time: error.time, step: error.step };
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** The error that `toFailure` took apart. */
export function fromFailure({ name, message, field = '', time = 0, step = 0 }: Failure): Error {
  if (name === 'LimitError') return new LimitError(field, message);
  if (name === 'InputError') return new InputError(field, message);
  if (name === 'DamagedFileError') return new DamagedFileError(message);
  if (name === 'ConvergenceError') return new ConvergenceError(message);
  if (name === 'DivergedError') return new DivergedError(time, step, message);
  return new Error(message);
}
