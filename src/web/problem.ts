/** What went wrong, as RFC 9457 says it, whoever noticed it: the server, the network or the page. */

export interface Problem {
  readonly status: number;
  readonly title: string;
  /** One line that names the value, what was expected and the remedy. */
  readonly detail: string;
  readonly field?: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number;
}

/** Thrown by a request that was answered with a problem, or not at all (status 0). */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/** Any thrown value as a problem; a network failure has status 0. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { status: 0, title: 'network', detail };
}

/** The problem in a response; one that is no problem+json keeps its status line. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (key: string) => (typeof record[key] === 'string' ? record[key] : undefined);
  return {
    status: response.status,
    title: text('title') ?? response.statusText,
    detail: text('detail') ?? '',
    field: text('field'),
    retryAfter: Number(response.headers.get('retry-after')) || undefined,
  };
}
