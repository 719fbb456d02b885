/** Where things lie in the memory that kernels and threads share, in bytes; the first kilobyte is left alone. */

export const CONTROL = 1024;
export const JOB = 2048;
export const SCRATCH = 4096;
/** Work space of a thread: what `scratchBytes` of the kernels says. */
export const SCRATCH_BYTES = 16384;

export const MOST_THREADS = 64;

/** What WebAssembly can address. */
export const MEMORY_BYTES = 2 ** 32 - 2 ** 16;

/** Byte where arrays may begin behind the work space of the threads. */
export function arraysBegin(threads: number): number {
  return SCRATCH + threads * SCRATCH_BYTES;
}

/**
 * Time to compile the kernels, in pairs of theirs: up to 48 particles plain Float64 has its first velocity
 * before (the engines' costs).
 */
export const COMPILING = 7_000;
