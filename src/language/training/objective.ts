/** The loss of a batch, written over the algebra: embed, flow through L layers, read out. */
import type { AttentionWeights } from '../../attention/scores.ts';
import type { TrainingAlgebra } from '../../engines/training-engine.ts';
import { weightsAt } from '../../flow/depth-weights.ts';
import { layers } from '../../flow/layers.ts';
import type { Batch } from './batches.ts';
import type { DrawnCandidates } from './candidates.ts';
import { type ParameterPart, ROLES } from './parameters.ts';

export interface FlowSettings {
  readonly beta: readonly number[];
  readonly horizon: number;
  readonly logitScale: number;
  readonly knots: number;
}

/** Parameters by name, as arrays of the engine. */
type Named<A> = Map<string, A>;

function byName<A>(layout: readonly ParameterPart[], arrays: readonly A[]): Named<A> {
  return new Map(layout.map((part, i) => [part.name, arrays[i]]));
}

function knotWeights<A>(named: Named<A>, knots: number): AttentionWeights<A>[] {
  return Array.from({ length: knots }, (_, knot) => {
    const [query, key, value, output] = ROLES.map(
      (role) => named.get(`attention.${knot}.${role}`)!,
    );
    return { query, key, value, output };
  });
}

/**
 * Mean over the batch's targets of −log p(target), at depth L, times `weight`. With `candidates`,
 * drawn for this batch's targets, p is the softmax over them: an estimate of the same.
 */
export function batchLoss<A>(
  algebra: TrainingAlgebra<A>,
  layout: readonly ParameterPart[],
  arrays: readonly A[],
  batch: Batch,
  settings: FlowSettings,
  depth: number,
  weight = 1,
  candidates?: DrawnCandidates,
): A {
  const named = byName(layout, arrays);
  const weights = new Float32Array(batch.rows.length).fill(weight / batch.rows.length);
  const x = algebra.rows(flowBatch(algebra, named, batch, settings, depth), batch.rows);
  const readout = {
    output: named.get('output')!,
    bias: named.get('bias')!,
    scale: settings.logitScale,
  };
  const targets = candidates?.targets ?? batch.targets;
  return algebra.crossEntropy(x, readout, targets, weights, candidates);
}

/** Particles [B, n, d] after L layers. */
function flowBatch<A>(
  algebra: TrainingAlgebra<A>,
  named: Named<A>,
  batch: Batch,
  { beta, horizon, knots }: FlowSettings,
  depth: number,
): A {
  const shape = [batch.batch, batch.length];
  const tokens = algebra.gather(named.get('embedding')!, batch.ids, shape);
  const places = algebra.gather(named.get('positions')!, batch.positions, shape);
  const attention = knotWeights(named, knots);
  const visible = algebra.array(batch.visible, batch.visibleShape);
  let x = algebra.normalise(algebra.add(tokens, places));
  const flow = {
    weights: (t: number) => weightsAt(algebra, attention, t),
    beta,
    horizon,
    depth,
    visible,
  };
  for (const frame of layers(algebra, flow, x)) x = frame.positions;
  return x;
}
