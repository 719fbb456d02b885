/** What one request may ask of the server. Every number here is stated in the error that it causes and in /api/openapi.json. */
import type { ModelConfig } from '../language/checkpoint.ts';
import { LimitError } from '../numerics/errors.ts';

export const LIMITS = {
  /** Bytes of a request's body. */
  bodyBytes: 65_536,
  /** UTF-16 units of a text. */
  textCharacters: 4_000,
  /** Numbers in the answer of a trace. */
  traceNumbers: 4_000_000,
  /** Requests that wait for a worker. */
  queue: 32,
  /** Seconds that a request may wait and compute, together. */
  seconds: 30,
  /** Requests a minute from one address. */
  requestsPerMinute: 600,
} as const;

/** Throws LimitError when the text is longer than the server takes. */
export function checkText(text: string): void {
  if (text.length > LIMITS.textCharacters)
    throw new LimitError(
      'text',
      `the text has ${text.length} characters, expected at most ${LIMITS.textCharacters}: shorten it`,
    );
}

export interface TraceSize {
  readonly depth?: number | 'ode';
  readonly top: number;
}

/** Throws LimitError when a trace of `particles` would hold more numbers than the server sends. */
export function checkTrace(
  config: ModelConfig,
  particles: number,
  { depth, top }: TraceSize,
): void {
  const layers = typeof depth === 'number' ? depth : config.depth;
  const frame = particles * config.dimension + config.heads * particles ** 2 + top;
  const numbers = (layers + 1) * frame;
  if (numbers > LIMITS.traceNumbers)
    throw new LimitError(
      'depth',
      `a trace of ${particles} tokens and ${layers} layers holds ${numbers} numbers, expected at most ${LIMITS.traceNumbers}: ask for fewer layers or a shorter text`,
    );
}
