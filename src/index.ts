/**
 * The public library. Nothing here needs Node: a page can load a model and look inside it too.
 * Training and files belong to the command line.
 */

export type { CouplingName } from './attention/model-coupling.ts';
export type { AttentionWeights } from './attention/scores.ts';
export { attentionVelocity, layerStep, projectedEulerStep } from './attention/step.ts';
export { diagnose, diagnostics, runDiagnostics } from './diagnostics/catalogue.ts';
export { clusterHistory, clusterTolerances } from './diagnostics/clusters.ts';
export {
  type DiagnosticDefinition,
  defineDiagnostic,
  type MeasuredParticles,
} from './diagnostics/define.ts';
export { type Survey, type SurveyOptions, survey } from './diagnostics/survey/survey.ts';
export { dynamics, dynamicsNamed } from './dynamics/catalogue.ts';
export { type DynamicsDefinition, defineDynamics } from './dynamics/define.ts';
export type { Dynamics, MatrixValue, Particles } from './dynamics/dynamics.ts';
export { checkProperties } from './dynamics/properties.ts';
export { type ResnetWeights, resnetFromWeights } from './dynamics/resnet-from-weights.ts';
export { type SvgdDefinition, svgdDynamics } from './dynamics/svgd.ts';
export { type EngineName, type Engines, simulationEngines } from './engines/catalogue.ts';
export type { Engine, Field, FieldRequest } from './engines/field.ts';
export { referenceAlgebra } from './engines/reference.ts';
export { type Float64Tensor, tensor } from './engines/tensor.ts';
export { experimentNamed, experiments } from './experiments/catalogue.ts';
export { type Experiment, experiment } from './experiments/experiment.ts';
export { type ExperimentRun, runExperiment } from './experiments/run.ts';
export type { Figure } from './figures/figure.ts';
export { type DrawingOptions, renderSvg } from './figures/render.ts';
export { examineDynamics } from './flow/examine.ts';
export { trajectoriesFigure } from './flow/figures.ts';
export type { SimulationFrame } from './flow/frames.ts';
export { type Inspection, type InspectOptions, inspectFrames } from './flow/inspect.ts';
export { openSimulation, type SimulationContext, type SimulationReport } from './flow/simulate.ts';
export { type Simulation, simulate, simulationToJson } from './flow/simulation.ts';
export { type SimulationOptions, simulationSettings } from './flow/simulation-settings.ts';
export { starts } from './geometry/catalogue.ts';
export { schemes } from './integrators/schemes.ts';
export {
  loadModel,
  type ModelConfig,
  type StandardConfig,
  saveModel,
  type TrainedModel,
} from './language/checkpoint.ts';
export {
  type Effects,
  type EffectsOptions,
  effects,
} from './language/effects/effects.ts';
export { fillBlank } from './language/fill.ts';
export { FlowModel } from './language/flow-model.ts';
export {
  type Contrast,
  type ContrastOptions,
  contrastAnswers,
} from './language/inside/contrast.ts';
export {
  type HeadInside,
  type InsideLayer,
  type InsideLayerOptions,
  insideLayer,
} from './language/inside/layer.ts';
export {
  type Nearest,
  type NearestOptions,
  type NearWord,
  nearestWords,
} from './language/inside/nearest.ts';
export {
  type InspectTextOptions,
  inspectText,
  type TextInspection,
} from './language/inspect-text.ts';
export {
  type InterventionOptions,
  type InterventionRun,
  interventionToJson,
  runWithCache,
} from './language/interventions.ts';
export type { Depth, LanguageModel, ModelRun, RunHooks } from './language/model.ts';
export { modelDynamics } from './language/model-dynamics.ts';
export type { FillOptions, TraceOptions } from './language/options.ts';
export { sentenceParticles } from './language/particles.ts';
export { type Portrait, portrait, portraitToJson } from './language/portrait/portrait.ts';
export { type Answer, type Prediction, predictionToJson } from './language/prediction.ts';
export { StandardModel } from './language/standard-model.ts';
export { type SurveyTextOptions, surveyText, type TextSurvey } from './language/survey-text.ts';
export { type Trace, type TraceRecord, trace, traceToJson } from './language/trace.ts';
export { theta } from './language/transformer.ts';
export { type DepthLimit, type DepthLimitOptions, depthLimit } from './limits/depth/depth.ts';
export {
  type ModelDepthLimit,
  type ModelDepthOptions,
  modelDepthLimit,
} from './limits/depth/model-depth.ts';
export {
  type NetworkDepthLimit,
  type NetworkDepthOptions,
  networkDepthLimit,
} from './limits/depth/network-depth.ts';
export { type LayerFlow, type LayerFlowOptions, layerFlow } from './limits/layer/layer.ts';
export { growthRate, solveOnCircle, stationaryLaw } from './limits/mean-field/circle.ts';
export { type CircleLaw, cosineLaw, vonMisesLaw } from './limits/mean-field/circle-law.ts';
export { type DensityLimit, densityLimit } from './limits/mean-field/density.ts';
export { type SphereLaw, solveOnSphere, sphereLaw } from './limits/mean-field/sphere.ts';
export { gaussianDescent } from './limits/moments/gaussian-descent.ts';
export { linearSvgdMoments } from './limits/moments/svgd.ts';
export {
  type ParticleLimit,
  type ParticleLimitOptions,
  particleLimit,
} from './limits/particles/particles.ts';
export {
  type PerturbationLimit,
  type PerturbationOptions,
  perturbationLimit,
} from './limits/perturbations/perturbations.ts';
export {
  type ResnetLimit,
  type ResnetLimitOptions,
  resnetLimit,
} from './limits/resnet/resnet.ts';
export { type StackLimit, type StackLimitOptions, stackLimit } from './limits/stack/stack.ts';
export { type StepLimit, type StepLimitOptions, stepLimit } from './limits/steps/steps.ts';
export {
  modelTangentFlow,
  type TangentFlow,
  type TangentFlowOptions,
  tangentFlow,
} from './limits/tangent/tangent.ts';
export {
  type TemperatureLimit,
  type TemperatureLimitOptions,
  temperatureLimit,
} from './limits/temperature/temperature.ts';
export type { Algebra } from './numerics/algebra.ts';
export {
  ConvergenceError,
  DamagedFileError,
  DivergedError,
  InputError,
  LimitError,
} from './numerics/errors.ts';
export type { Matrix } from './numerics/matrix.ts';
export { type Moments, momentsOf } from './numerics/moments.ts';
export { random } from './numerics/random.ts';
export { type ResultJson, resultToJson } from './numerics/result-json.ts';
export { measureBarycentre } from './reduction/barycentre/barycentre.ts';
export { gaussianMean } from './reduction/barycentre/gaussians.ts';
export {
  type DistanceOptions,
  type MeasuredDistance,
  measureDistance,
} from './reduction/distance/distance.ts';
export {
  type MeasuredTransport,
  measureTransport,
  type TransportOptions,
} from './reduction/distance/transport.ts';
export { families, openFamily } from './reduction/families/catalogue.ts';
export { familySnapshot } from './reduction/families/snapshot.ts';
export { type ForwardOptions, forwardReduction } from './reduction/forward/forward.ts';
export { nearestBarycentre } from './reduction/forward/nearest.ts';
export { fitSnapshot } from './reduction/inverse/fit.ts';
export { fitParameters } from './reduction/inverse/fit-parameters.ts';
export { matrixEstimation } from './reduction/inverse/matrices.ts';
export { attentionFromData } from './reduction/inverse/matrices-data.ts';
export { observations } from './reduction/inverse/observations.ts';
export { parameterEstimation } from './reduction/inverse/parameters.ts';
export { recoverMeasure } from './reduction/inverse/recover.ts';
export { stateEstimation } from './reduction/inverse/state.ts';
export { estimateState, stateModel } from './reduction/inverse/state-model.ts';
export { snapshotsOf } from './reduction/quantiles.ts';
export { assignmentDistance } from './transport/assignment.ts';
export { barycentreOnCircle } from './transport/barycentre-circle.ts';
export { fixedBarycentre } from './transport/barycentre-fixed.ts';
export { freeBarycentre } from './transport/barycentre-free.ts';
export { barycentreOnLine } from './transport/barycentre-line.ts';
export { wassersteinOnCircle } from './transport/circle.ts';
export {
  hellingerKantorovichGeodesic,
  sphericalHellingerKantorovichGeodesic,
} from './transport/cone-geodesic.ts';
export {
  buresWasserstein,
  type Gaussian,
  gaussianBarycentre,
  gaussianGeodesic,
} from './transport/gaussian.ts';
export {
  hellingerKantorovich,
  sphericalHellingerKantorovich,
} from './transport/hellinger-kantorovich.ts';
export { wassersteinOnLine } from './transport/line.ts';
export type { Measure } from './transport/measure.ts';
export { sinkhornDivergence } from './transport/sinkhorn.ts';
export { slicedWasserstein } from './transport/sliced.ts';
