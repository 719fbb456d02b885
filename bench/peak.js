/** The most that our matrix product reaches on this machine: GFLOP/s of several threads at once. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** Edge of the square matrices: large enough to be bound by arithmetic, small enough for the caches. */
const SIZE = 384;
const SECONDS = 1;

/** GFLOP/s of `threads` threads together, each multiplying matrices of its own for a second. */
export async function matmulPeak(threads) {
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url)));
  const answers = (send) =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
            if (send) worker.postMessage('begin');
          }),
      ),
    );
  await answers(false);
  const speeds = await answers(true);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return speeds.reduce((sum, speed) => sum + speed, 0);
}

if (!isMainThread) {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  const { instantiateKernels, wasmMemory } = await import('../dist/engines/tensorflow/kernels.js');
  await tf.setBackend('wasm');
  await tf.ready();
  const backend = tf.backend();
  const kernels = instantiateKernels(wasmMemory(backend.wasm));
  const [a, b, c, scratch] = Array.from({ length: 4 }, () => {
    const tensor = tf.randomNormal([SIZE, SIZE]);
    tensor.dataSync();
    return backend.dataIdMap.get(tensor.dataId).memoryOffset;
  });
  const square = [SIZE * SIZE, SIZE * SIZE];
  const multiply = () =>
    kernels.gemm(
      ...[0, 0, SIZE, SIZE, SIZE, 1, 1],
      ...[a, SIZE, ...square, b, SIZE, ...square, c, SIZE, ...square],
      ...[0, scratch],
    );
  multiply();
  parentPort.once('message', () => {
    let count = 0;
    const begun = performance.now();
    while (performance.now() - begun < 1000 * SECONDS) {
      multiply();
      count++;
    }
    parentPort.postMessage((2 * SIZE ** 3 * count) / (performance.now() - begun) / 1e6);
  });
  parentPort.postMessage('ready');
}
