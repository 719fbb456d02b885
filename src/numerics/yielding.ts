/** Yielding to the event loop, so that the rest of a thread works and someone can abort. Not when to look at the signal. */

/** Milliseconds of work after which a computation yields. */
export const YIELD_INTERVAL = 50;

/** Resolves after whatever else waits for this thread has had its turn. */
export const yieldToEvents = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
