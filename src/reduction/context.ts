/** How a reduction says how far it is, and is told to stop. */

export interface ReductionContext {
  /** Ends the work with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** To be called after each of `total` parts of the work. Throws the signal's reason. */
export function counter({ signal, onProgress }: ReductionContext, total: number): () => void {
  let done = 0;
  return () => {
    signal?.throwIfAborted();
    onProgress?.(++done, total);
  };
}
