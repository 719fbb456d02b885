/** What a worker thread is asked and what it answers. Plain data: classes do not survive the way between threads. */
import { DamagedFileError, InputError, LimitError } from '../numerics/errors.ts';
import type { PredictRequest, TraceRequest } from './requests.ts';

export type Task =
  | { readonly kind: 'ready' }
  | { readonly kind: 'predict'; readonly request: PredictRequest }
  | { readonly kind: 'trace'; readonly request: TraceRequest };

/** `json` is the finished document, so that the server's own thread only hands it on. */
export type TaskResult = { readonly json: string } | { readonly failure: Failure };

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly field?: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof InputError)
    return { name: error.name, message: error.message, field: error.field };
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** The error that `toFailure` took apart. */
export function fromFailure({ name, message, field = '' }: Failure): Error {
  if (name === 'LimitError') return new LimitError(field, message);
  if (name === 'InputError') return new InputError(field, message);
  if (name === 'DamagedFileError') return new DamagedFileError(message);
  return new Error(message);
}
