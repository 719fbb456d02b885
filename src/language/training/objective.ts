/** The loss of a batch, written over the algebra: embed, flow through L layers, read out. */
import type { TrainingAlgebra } from '../../engines/training-engine.ts';
import { weightsAt } from '../../flow/depth-weights.ts';
import { layers } from '../../flow/layers.ts';
import type { Balancing } from '../../numerics/algebra.ts';
import type { Random } from '../../numerics/random.ts';
import { shapeSize } from '../../numerics/vectors.ts';
import type { Batch } from './batches.ts';
import type { DrawnCandidates } from './candidates.ts';
import type { TrainingConfig } from './config.ts';
import { knotWeights, type Named, type ParameterPart } from './parts.ts';
import { standardStates } from './standard-transformer.ts';

export interface FlowSettings {
  readonly beta: readonly number[];
  readonly horizon: number;
  readonly logitScale: number;
  readonly knots: number;
  /** The columns of the coupling sum to 1 too among particles that see each other: Sinkhorn. */
  readonly balancing?: Balancing;
  /** A standard transformer of so many layers instead of the flow. */
  readonly standard?: { readonly layers: number; readonly dimension: number };
}

/** Sweeps of Sinkhorn's algorithm in every layer of a training step, however far they come. */
const UNROLLED: Balancing = { tolerance: 0, sweeps: 10 };

/** β and the logits' scale make unit vectors behave like the usual rows of length √d. */
export function lossSettings({ model }: Pick<TrainingConfig, 'model'>): FlowSettings {
  const { dimension, heads, horizon, knots, coupling, standard } = model;
  return {
    beta: new Array(heads).fill(dimension / Math.sqrt(dimension / heads)),
    horizon,
    logitScale: Math.sqrt(dimension),
    knots,
    ...(coupling && { balancing: UNROLLED }),
    ...(standard && { standard: { layers: standard.layers, dimension } }),
  };
}

function byName<A>(layout: readonly ParameterPart[], arrays: readonly A[]): Named<A> {
  return new Map(layout.map((part, i) => [part.name, arrays[i]]));
}

/** Options of a batch's loss; each absent by default. */
export interface LossOptions {
  /** A factor. */
  readonly weight?: number;
  /** Drawn for this batch's targets: p is the softmax over them, an estimate of the same. */
  readonly candidates?: DrawnCandidates;
  /** Share of coordinates left out, and what draws them. */
  readonly dropout?: Dropout;
}

export interface Dropout {
  readonly share: number;
  readonly random: Random;
}

/** Mean over the batch's targets of −log p(target), at depth L. */
export function batchLoss<A>(
  algebra: TrainingAlgebra<A>,
  layout: readonly ParameterPart[],
  arrays: readonly A[],
  batch: Batch,
  settings: FlowSettings,
  depth: number,
  { weight = 1, candidates, dropout }: LossOptions = {},
): A {
  const named = byName(layout, arrays);
  const [
    {
      shape: [, dimension],
    },
  ] = layout;
  const weights = new Float32Array(batch.rows.length).fill(weight / batch.rows.length);
  const thin = (x: A, shape: readonly number[]) =>
    dropout ? algebra.multiply(x, algebra.array(dropoutMask(dropout, shape), shape)) : x;
  const start = thin(embedded(algebra, named, batch), [batch.batch, batch.length, dimension]);
  const last = states(algebra, named, algebra.normalise(start), batch, settings, depth);
  const read = algebra.rows(last, batch.rows);
  const tied = named.get('readout');
  const x = thin(tied ? algebra.project(read, tied) : read, [batch.rows.length, dimension]);
  const readout = {
    output: named.get('output') ?? named.get('embedding')!,
    bias: named.get('bias')!,
    scale: settings.logitScale,
  };
  const targets = candidates?.targets ?? batch.targets;
  return algebra.crossEntropy(x, readout, targets, weights, candidates);
}

/**
 * Inverted dropout (Srivastava et al., JMLR 15, 2014): 0 for the coordinates left out, 1 / (1 − share) for
 * the others, so that the mean stays.
 */
function dropoutMask({ share, random }: Dropout, shape: readonly number[]): Float32Array {
  const kept = 1 / (1 - share);
  const size = shapeSize(shape);
  return Float32Array.from({ length: size }, () => (random.uniform() < share ? 0 : kept));
}

/** E[id] + P[position]: [B, n, d]. */
function embedded<A>(algebra: TrainingAlgebra<A>, named: Named<A>, batch: Batch): A {
  const shape = [batch.batch, batch.length];
  const tokens = algebra.gather(named.get('embedding')!, batch.ids, shape);
  const places = algebra.gather(named.get('positions')!, batch.positions, shape);
  return algebra.add(tokens, places);
}

/** What is read out: [B, n, d]. */
function states<A>(
  algebra: TrainingAlgebra<A>,
  named: Named<A>,
  start: A,
  batch: Batch,
  settings: FlowSettings,
  depth: number,
): A {
  const { standard, beta } = settings;
  if (!standard) return flowBatch(algebra, named, start, batch, settings, depth);
  return standardStates(algebra, named, start, batch, { ...standard, heads: beta.length });
}

/** Particles [B, n, d] after L layers. */
function flowBatch<A>(
  algebra: TrainingAlgebra<A>,
  named: Named<A>,
  start: A,
  batch: Batch,
  { beta, horizon, knots, balancing }: FlowSettings,
  depth: number,
): A {
  const attention = knotWeights(named, knots);
  const mask = algebra.array(batch.mask, batch.maskShape);
  let x = start;
  const flow = {
    weights: (t: number) => weightsAt(algebra, attention, t),
    beta,
    horizon,
    depth,
    mask,
    balancing,
  };
  for (const frame of layers(algebra, flow, x)) x = frame.positions;
  return x;
}
