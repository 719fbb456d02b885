/**
 * The kernels that train, on float32 arrays in the heap of somebody else: every argument that is an
 * array is a byte address, every stride and size a count of elements. Single-threaded SIMD.
 * Not here: allocation, shapes, gradients as a graph. The host owns the memory and calls in order.
 *
 * A line `// @inline` before a function is turned into AssemblyScript's decorator when built.
 */

export { addScaled, columnSums, gatherRows, lerp, scatterAddRows } from './elements';
export { gemm, gemmScratchBytes } from './gemm';
export { normaliseRows, normaliseRowsGradient } from './normalise';
export { softmaxCrossEntropy, softmaxRows, softmaxRowsGradient } from './softmax';
