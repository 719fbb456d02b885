/** Where the spectral engine's arrays lie in the kernels' memory, and the job as assembly/spectral.ts reads it. */
import { arraysBegin, JOB } from '../wasm/memory.ts';
import type { Dimension } from './expansion.ts';
import { entryCount, SERIES_WIDTH } from './series.ts';

/** Blocks at most: their partial sums are kept apart. Enough to share, few enough to be small. */
const MOST_BLOCKS = 64;
/** Particles of the smallest block; blocks are multiples of SPAN in assembly/spectral.ts. */
const LEAST_BLOCK = 1024;
const SPAN = 256;
const ALIGNMENT = 64;

export interface SpectralShape {
  /** Most particles. */
  readonly n: number;
  readonly d: Dimension;
  readonly degree: number;
}

/** The job's arrays; the lengths in brackets are in numbers. */
export interface SpectralArrays {
  /** [n][d] */
  readonly positions: Float64Array;
  /** [n] */
  readonly masses: Float64Array;
  /** [entries] */
  readonly steps: Float64Array;
  /** [entries][SERIES_WIDTH] */
  readonly series: Float64Array;
  /** [blocks][entries][2] */
  readonly moments: Float64Array;
  readonly spans: Float64Array;
  /** [blocks] */
  readonly deviation: Float64Array;
  /** [n] Σ_j w_j e^{β⟨x_i, x_j⟩ − |β|} */
  readonly totals: Float64Array;
  /** [blocks] */
  readonly least: Float64Array;
  /** [n] */
  readonly rows: Int32Array;
  /** [n][d] */
  readonly out: Float64Array;
}

/** Particles of a block: fixed by n, so that any number of threads gives the same sums. */
export function blockSizeOf(n: number): number {
  return Math.max(LEAST_BLOCK, SPAN * Math.ceil(n / (SPAN * MOST_BLOCKS)));
}

/** Kernels take four particles at a time. */
export const padded = (n: number) => 4 * Math.ceil(n / 4);

function lengths({ n, d, degree }: SpectralShape): Record<keyof SpectralArrays, number> {
  const entries = entryCount(d, degree);
  const all = padded(n);
  return {
    positions: all * d,
    masses: all,
    steps: entries,
    series: entries * SERIES_WIDTH,
    moments: MOST_BLOCKS * entries * 2,
    spans: MOST_BLOCKS * entries * 4,
    deviation: MOST_BLOCKS,
    totals: all,
    least: MOST_BLOCKS,
    rows: all,
    out: all * d,
  };
}

const bytesOf = (length: number) => ALIGNMENT * Math.ceil((8 * length) / ALIGNMENT);

/** Bytes of the arrays: O(n) and O(degree^(d−1)). */
export function spectralBytes(shape: SpectralShape): number {
  return Object.values(lengths(shape)).reduce((sum, length) => sum + bytesOf(length), ALIGNMENT);
}

/** Views of the arrays, one after another from byte `begin`. */
export function placeSpectral(
  { buffer }: WebAssembly.Memory,
  begin: number,
  shape: SpectralShape,
): SpectralArrays {
  const sizes = lengths(shape);
  let top = ALIGNMENT * Math.ceil(begin / ALIGNMENT);
  const place = (length: number) => {
    const at = top;
    top += bytesOf(length);
    return at;
  };
  const numbers = (name: keyof SpectralArrays) =>
    new Float64Array(buffer, place(sizes[name]), sizes[name]);
  return {
    positions: numbers('positions'),
    masses: numbers('masses'),
    steps: numbers('steps'),
    series: numbers('series'),
    moments: numbers('moments'),
    spans: numbers('spans'),
    deviation: numbers('deviation'),
    totals: numbers('totals'),
    least: numbers('least'),
    rows: new Int32Array(buffer, place(sizes.rows), sizes.rows),
    out: numbers('out'),
  };
}

export interface SpectralJob {
  /** Particles of this call. */
  readonly n: number;
  readonly d: Dimension;
  readonly degree: number;
  readonly softmax: boolean;
  /** v itself, not its tangent part. */
  readonly radial: boolean;
  /** What velocities are multiplied by. */
  readonly factor: number;
  readonly beta: number;
  /** The first term of the couplings' sum. */
  readonly constant: number;
}

/** Describes the job to the kernels. */
export function describe(
  { buffer }: WebAssembly.Memory,
  arrays: SpectralArrays,
  job: SpectralJob,
): void {
  const view = new DataView(buffer, JOB);
  const { n, d, degree, softmax, radial, factor, beta, constant } = job;
  const whole = [padded(n), degree, blockSizeOf(n), d, Number(softmax), Number(radial)];
  for (const [i, value] of whole.entries()) view.setInt32(4 * i, value, true);
  for (const [i, value] of [factor, beta, constant].entries())
    view.setFloat64(24 + 8 * i, value, true);
  const { positions, masses, steps, series, moments, spans, deviation, totals } = arrays;
  const placed = [positions, masses, steps, series, moments, spans, deviation, totals];
  for (const [i, { byteOffset }] of [...placed, arrays.least, arrays.rows, arrays.out].entries())
    view.setUint32(48 + 4 * i, byteOffset, true);
}

/** Bytes of memory that a field needs on so many threads. */
export function fieldBytes(shape: SpectralShape, threads: number): number {
  return arraysBegin(threads) + spectralBytes(shape);
}
