/**
 * The tfjs engine: trains, on the WASM backend, in Node. The only folder that imports tfjs, and
 * `tidy` stays in here. `stock` runs tfjs as it is; `fused` adds and overrides kernels (operations.ts).
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-wasm';
import type { ParameterArray, TrainingEngine } from '../training-engine.ts';
import { fusedAlgebra, stockAlgebra } from './algebra.ts';
import { overrideKernels, productOperations, registerMissingKernels } from './operations.ts';

export type KernelChoice = 'stock' | 'fused';

let chosen: KernelChoice | undefined;

/**
 * Starts tfjs on its WASM backend. Kernels are registered globally in tfjs, so a process
 * (or worker thread) holds one choice: asking for `stock` after `fused` throws.
 */
export async function createTensorflowEngine(
  choice: KernelChoice = 'fused',
): Promise<TrainingEngine> {
  tf.enableProdMode();
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start its WASM backend');
  await tf.ready();
  registerMissingKernels();
  if (chosen && chosen !== choice)
    throw new Error(
      `this process already runs tfjs with ${chosen} kernels: use a worker thread for ${choice}`,
    );
  chosen = choice;
  if (choice === 'fused') overrideKernels();
  const algebra = choice === 'fused' ? fusedAlgebra : stockAlgebra;

  const upload = ({ values, shape }: ParameterArray) => tf.tensor(values, [...shape], 'float32');
  const download = (tensor: tf.Tensor) => tensor.dataSync<'float32'>();
  /** A view of the engine's own memory, until it allocates again. */
  const onHeap = (tensor: tf.Tensor) =>
    (tf.backend() as BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
  return {
    name: `tensorflow-${choice}`,
    valuesAndGradients: (parameters, losses, gradients) =>
      untracked(() => {
        const handles = parameters.map(upload);
        let values: number[] = [];
        const compute = () => {
          const scalars = losses<tf.Tensor>(algebra, handles).map((loss) => loss.asScalar());
          values = scalars.map((scalar) => scalar.dataSync()[0]);
          return scalars.reduce((sum, scalar) => sum.add(scalar), tf.scalar(0));
        };
        const { grads } = tf.engine().gradients(compute, handles, undefined, true);
        grads.forEach((gradient: tf.Tensor | undefined, i) => {
          // few layers may read past a knot: a parameter without influence has a gradient of zeros
          if (gradient) gradients[i].values.set(onHeap(gradient));
          else gradients[i].values.fill(0);
        });
        return values;
      }),
    evaluate: (parameters, compute) =>
      untracked(() => download(compute<tf.Tensor>(algebra, parameters.map(upload)))),
    productOperations: choice === 'fused' ? productOperations : () => Number.NaN,
  };
}

/**
 * `compute` inside a tidy, its result handed out around it: tfjs searches what a tidy returns for
 * tensors, element by element, which took half the time of a training step.
 */
function untracked<T>(compute: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(compute());
  });
  return results[0];
}
