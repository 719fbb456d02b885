/** What training needs of an engine: the algebra, a few operations around it, and gradients. */
import type { Algebra } from '../numerics/algebra.ts';

/** The rows of an output table that a softmax runs over, and what is added to the logit of each. */
export interface Candidates {
  /** Distinct rows [C]. */
  readonly ids: Int32Array;
  /** [C] */
  readonly offsets: Float32Array;
}

export interface TrainingAlgebra<A> extends Algebra<A> {
  /** Rows `ids` of table [V, d], arranged as [...shape, d]. */
  gather(table: A, ids: Int32Array, shape: readonly number[]): A;
  /** Rows of x [B, n, d], counted over the flattened B·n: [R, d]. */
  rows(x: A, indices: Int32Array): A;
  /**
   * Σ_r weights_r · (−log softmax(scale · x_r Uᵀ + bias)[targets_r]): a scalar.
   * x [R, d], output U [V, d], bias [V].
   *
   * With `candidates` the softmax runs over their rows of U and bias only, with their offsets added
   * to the logits, and targets_r is a place in `candidates.ids`. Other rows have gradient 0.
   */
  crossEntropy(
    x: A,
    readout: { output: A; bias: A; scale: number },
    targets: Int32Array,
    weights: Float32Array,
    candidates?: Candidates,
  ): A;
  add(a: A, b: A): A;
  /** Entry by entry, same shapes. */
  multiply(a: A, b: A): A;
  /** Entry by entry: the activations of numerics/activations.ts. MLPs and ResNets have them, attention does not. */
  tanh(x: A): A;
  /** Its derivative at 0 is 0. */
  relu(x: A): A;
  gelu(x: A): A;
}

/** A parameter array in main memory, Float32. */
export interface ParameterArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface TrainingEngine {
  readonly name: string;
  /**
   * The values of scalar losses; the gradients of their sum, one for each parameter, same order, are
   * written into `gradients`. `losses` sees arrays of the engine only; what it allocates is freed.
   */
  valuesAndGradients(
    parameters: readonly ParameterArray[],
    losses: <A>(algebra: TrainingAlgebra<A>, parameters: A[]) => A[],
    gradients: readonly ParameterArray[],
  ): number[];
  /** Runs `compute` forward only and returns the values of what it gives back. */
  evaluate(
    parameters: readonly ParameterArray[],
    compute: <A>(algebra: TrainingAlgebra<A>, parameters: A[]) => A,
  ): Float32Array;
  /** Floating-point operations of the matrix products of this thread so far; NaN where nobody counts them. */
  productOperations(): number;
}
