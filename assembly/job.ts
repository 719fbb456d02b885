/**
 * What a call of the field's kernels works on, laid out as src/engines/wasm/job.ts writes it: every
 * array is a byte address. Not the numbers themselves.
 */

/** 2^(s − shift), for scores that never exceed their query's shift. */
export const SHIFTED: i32 = 0;
/** 2^(s − shift) with the largest score so far as the shift. */
export const RUNNING: i32 = 1;
/** s times the mass. */
export const LINEAR: i32 = 2;
/** The mass where s is within `tie` of the query's largest, else 0. */
export const HARDMAX: i32 = 3;

@unmanaged
export class Job {
  /** Particles. */
  n: i32;
  /** Numbers of a query, key or value in memory. */
  width: i32;
  /** How scores become couplings. */
  form: i32;
  /** 1: a particle sees itself and those before it. */
  causal: i32;
  /** What near.ts multiplies squared distances by. */
  slope: f64;
  tie: f64;
  /** [groups][width][lanes], β in it. */
  queries: usize;
  /** [keys][width] */
  keys: usize;
  /** [keys][width] */
  values: usize;
  /** The queries' own values [groups][width][lanes]; 0: values are summed as they are. */
  own: usize;
  /** [keys] what is added to the scores (LINEAR, HARDMAX: masses). Nothing reaches past the last particle. */
  bias: usize;
  /** [groups][lanes] */
  shift: usize;
  /** Result, float64 [groups][width + 1][lanes]: the sums of values, then of couplings. */
  out: usize;
}
