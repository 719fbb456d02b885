/** Errors as RFC 9457 problem details. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { KnownError } from '../numerics/errors.ts';
import { BOUNDS } from './bounds.ts';
import { BusyError } from './fair-queue.ts';
import type { ShapeFault } from './json-shape.ts';

export interface ProblemDetails {
  readonly status: number;
  /** One line that names the value, what was expected and the remedy. */
  readonly detail: string;
  readonly field?: string;
  /** Of a run that diverged: the time and the steps until the last good state. */
  readonly time?: number;
  readonly step?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendProblemDetails(response: Response, details: ProblemDetails): void {
  response
    .status(details.status)
    .set(details.headers ?? {})
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(details)));
}

/** The document as RFC 9457 writes it; what somebody sent is not sent back at length. */
export function problemDocument({ headers: _, detail, field, ...details }: ProblemDetails): object {
  return {
    type: 'about:blank',
    title: STATUS_CODES[details.status],
    ...details,
    detail: cut(detail, BOUNDS.detailCharacters),
    ...(field !== undefined && { field: cut(field, 100) }),
  };
}

const cut = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** Beside the names of `body-parser`. */
export const EMPTY_BODY = 'entity.empty';
export const SHAPE_FAULT = 'entity.shape';

/** What `body-parser` says went wrong, by its own names. */
const BODY_DETAILS: Record<string, ProblemDetails> = {
  [EMPTY_BODY]: {
    status: 400,
    field: 'body',
    detail: 'the body is empty, expected a JSON object; {} asks for the defaults',
  },
  'entity.parse.failed': {
    status: 400,
    field: 'body',
    detail:
      'the body is no JSON object, expected one such as {"text": "Mein Lieblingstier ist __"}',
  },
  'encoding.unsupported': {
    status: 415,
    detail: 'the body is packed, expected it as it is: leave out Content-Encoding',
  },
  'charset.unsupported': { status: 415, detail: 'the charset is not supported, expected utf-8' },
  'entity.verify.failed': {
    status: 400,
    field: 'body',
    detail: 'the body is not UTF-8, expected JSON in UTF-8',
  },
};

const SHAPES: Record<ShapeFault['kind'], (fault: ShapeFault) => string> = {
  depth: () =>
    `the body has lists and objects more than ${BOUNDS.body.depth} deep within each other: expected less`,
  brackets: () => `the body has more than ${BOUNDS.body.brackets} lists and objects: shorten it`,
  name: (fault) =>
    `the body has ${JSON.stringify('name' in fault && fault.name.slice(0, 100))} twice in one object: expected every name once, leave one out`,
};

const OWN_FAULT: ProblemDetails = {
  status: 500,
  detail: 'the server failed at this request: its log says why',
};

/** The problem details of a thrown value. What is our own fault goes to `log`, and the details say nothing of its inside. */
export function problemDetailsOf(error: unknown, log: (error: unknown) => void): ProblemDetails {
  const details = knownDetails(error);
  if (details === null) log(error);
  return details ?? OWN_FAULT;
}

function knownDetails(error: unknown): ProblemDetails | null {
  if (error instanceof KnownError)
    return { status: error.status, detail: error.message, ...error.details };
  if (error instanceof BusyError)
    return {
      status: 503,
      detail: error.message,
      headers: { 'Retry-After': String(error.retryAfter) },
    };
  return bodyDetails(error);
}

/** What `body-parser` throws. */
interface BodyError {
  readonly type?: string;
  readonly status?: number;
  readonly message?: string;
  readonly limit?: number;
  readonly fault?: ShapeFault;
}

function bodyDetails(error: unknown): ProblemDetails | null {
  if (typeof error !== 'object' || error === null) return null;
  const { type, status, message, limit, fault } = error as BodyError;
  if (type === 'entity.too.large')
    return {
      status: 413,
      field: 'body',
      detail: `the body is larger than ${limit} bytes: shorten it`,
    };
  if (fault) return { status: 400, field: 'body', detail: SHAPES[fault.kind](fault) };
  if (type !== undefined && type in BODY_DETAILS) return BODY_DETAILS[type];
  const isRequest = status !== undefined && status >= 400 && status < 500;
  return isRequest
    ? { status, detail: `the request cannot be read (${message}): check its headers and body` }
    : null;
}

/** Answers every error; what is our own fault goes to `log` and says nothing of its inside. */
export function answerErrors(log: (error: unknown) => void): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    sendProblemDetails(response, problemDetailsOf(error, log));
  };
}

export const notFound: RequestHandler = ({ method, baseUrl, path }, response) => {
  sendProblemDetails(response, {
    status: 404,
    detail: `there is nothing at ${method} ${(baseUrl + path).slice(0, 200)}: GET /api/openapi.json lists what there is`,
  });
};

/** 405 with the methods that a path has. */
export function onlyMethods(...methods: string[]): RequestHandler {
  const allowed = methods.join(', ');
  return ({ method, baseUrl, path }, response) => {
    sendProblemDetails(response, {
      status: 405,
      detail: `${baseUrl}${path} does not take ${method}, expected ${allowed}`,
      headers: { Allow: allowed },
    });
  };
}
