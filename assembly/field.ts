/**
 * The kernels of the simulator's wasm engine (those of the spectral engine are handed through):
 * couplings and the sums they weigh, one block of queries
 * a call, without the n × n matrix. Blocks are fixed by n, so that whoever computes one changes no bit.
 * Not here: projections to q, k, v, the division by the couplings' sum, threads.
 */
import { attend, TILE_BYTES } from './attend';
import type { Job } from './job';
import { groupSize } from './lanes';
import { near } from './near';

export { circleField, circleMoments, directRow, sphereField, sphereMoments } from './spectral';

/** Groups of queries in a block. */
const GROUPS: i32 = 4;

/** Work space of a thread. */
export function scratchBytes(): usize {
  return <usize>GROUPS * TILE_BYTES;
}

/** Queries in a block of numbers of so many bytes. */
export function blockSize(bytes: i32): i32 {
  return (GROUPS * 32) / bytes;
}

// @inline
function endOf<T>(job: Job, block: i32): i32 {
  return min((job.n + groupSize<T>() - 1) / groupSize<T>(), (block + 1) * GROUPS);
}

/** Unit vectors in width = 2, 3 or 4 dimensions, coupled by their differences: a job without shift, values and own. */
// @inline
function nearBlock<T>(job: Job, block: i32): void {
  const end = endOf<T>(job, block);
  for (let g = block * GROUPS; g < end; g++) {
    if (job.width === 2) near<T>(job, g, 2);
    else if (job.width === 3) near<T>(job, g, 3);
    else near<T>(job, g, 4);
  }
}

export function near32(job: usize, block: i32): void {
  nearBlock<f32>(changetype<Job>(job), block);
}

export function near64(job: usize, block: i32): void {
  nearBlock<f64>(changetype<Job>(job), block);
}

/** Any job whose width is a multiple of four. `scratch` is the thread's own. */
export function attend32(address: usize, block: i32, scratch: usize): void {
  const job = changetype<Job>(address);
  attend<f32>(job, block * GROUPS, endOf<f32>(job, block), scratch);
}

export function attend64(address: usize, block: i32, scratch: usize): void {
  const job = changetype<Job>(address);
  attend<f64>(job, block * GROUPS, endOf<f64>(job, block), scratch);
}
