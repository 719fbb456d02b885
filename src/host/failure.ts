/** Errors as plain data, for the way between threads, on which classes do not survive. */
import {
  ConvergenceError,
  DamagedFileError,
  DivergedError,
  InputError,
  LimitError,
} from '../numerics/errors.ts';

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
