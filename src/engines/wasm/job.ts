/**
 * The arrays of a job in the kernels' memory, and its description as assembly/job.ts reads it.
 * Queries stand in lanes, so theirs are [groups][width][lanes]; keys and values are rows [keys][width].
 */
import { effectiveWeights } from '../../attention/effective.ts';
import type { FieldRequest } from '../field.ts';
import type { KernelName } from './kernels.ts';
import { JOB } from './memory.ts';
import type { Crew } from './threads.ts';

/** Forms of one coupling each, which weigh masses by the scores as they are. */
const OWN_FORMS = { linear: 2, hardmax: 3 } as const;

/** How scores become couplings: the numbers of assembly/job.ts. Shifted and running scores are powers of two. */
const FORMS = { shifted: 0, running: 1, ...OWN_FORMS } as const;

/** Whether a coupling has a form of its own, or a form is that of one coupling. */
export const isOwnForm = (name: string): name is keyof typeof OWN_FORMS => name in OWN_FORMS;

/** `near` has kernels of its own: couplings of unit vectors from their differences. */
export type Form = keyof typeof FORMS | 'near';

export type Precision = 'float64' | 'float32';
export type Numbers = Float32Array | Float64Array;

export interface JobShape {
  /** Most particles. */
  readonly n: number;
  /** Most numbers of a query, key or value in memory. */
  readonly width: number;
  readonly precision: Precision;
}

/** The sizes of the request's jobs. */
export function shapeOf({ interaction, n, d, precision }: FieldRequest): JobShape {
  const weights = effectiveWeights(interaction);
  const size = weights ? weights.query.columns / interaction.beta.length : d;
  return { n, width: 4 * Math.ceil(size / 4), precision };
}

export interface JobArrays extends JobShape {
  /** Queries in a group. */
  readonly lanes: number;
  readonly queries: Numbers;
  readonly keys: Numbers;
  readonly values: Numbers;
  /** The queries' own values; the kernels use them in float64 only. */
  readonly own: Numbers;
  /** [keys] what is added to a key's scores, or its mass. */
  readonly bias: Numbers;
  /** [groups][lanes] the power of two that was taken out of a query's couplings. */
  readonly shift: Numbers;
  /** [groups][width + 1][lanes]: sums of values, then of couplings. */
  readonly out: Float64Array;
}

const ALIGNMENT = 64;
const bytesOf = (precision: Precision) => (precision === 'float32' ? 4 : 8);
const roundUp = (size: number, step: number) => Math.ceil(size / step) * step;

/** Numbers in each array of a job. */
function lengths({ n, width, precision }: JobShape) {
  const lanes = 32 / bytesOf(precision);
  const [queries, keys] = [roundUp(n, lanes), roundUp(n, 4)];
  return {
    queries: queries * width,
    keys: keys * width,
    values: keys * width,
    own: queries * width,
    bias: keys,
    shift: queries,
    out: queries * (width + 1),
  };
}

/** Bytes of a job's arrays: O(n · width). */
export function jobBytes(shape: JobShape): number {
  const { out, ...others } = lengths(shape);
  const sizes = Object.values(others).map((length) => length * bytesOf(shape.precision));
  return [...sizes, 8 * out].reduce((sum, size) => sum + roundUp(size, ALIGNMENT), 0);
}

/** Views of the arrays, one after another from byte `begin`. */
export function placeJob(memory: WebAssembly.Memory, begin: number, shape: JobShape): JobArrays {
  const bytes = bytesOf(shape.precision);
  const sizes = lengths(shape);
  let top = roundUp(begin, ALIGNMENT);
  const place = (length: number, width: number) => {
    const at = top;
    top += roundUp(length * width, ALIGNMENT);
    return at;
  };
  const numbers = (length: number): Numbers =>
    bytes === 4
      ? new Float32Array(memory.buffer, place(length, 4), length)
      : new Float64Array(memory.buffer, place(length, 8), length);
  return {
    ...shape,
    lanes: 32 / bytes,
    queries: numbers(sizes.queries),
    keys: numbers(sizes.keys),
    values: numbers(sizes.values),
    own: numbers(sizes.own),
    bias: numbers(sizes.bias),
    shift: numbers(sizes.shift),
    out: new Float64Array(memory.buffer, place(sizes.out, 8), sizes.out),
  };
}

export interface JobSettings {
  readonly form: Form;
  readonly n: number;
  /** Numbers of a query, key or value: the head's size, in steps of four unless near. */
  readonly width: number;
  readonly causal: boolean;
  /** Values are the keys themselves. */
  readonly valuesAreKeys: boolean;
  /** What squared distances are multiplied by (near). */
  readonly slope: number;
  readonly tie: number;
}

/** Pairs times numbers from which on other threads are worth waking: about 30 µs of work. */
const WORTH_SHARING = 4e5;
/** Groups of queries in a block: `blockSize` of the kernels over the lanes. */
export const GROUPS = 4;

/** Describes the job to the kernels and runs it; the result is in `out`. */
export function runJob(
  memory: WebAssembly.Memory,
  arrays: JobArrays,
  s: JobSettings,
  crew: Crew<KernelName>,
) {
  describe(memory, arrays, s);
  const kind = s.form === 'near' ? 'near' : 'attend';
  const kernel: KernelName = `${kind}${arrays.precision === 'float32' ? 32 : 64}`;
  const blocks = Math.ceil(s.n / (GROUPS * arrays.lanes));
  crew.run(kernel, blocks, s.n * s.n * (s.width + 8) > WORTH_SHARING);
}

function describe(memory: WebAssembly.Memory, arrays: JobArrays, s: JobSettings): void {
  const view = new DataView(memory.buffer, JOB);
  const form = s.form === 'near' ? FORMS.shifted : FORMS[s.form];
  const whole = [s.n, s.width, form, s.causal ? 1 : 0];
  whole.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  view.setFloat64(16, s.slope, true);
  view.setFloat64(24, s.tie, true);
  const { queries, keys, values, own, bias, shift, out } = arrays;
  const differences = arrays.precision === 'float64' ? own.byteOffset : 0;
  const addresses = [
    ...[queries, keys, s.valuesAreKeys ? keys : values].map((array) => array.byteOffset),
    ...[differences, bias.byteOffset, shift.byteOffset, out.byteOffset],
  ];
  addresses.forEach((address, i) => {
    view.setUint32(32 + 4 * i, address, true);
  });
}

/** Rows of float64 numbers that a job is filled from: entry (i, c) is at i · stride + offset + c. */
export interface Rows {
  readonly data: Float64Array;
  readonly n: number;
  readonly stride: number;
  readonly offset: number;
  readonly size: number;
}

/** to[i, c] = row_i − centre, [keys][width]; 0 past the last row and the last entry. */
export function fillRows(to: Numbers, rows: Rows, width: number, centre: Float64Array): void {
  const { data, n, stride, offset, size } = rows;
  for (let i = 0; i < n; i++) {
    const from = i * stride + offset;
    for (let c = 0; c < size; c++) to[i * width + c] = data[from + c] - centre[c];
    for (let c = size; c < width; c++) to[i * width + c] = 0;
  }
  to.fill(0, n * width, roundUp(n, 4) * width);
}

/** to = factor · (row_i − centre), query i in lane i mod lanes of its group; 0 past the last entry. */
export function fillGroups(
  to: Numbers,
  rows: Rows,
  { lanes, width }: { lanes: number; width: number },
  factor: number,
  centre: Float64Array,
): void {
  const { data, n, stride, offset, size } = rows;
  for (let i = 0; i < n; i++) {
    const lane = i % lanes;
    const at = (i - lane) * width + lane;
    const from = i * stride + offset;
    for (let c = 0; c < size; c++) to[at + c * lanes] = factor * (data[from + c] - centre[c]);
    for (let c = size; c < width; c++) to[at + c * lanes] = 0;
  }
}
