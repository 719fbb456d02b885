/** Every engine behind one face, for the conformance suite: run a computation over the algebra on inputs. */
import { referenceAlgebra } from '../../src/engines/reference.ts';
import { type Float64Tensor, tensor } from '../../src/engines/tensor.ts';
import type { KernelChoice } from '../../src/engines/tensorflow/engine.ts';
import type { TrainingAlgebra } from '../../src/engines/training-engine.ts';
import { activations } from '../../src/numerics/activations.ts';
import type { Algebra } from '../../src/numerics/algebra.ts';

export interface Input {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface EngineUnderTest {
  readonly name: string;
  /** The tolerance of its numbers, absolute on values of order one. */
  readonly tolerance: number;
  run(inputs: Input[], compute: <A>(algebra: Algebra<A>, arrays: A[]) => A): ArrayLike<number>;
}

export const referenceUnderTest: EngineUnderTest = {
  name: 'reference (Float64)',
  tolerance: 1e-12,
  run: (inputs, compute) =>
    compute(
      referenceAlgebra,
      inputs.map(({ shape, values }) => tensor(shape, Float64Array.from(values))),
    ).data,
};

export async function tensorflowUnderTest(kernels: KernelChoice): Promise<EngineUnderTest> {
  // Loaded on demand: tests of the reference need no tfjs.
  const { createTensorflowEngine } = await import('../../src/engines/tensorflow/engine.ts');
  const engine = await createTensorflowEngine(kernels);
  return {
    name: `${engine.name} (Float32)`,
    tolerance: 2e-6,
    run: (inputs, compute) =>
      engine.evaluate(
        inputs.map(({ shape, values }) => ({ shape, values: Float32Array.from(values) })),
        compute,
      ),
  };
}

/** The reference with what training adds, so that gradients can be held against finite differences. */
export const referenceTrainingAlgebra: TrainingAlgebra<Float64Tensor> = {
  ...referenceAlgebra,
  gather: (table, ids, shape) => tensor([...shape, table.shape[1]], rowsOf(table, ids)),
  rows: (x, indices) => tensor([indices.length, x.shape[x.shape.length - 1]], rowsOf(x, indices)),
  crossEntropy(x, { output, bias, scale }, targets, weights, candidates) {
    const [vocabulary, d] = output.shape;
    const ids = candidates?.ids ?? Int32Array.from({ length: vocabulary }, (_, v) => v);
    let loss = 0;
    targets.forEach((target, r) => {
      const logits = Array.from(ids, (v, c) => {
        let sum = bias.data[v] + (candidates?.offsets[c] ?? 0);
        for (let k = 0; k < d; k++) sum += scale * x.data[r * d + k] * output.data[v * d + k];
        return sum;
      });
      const normaliser = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      loss += weights[r] * (normaliser - logits[target]);
    });
    return tensor([1], Float64Array.of(loss));
  },
  add: (a, b) => referenceAlgebra.addScaled(a, b, 1),
  multiply: (a, b) =>
    tensor(
      a.shape,
      a.data.map((value, at) => value * b.data[at]),
    ),
  tanh: ({ shape, data }) => tensor(shape, data.map(activations.tanh)),
  relu: ({ shape, data }) => tensor(shape, data.map(activations.relu)),
  gelu: ({ shape, data }) => tensor(shape, data.map(activations.gelu)),
};

function rowsOf(table: Float64Tensor, indices: Int32Array): Float64Array {
  const d = table.shape[table.shape.length - 1];
  const out = new Float64Array(indices.length * d);
  indices.forEach((index, r) => {
    out.set(table.data.subarray(index * d, (index + 1) * d), r * d);
  });
  return out;
}
