/**
 * What a call of the network's kernels works on, laid out as src/engines/float32/engine.ts writes it: arrays are byte
 * addresses, 0 where there is none.
 */
@unmanaged
export class Job {
  /** States, or queries, or scores, or couplings. */
  left: usize;
  /** Weights, or keys, or values, or the β of each head, or the gain of a norm. */
  right: usize;
  /** The bias of a product or a norm, or the mask of a softmax. */
  beside: usize;
  out: usize;
  rows: i32;
  /** Numbers of a row of the left side; of a head's query. */
  inner: i32;
  /** Numbers of a row of the result, head by head. */
  columns: i32;
  heads: i32;
  /** How weights lie: network.ts. */
  type: i32;
  /** Of a norm. */
  epsilon: f32;
}
