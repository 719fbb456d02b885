/** What went wrong, as RFC 9457 says it, whoever noticed it: the server, the network or the page. */

export interface ProblemDetails {
  readonly status: number;
  readonly title: string;
  /** One line that names the value, what was expected and the remedy. */
  readonly detail: string;
  readonly field?: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number;
}

/** Thrown by a request that was answered with problem details, or not at all (status 0). */
export class RequestError extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail || details.title);
    this.details = details;
  }
}

/** Any thrown value as problem details; a network failure has status 0. */
export function problemDetailsOf(error: unknown): ProblemDetails {
  if (error instanceof RequestError) return error.details;
  const detail = error instanceof Error ? error.message : String(error);
  return { status: 0, title: 'network', detail };
}

/** The problem details of a response; one that is no problem+json keeps its status line. */
export async function readProblemDetails(response: Response): Promise<ProblemDetails> {
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
