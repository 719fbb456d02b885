/**
 * Looking inside: every frame of a text's flow with attentions, lens, diagnostics and clusters.
 * Typed arrays in memory; `traceToJson` gives the record of `trace --json`.
 */
import type { z } from 'zod';
import { type DiagnosticRecord, runDiagnostics } from '../diagnostics/catalogue.ts';
import { type ClusterChange, type ClusterLevel, clusterHistory } from '../diagnostics/clusters.ts';
import { asMatrix, type Float64Tensor } from '../engines/tensor.ts';
import { bringToSphere } from '../flow/inspect.ts';
import { type Projection, projection } from '../flow/projection.ts';
import { type Matrix, matrix, toRows } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { type Findings, findAnswers } from './findings.ts';
import { type LensLayer, logitLens } from './lens.ts';
import { headsOf, type LanguageModel } from './model.ts';
import { type TraceOptions, traceSchema } from './options.ts';
import { type Prediction, predictionOf, predictionToJson } from './prediction.ts';
import { checkSurvey, hasParts, surveyRun, type TextSurvey } from './survey-text.ts';
import type { Token } from './tokenizer.ts';

/** A sentence through the layers: positions, attention, lens, diagnostics and clusters of each frame. */
export interface Trace {
  /** The n particles. */
  readonly tokens: readonly Token[];
  /** The layers that each of the F frames has behind it: 0 … L, or fewer of them where fewer are wanted. */
  readonly layers: readonly number[];
  /** Depth-times of the frames. */
  readonly times: readonly number[];
  /** F matrices [n, d], the embedding first. */
  readonly hiddenStates: readonly Matrix[];
  /** [frame − 1][head], matrices [query, key]: of the last layer before each frame but the first. */
  readonly attentions: readonly (readonly Matrix[])[];
  /** F entries. */
  readonly lens: readonly LensLayer[];
  /** By name, F entries. */
  readonly diagnostics: DiagnosticRecord;
  /** Per frame, one entry a tolerance. */
  readonly clusters: readonly (readonly ClusterLevel[])[];
  readonly merges: readonly ClusterChange[];
  readonly splits: readonly ClusterChange[];
  /** All frames in one basis of three principal axes. */
  readonly projection: Projection;
  readonly prediction: Prediction;
  /** F matrices [n, d] of unit vectors: the states themselves where these are, else their directions. */
  readonly directions: readonly Matrix[];
  /** Of every layer two matrices [n, d]: the stream behind attention, and behind the MLP. Where asked for. */
  readonly parts?: readonly (readonly Matrix[])[];
  /** Which block of weights each layer that was run is, where layers have their own. */
  readonly blocks?: readonly string[];
  /** Of all layers, where it was asked for. */
  readonly survey?: TextSurvey;
}

/**
 * The trace of a text. Throws InputError or LimitError like `fillBlank`.
 * For depth `ode` the frames are as many as for the model's own depth, equally spaced in time.
 */
export function trace(model: LanguageModel, text: string, options?: TraceOptions): Trace {
  const { firstTokens, tolerances, frames, parts, survey, ...settings } = parseOptions(
    traceSchema,
    options,
  );
  if (survey) checkSurvey(model, text, { ...survey, ...settings });
  const findings = findAnswers(model, text, {
    ...settings,
    parts: parts || (survey !== undefined && hasParts(model)),
  });
  const traced = traceOf(findings, { firstTokens, tolerances, frames, parts });
  return survey
    ? { ...traced, survey: surveyRun(findings, text, { ...settings, ...survey }) }
    : traced;
}

/** What a trace shows of the inside. */
export type Inside = Pick<
  z.output<typeof traceSchema>,
  'firstTokens' | 'tolerances' | 'frames' | 'parts'
>;

/** Every so many of the layers 0 … `last`, as few as keeps them within `most`, and the last. */
export function keptLayers(last: number, most: number): number[] {
  const stride = Math.max(1, Math.ceil(last / (most - 1)));
  const count = Math.ceil(last / stride);
  return Array.from({ length: count + 1 }, (_, k) => Math.min(last, k * stride));
}

/** The trace of what a search has found. */
export function traceOf(
  findings: Findings,
  { firstTokens, tolerances, frames: most = Number.POSITIVE_INFINITY, parts }: Inside,
): Trace {
  const { model, run, changed } = findings;
  const blocks = changed?.schedule?.map(({ layer }) => model.blocks?.[layer - 1] ?? `${layer}`);
  const layers = keptLayers(run.frames.length - 1, most);
  const frames = layers.map((layer) => run.frames[layer]);
  const hiddenStates = frames.map(({ positions }) => asMatrix(positions));
  const pointed = model.onSphere ? null : hiddenStates.map(pointedOf);
  const directions = pointed?.map((frame) => frame.directions) ?? hiddenStates;
  const { clusters, merges, splits } = clusterHistory(directions, tolerances);
  const dated = (change: ClusterChange) => ({ ...change, layer: layers[change.layer] });
  return {
    tokens: findings.layout.tokens,
    layers,
    times: frames.map(({ time }) => time),
    hiddenStates,
    attentions: frames.slice(1).map(headsOf),
    lens: logitLens(findings, firstTokens, layers),
    diagnostics: runDiagnostics(
      frames.map((frame, k) => ({
        positions: directions[k],
        radii: pointed?.[k].radii,
        couplings: frame.coupling && headsOf(frame),
      })),
    ),
    clusters,
    merges: merges.map(dated),
    splits: splits.map(dated),
    projection: projection(directions),
    prediction: predictionOf(findings),
    directions,
    ...(parts && run.parts && { parts: run.parts.map(pairOf) }),
    ...(model.blocks && { blocks: blocks ?? model.blocks }),
  };
}

/** Where the states point, on the sphere, and how long they are. Throws InputError for one of length 0. */
function pointedOf(states: Matrix, layer: number) {
  const directions = matrix(states.rows, states.columns, states.data.slice());
  return { directions, radii: bringToSphere(directions, layer) };
}

/** The two matrices [n, d] of [2, n, d]. */
function pairOf({ shape: [, n, d], data }: Float64Tensor): Matrix[] {
  return [matrix(n, d, data.subarray(0, n * d)), matrix(n, d, data.subarray(n * d))];
}

/** The record of `trace --json`: that of `predict --json` with the inside added. */
export function traceToJson(trace: Trace) {
  const { prediction, layers, times, lens, diagnostics, clusters, merges, splits } = trace;
  return {
    ...predictionToJson(prediction),
    layers,
    times,
    hidden_states: trace.hiddenStates.map(toRows),
    attentions: trace.attentions.map((layer) => layer.map(toRows)),
    logit_lens: resultToJson(lens),
    diagnostics,
    clusters,
    merges,
    splits,
    projection: trace.projection,
    ...(trace.blocks && { blocks: trace.blocks }),
    ...(trace.parts && { parts: trace.parts.map((pair) => pair.map(toRows)) }),
    ...(trace.survey && { survey: resultToJson(trace.survey) }),
  };
}

/** A trace as plain data, the record of `trace --json`; keys in snake_case, matrices as nested arrays. */
export type TraceRecord = ReturnType<typeof traceToJson>;
