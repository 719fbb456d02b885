/**
 * A page without a server: its questions go to workers of its own. One answers what the reader waits for,
 * another what takes seconds (limits, grids of effects), so that neither waits for the other.
 */
import { RequestError } from '../problem-details.ts';
import type { Asked, Body, Told } from './messages.ts';

interface Turn {
  readonly asked: Asked;
  readonly resolve: (document: object) => void;
  readonly reject: (reason: unknown) => void;
}

/** Asks one thing at a time, the latest last; what is aborted before its turn is never asked. */
function createAnswerer() {
  const waiting: Turn[] = [];
  let worker: Worker | null = null;
  let turn: Turn | null = null;

  function next(): void {
    if (turn || waiting.length === 0) return;
    turn = waiting.shift() ?? null;
    worker ??= started();
    worker.postMessage(turn?.asked);
  }

  function started(): Worker {
    const begun = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    begun.addEventListener('message', ({ data }: MessageEvent<Told>) =>
      end(({ resolve, reject }) =>
        'failure' in data ? reject(new RequestError(data.failure)) : resolve(data.document),
      ),
    );
    begun.addEventListener('error', ({ message }) => {
      worker = null;
      end(({ reject }) => reject(new Error(message || 'the page’s worker did not load')));
    });
    return begun;
  }

  function end(tell: (turn: Turn) => void): void {
    const ended = turn;
    turn = null;
    if (ended) tell(ended);
    next();
  }

  return (asked: Asked, signal: AbortSignal) =>
    new Promise<object>((resolve, reject) => {
      const own = { asked, resolve, reject };
      signal.addEventListener('abort', () => {
        const place = waiting.indexOf(own);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason);
      });
      waiting.push(own);
      next();
    });
}

/** What the reader waits for. */
const SOON: ReadonlySet<string> = new Set(['api/models', 'api/predict', 'api/trace']);

const soon = createAnswerer();
const later = createAnswerer();

/** Throws RequestError, and the signal's reason. */
export function askWorker(path: string, body: object, signal: AbortSignal): Promise<object> {
  const answerer = SOON.has(path) ? soon : later;
  return answerer({ path, body: body as Body }, signal);
}
