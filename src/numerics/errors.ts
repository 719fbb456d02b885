/**
 * The errors a user can meet. Every message names the value, what was expected and the remedy,
 * in one line; faces turn the class into an exit code or an HTTP status.
 */

/** Wrong input: exit code 2, HTTP 400 (413/422 when a stated limit is exceeded). */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  /** The option or field at fault, e.g. `text`, `depth`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Input beyond a stated limit, e.g. a text with more tokens than the model has positions. */
export class LimitError extends InputError {
  override readonly name = 'LimitError';
}

/** A model or file that cannot be used: missing, truncated or altered. Exit code 1. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

/** A computation whose values stopped being finite. What was delivered before stays good. Exit code 1. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  /** The time of the last good state. */
  readonly time: number;
  /** Steps accepted until then. */
  readonly step: number;

  constructor(time: number, step: number, message: string) {
    super(message);
    this.time = time;
    this.step = step;
  }
}

/** An iteration that has not reached its tolerance: its result is none. Exit code 1. */
export class ConvergenceError extends Error {
  override readonly name = 'ConvergenceError';
}
