/**
 * Large bodies: few in flight at a time, from before they are read until they are answered, for each is many times as
 * much when it is parsed. Those that wait are not read, and those for which there is no place to wait are told when.
 */
import type { RequestHandler, Response } from 'express';
import { BOUNDS } from './bounds.ts';
import type { FairQueue } from './fair-queue.ts';

/** Reads a body by the handler, when a large one has its turn. */
export function inTurns(turns: FairQueue, handler: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    // what is sent in pieces does not say how long it is
    if (Number(request.get('content-length') ?? Number.NaN) <= BOUNDS.bodyBytes)
      return handler(request, response, next);
    const gone = departure(response);
    const leave = await turns.enter(request.ip ?? '', gone).catch((error: unknown) => {
      if (!gone.aborted) throw error;
    });
    // nobody waits for an answer
    if (!leave) return;
    response.once('close', leave);
    // others come in between parsing and checking
    handler(request, response, (error?: unknown) => setImmediate(() => next(error)));
  };
}

/** Aborts when the connection ends before the answer has been sent. */
export function departure(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
