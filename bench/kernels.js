/**
 * GFLOP/s of our gemm against tf.matMul of the unmodified WASM backend, on the shapes of training, in
 * one process and one thread. Run: `node bench/kernels.js` (after `npm run build`).
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { instantiateKernels, wasmMemory } from '../dist/engines/tensorflow/kernels.js';

/** name, transA, transB, m, n, k, outer, inner */
const SHAPES = [
  ['hidden', 0, 0, 1024, 64, 64, 1, 1],
  ['hidden, wide', 0, 0, 2048, 96, 96, 1, 1],
  ['logits', 0, 1, 1024, 3500, 64, 1, 1],
  ['gradient of x', 0, 0, 1024, 64, 3500, 1, 1],
  ['gradient of output', 1, 0, 3500, 64, 1024, 1, 1],
  ['gradient of weights', 1, 0, 64, 64, 1024, 1, 1],
  ['64×1024 · 1024×3500', 1, 0, 64, 3500, 1024, 1, 1],
  ['scores 16, k 8', 0, 1, 16, 16, 8, 64, 8],
  ['scores 21, k 16', 0, 1, 21, 21, 16, 32, 4],
  ['scores 48, k 16', 0, 1, 48, 48, 16, 32, 4],
  ['mix 16, k 8', 0, 0, 16, 8, 16, 64, 8],
  ['mix 21, k 16', 0, 0, 21, 16, 21, 32, 4],
  ['mix 48, k 16', 0, 0, 48, 16, 48, 32, 4],
  ['mixᵀ 21, k 16', 1, 0, 21, 16, 21, 32, 4],
];

await tf.setBackend('wasm');
await tf.ready();
const backend = tf.backend();
const kernels = instantiateKernels(wasmMemory(backend.wasm));
const address = (tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset;

/** Best milliseconds of some rounds of `run`, each at least 20 ms long. */
function milliseconds(run) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < 20) {
      run();
      count++;
    }
    best = Math.min(best, (performance.now() - start) / count);
  }
  return best;
}

function ours([, transA, transB, m, n, k, outer, inner], a, b, c, scratch) {
  const [aAt, bAt, cAt, work] = [a, b, c, scratch].map(address);
  const [lda, ldb] = [transA ? m : k, transB ? k : n];
  const sizes = [m * k, k * n, m * n].map((size) => [inner * size, size]);
  return () =>
    kernels.gemm(
      ...[transA, transB, m, n, k, outer, inner],
      ...[aAt, lda, ...sizes[0], bAt, ldb, ...sizes[1], cAt, n, ...sizes[2]],
      ...[0, work],
    );
}

for (const shape of SHAPES) {
  const [name, transA, transB, m, n, k, outer, inner] = shape;
  const batch = outer * inner;
  const a = tf.fill(transA ? [batch, k, m] : [batch, m, k], 0.5);
  const b = tf.fill(transB ? [batch, n, k] : [batch, k, n], 0.5);
  const c = tf.zeros([batch, m, n]);
  const scratch = tf.zeros([Math.ceil(kernels.gemmScratchBytes(transA, transB, m, n, k) / 4)]);
  const speed = (run) => (2e-6 * batch * m * n * k) / milliseconds(run);
  const our = speed(ours(shape, a, b, c, scratch));
  const stock = speed(() => tf.matMul(a, b, transA === 1, transB === 1).dispose());
  console.log(`${name.padEnd(22)} ${our.toFixed(1).padStart(6)} ${stock.toFixed(1).padStart(6)}`);
  tf.dispose([a, b, c, scratch]);
}
timeRows();

/** Softmax cross-entropy of 512 × 8,000, and the sums of its columns. */
function timeRows() {
  const [rows, columns] = [512, 8000];
  const logits = tf.linspace(-9, 9, rows * columns);
  const arrays = [tf.zeros([columns]), tf.zeros([rows], 'int32'), tf.ones([rows])];
  const [gradient, losses] = [tf.zeros([rows * columns]), tf.zeros([rows])];
  const [z, bias, targets, weights, dz, loss] = [logits, ...arrays, gradient, losses].map(address);
  const entropy = milliseconds(() =>
    kernels.softmaxCrossEntropy(z, bias, targets, weights, dz, loss, rows, columns),
  );
  const sums = milliseconds(() => kernels.columnSums(dz, bias, rows, columns));
  console.log(
    `cross-entropy 512×8000: ${entropy.toFixed(2)} ms; column sums: ${sums.toFixed(2)} ms`,
  );
}
