/** Few at a time: large bodies would fill the memory if all of them were read at once. Those that wait are not read. */
import type { RequestHandler } from 'express';

/** Lets `count` requests pass at a time, until each is let go by `next` of the handler given, or is gone. */
export function inTurns(count: number, handler: RequestHandler): RequestHandler {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return (request, response, next) => {
    const begin = () => {
      if (response.destroyed) return release();
      let released = false;
      const done = () => {
        if (!released) release();
        released = true;
      };
      response.once('close', done);
      handler(request, response, (error?: unknown) => {
        done();
        next(error);
      });
    };
    if (free > 0) {
      free--;
      begin();
    } else waiting.push(begin);
  };
}
