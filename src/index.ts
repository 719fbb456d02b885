/**
 * The public library. Nothing here needs Node: a page can load a model and look inside it too.
 * Training and files belong to the command line.
 */

export type { CouplingName } from './attention/coupling.ts';
export type { AttentionWeights } from './attention/scores.ts';
export { attentionVelocity, layerStep, projectedEulerStep } from './attention/step.ts';
export { diagnostics, runDiagnostics } from './diagnostics/catalogue.ts';
export { clusterHistory, clusterTolerances } from './diagnostics/clusters.ts';
export { type Float64Tensor, referenceAlgebra, tensor } from './engines/reference.ts';
export { trajectoriesFigure } from './flow/figures.ts';
export {
  type LanguageModel,
  loadModel,
  type ModelConfig,
  saveModel,
} from './language/checkpoint.ts';
export { type Answer, fillBlank, type Prediction } from './language/fill.ts';
export type { FillOptions, TraceOptions } from './language/options.ts';
export { type Trace, type TraceRecord, trace, traceToJson } from './language/trace.ts';
export { type Depth, theta } from './language/transformer.ts';
export type { Algebra } from './numerics/algebra.ts';
export { DamagedFileError, InputError, LimitError } from './numerics/errors.ts';
export type { Matrix } from './numerics/matrix.ts';
export { random } from './numerics/random.ts';
