/**
 * Looking inside: every frame of a text's flow with attentions, lens, diagnostics and clusters.
 * Typed arrays in memory; `traceToJson` gives the record of `trace --json`.
 */

import { type DiagnosticRecord, runDiagnostics } from '../diagnostics/catalogue.ts';
import { type ClusterChange, type ClusterLevel, clusterHistory } from '../diagnostics/clusters.ts';
import type { Float64Tensor } from '../engines/tensor.ts';
import { type Projection, projection } from '../flow/projection.ts';
import { type Matrix, matrix, toRows } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import type { LanguageModel } from './checkpoint.ts';
import { type Findings, findAnswers, type Prediction, predictionOf } from './fill.ts';
import { type LensLayer, logitLens } from './lens.ts';
import { type TraceOptions, traceSchema } from './options.ts';
import type { Token } from './tokenizer.ts';
import type { Frame } from './transformer.ts';

export interface Trace {
  /** The n particles. */
  readonly tokens: readonly Token[];
  /** Depth-times of the L + 1 frames. */
  readonly times: readonly number[];
  /** L + 1 matrices [n, d], the embedding first. */
  readonly hiddenStates: readonly Matrix[];
  /** [layer][head], matrices [query, key]. */
  readonly attentions: readonly (readonly Matrix[])[];
  /** L + 1 entries. */
  readonly lens: readonly LensLayer[];
  /** By name, L + 1 entries. */
  readonly diagnostics: DiagnosticRecord;
  /** Per frame, one entry a tolerance. */
  readonly clusters: readonly (readonly ClusterLevel[])[];
  readonly merges: readonly ClusterChange[];
  readonly splits: readonly ClusterChange[];
  /** All frames in one basis of three principal axes. */
  readonly projection: Projection;
  readonly prediction: Prediction;
}

/**
 * The trace of a text. Throws InputError or LimitError like `fillBlank`.
 * For depth `ode` the frames are as many as for the model's own depth, equally spaced in time.
 */
export function trace(model: LanguageModel, text: string, options?: TraceOptions): Trace {
  const { firstTokens, tolerances, ...settings } = parseOptions(traceSchema, options);
  return traceOf(findAnswers(model, text, settings), firstTokens, tolerances);
}

/** The trace of what a search has found. */
export function traceOf(
  findings: Findings,
  firstTokens: number,
  tolerances: readonly number[] | undefined,
): Trace {
  const { frames } = findings.context;
  const hiddenStates = frames.map(({ positions }) => asMatrix(positions));
  return {
    tokens: findings.layout.tokens,
    times: frames.map(({ time }) => time),
    hiddenStates,
    attentions: frames.slice(1).map(heads),
    lens: logitLens(findings, firstTokens),
    diagnostics: runDiagnostics(
      frames.map((frame, k) => ({
        positions: hiddenStates[k],
        couplings: frame.coupling && heads(frame),
      })),
    ),
    ...clusterHistory(hiddenStates, tolerances),
    projection: projection(hiddenStates),
    prediction: predictionOf(findings),
  };
}

function asMatrix({ shape, data }: Float64Tensor): Matrix {
  return matrix(shape[0], shape[1], data);
}

/** The coupling of a frame, one matrix a head. */
function heads({ coupling }: Frame): Matrix[] {
  if (!coupling) return [];
  const [count, n, m] = coupling.shape;
  return Array.from({ length: count }, (_, h) =>
    matrix(n, m, coupling.data.subarray(h * n * m, (h + 1) * n * m)),
  );
}

/** The record of `trace --json`: that of `predict --json` with the inside added. */
export function traceToJson(trace: Trace) {
  const { prediction, times, lens, diagnostics, clusters, merges, splits } = trace;
  return {
    ...prediction,
    times,
    hidden_states: trace.hiddenStates.map(toRows),
    attentions: trace.attentions.map((layer) => layer.map(toRows)),
    logit_lens: lens,
    diagnostics,
    clusters,
    merges,
    splits,
    projection: trace.projection,
  };
}

export type TraceRecord = ReturnType<typeof traceToJson>;
