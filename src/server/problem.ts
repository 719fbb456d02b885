/** Errors as RFC 9457 problem documents. The one place that chooses a status. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { DamagedFileError, InputError, LimitError } from '../numerics/errors.ts';
import { LIMITS } from './limits.ts';
import { BusyError } from './pool.ts';

export interface Problem {
  readonly status: number;
  /** One line that names the value, what was expected and the remedy. */
  readonly detail: string;
  readonly field?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendProblem(response: Response, { status, detail, field, headers }: Problem): void {
  const title = STATUS_CODES[status];
  response
    .status(status)
    .set(headers ?? {})
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, field }));
}

/** What `body-parser` says went wrong, by its own names. */
const BODY_PROBLEMS: Record<string, Problem> = {
  'entity.parse.failed': {
    status: 400,
    field: 'body',
    detail:
      'the body is no JSON object, expected one such as {"text": "Mein Lieblingstier ist __"}',
  },
  'entity.too.large': {
    status: 413,
    field: 'body',
    detail: `the body is larger than ${LIMITS.bodyBytes} bytes: shorten it`,
  },
  'encoding.unsupported': {
    status: 415,
    detail: 'the content encoding is not supported, expected none, gzip, deflate or br',
  },
  'charset.unsupported': { status: 415, detail: 'the charset is not supported, expected utf-8' },
  'entity.verify.failed': {
    status: 400,
    field: 'body',
    detail: 'the body is not UTF-8, expected JSON in UTF-8',
  },
};

/** The problem of a thrown value; null for one that is our own fault. */
function problemOf(error: unknown): Problem | null {
  if (error instanceof LimitError)
    return { status: 422, detail: error.message, field: error.field };
  if (error instanceof InputError)
    return { status: 400, detail: error.message, field: error.field };
  if (error instanceof DamagedFileError) return { status: 500, detail: error.message };
  if (error instanceof BusyError)
    return {
      status: 503,
      detail: error.message,
      headers: { 'Retry-After': String(error.retryAfter) },
    };
  return bodyProblem(error);
}

function bodyProblem(error: unknown): Problem | null {
  if (typeof error !== 'object' || error === null) return null;
  const { type, status, message } = error as { type?: string; status?: number; message?: string };
  if (type !== undefined && type in BODY_PROBLEMS) return BODY_PROBLEMS[type];
  const isRequest = status !== undefined && status >= 400 && status < 500;
  return isRequest
    ? { status, detail: `the request cannot be read (${message}): check its headers and body` }
    : null;
}

/** Answers every error; what is our own fault goes to `log` and says nothing of its inside. */
export function problems(log: (error: unknown) => void): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = problemOf(error);
    if (problem === null) log(error);
    sendProblem(
      response,
      problem ?? { status: 500, detail: 'the server failed at this request: its log says why' },
    );
  };
}

export const notFound: RequestHandler = ({ method, baseUrl, path }, response) => {
  sendProblem(response, {
    status: 404,
    detail: `there is nothing at ${method} ${(baseUrl + path).slice(0, 200)}: GET /api/openapi.json lists what there is`,
  });
};

/** 405 with the methods that a path has. */
export function onlyMethods(...methods: string[]): RequestHandler {
  const allowed = methods.join(', ');
  return ({ method, baseUrl, path }, response) => {
    sendProblem(response, {
      status: 405,
      detail: `${baseUrl}${path} does not take ${method}, expected ${allowed}`,
      headers: { Allow: allowed },
    });
  };
}
