/** The errors of a worker as the problem details that HTTP makes of them, so that the page shows both alike. */
import { KnownError } from '../numerics/errors.ts';
import type { ProblemDetails } from './problem-details.ts';

/** Any thrown value; what is nobody's input is our own fault. */
export function failureOf(error: unknown): ProblemDetails {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof KnownError)
    return { status: error.status, title: error.name, detail, ...error.details };
  return { status: 500, title: 'Error', detail };
}
