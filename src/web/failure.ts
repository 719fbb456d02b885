/** The errors of a worker as the problems that HTTP makes of them, so that the page shows both alike. */
import { KnownError } from '../numerics/errors.ts';
import type { Problem } from './problem.ts';

/** Any thrown value; what is nobody's input is our own fault. */
export function problemOf(error: unknown): Problem {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof KnownError)
    return { status: error.status, title: error.name, detail, ...error.details };
  return { status: 500, title: 'Error', detail };
}
