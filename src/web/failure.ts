/** The errors of a worker as the problems that HTTP makes of them, so that the page shows both alike. */
import { DivergedError, InputError, LimitError } from '../numerics/errors.ts';
import type { Problem } from './problem.ts';

/** Any thrown value; what is nobody's input is our own fault. */
export function problemOf(error: unknown): Problem {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof LimitError)
    return { status: 422, title: 'Beyond a limit', detail, field: error.field };
  if (error instanceof InputError)
    return { status: 400, title: 'Invalid input', detail, field: error.field };
  if (error instanceof DivergedError) return { status: 422, title: 'Diverged', detail };
  return { status: 500, title: 'Computation failed', detail };
}
