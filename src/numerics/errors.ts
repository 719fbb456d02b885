/**
 * The errors a user can meet. Every message names the value, what was expected and the remedy, in one
 * line. An error carries its meaning: faces read the exit code and the HTTP status from it, and none maps
 * classes by itself. As plain data, on ways where classes do not survive, it is an `ErrorRecord`.
 */

/** What is known of an error besides its message. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An error as JSON. */
export interface ErrorRecord {
  /** The code: that of a KnownError, or of any other error its name. */
  readonly name: string;
  readonly message: string;
  readonly details?: ErrorDetails;
}

export abstract class KnownError extends Error {
  /** The code of the kind. */
  abstract override readonly name: string;
  /** Of HTTP. */
  abstract readonly status: number;
  /** Of the command line: 2 for wrong usage, 75 for work to be begun again, 1 for everything else. */
  readonly exitCode: 1 | 2 | 75 = 1;
  readonly details: ErrorDetails = {};
}

/** Wrong input: its message says what was found, what was expected and what to write instead. */
export class InputError extends KnownError {
  override readonly name: string = 'InputError';
  readonly status: number = 400;
  override readonly exitCode = 2;
  override readonly details: { readonly field: string };
  /** The option or field at fault, e.g. `text`, `depth`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
    this.details = { field };
  }
}

/** Input beyond a stated limit, e.g. a text with more tokens than the model has positions. */
export class LimitError extends InputError {
  override readonly name = 'LimitError';
  override readonly status = 422;
}

/** A model or file that cannot be used: missing, truncated or altered. */
export class DamagedFileError extends KnownError {
  override readonly name = 'DamagedFileError';
  readonly status = 500;
}

/** A computation whose values stopped being finite. What was delivered before stays good. */
export class DivergedError extends KnownError {
  override readonly name = 'DivergedError';
  readonly status = 422;
  override readonly details: { readonly time: number; readonly step: number };
  /** The time of the last good state. */
  readonly time: number;
  /** Steps accepted until then. */
  readonly step: number;

  constructor(time: number, step: number, message: string) {
    super(message);
    this.time = time;
    this.step = step;
    this.details = { time, step };
  }
}

/** An iteration that has not reached its tolerance: its result is none. */
export class ConvergenceError extends KnownError {
  override readonly name = 'ConvergenceError';
  readonly status = 422;
}

/** Work that was told to end before it was done. What is done is kept, and the same command goes on with the rest. */
export class UnfinishedError extends KnownError {
  override readonly name = 'UnfinishedError';
  readonly status = 503;
  /** EX_TEMPFAIL of sysexits.h: try again. */
  override readonly exitCode = 75;
}

type Reviver = (message: string, details: ErrorDetails) => KnownError;

const REVIVERS: Readonly<Record<string, Reviver>> = {
  InputError: (message, { field }) => new InputError(String(field), message),
  LimitError: (message, { field }) => new LimitError(String(field), message),
  DamagedFileError: (message) => new DamagedFileError(message),
  DivergedError: (message, { time, step }) =>
    new DivergedError(Number(time), Number(step), message),
  ConvergenceError: (message) => new ConvergenceError(message),
  UnfinishedError: (message) => new UnfinishedError(message),
};

/** Any thrown value as plain data. */
export function errorToJson(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  // Also an error that came from a thread, with its fields and without its class.
  const { details } = error as Partial<KnownError>;
  return details === undefined ? { name, message } : { name, message, details };
}

/** The error that `errorToJson` took apart: of its class where it is a KnownError, else an Error. */
export function errorFromJson({ name, message, details = {} }: ErrorRecord): Error {
  const revive = Object.hasOwn(REVIVERS, name) ? REVIVERS[name] : undefined;
  return revive?.(message, details) ?? new Error(message);
}
