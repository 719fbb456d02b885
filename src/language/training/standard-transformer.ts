/**
 * The reference of what attention alone costs: a standard pre-norm transformer with MLPs (Xiong et al.
 * 2020, arXiv 2002.04745; GELU, no biases), trained by the same trainer on the same batches. It is no
 * particle flow. What runs the finished one: standard-network.ts.
 */
import { attentionVelocity } from '../../attention/step.ts';
import type { TrainingAlgebra } from '../../engines/training-engine.ts';
import type { Batch } from './batches.ts';
import {
  type Architecture,
  headLayout,
  knotWeights,
  type Named,
  type PartDraft,
  ROLES,
  type StandardShape,
} from './parts.ts';

/** Four matrices of attention and two of an MLP for every layer. */
export function standardParts(
  { dimension: d, heads }: Architecture,
  { layers, hidden }: StandardShape,
): PartDraft[] {
  // Branches add up over the layers: what they write starts small (GPT-2).
  const damped = 1 / Math.sqrt(2 * layers);
  const matrix = (name: string, rows: number, columns: number, gain: number): PartDraft => ({
    name,
    shape: [rows, columns],
    standardDeviation: gain / Math.sqrt(rows),
    pace: 0.7,
    decays: true,
  });
  // hidden units in blocks as wide as a head, where they fit: the optimiser then treats both networks alike
  const width = d / heads;
  const count = hidden % width === 0 ? hidden / width : 1;
  return Array.from({ length: layers }, (_, layer): PartDraft[] => [
    ...ROLES.map((role) => ({
      ...matrix(`attention.${layer}.${role}`, d, d, role === 'output' ? damped : 1),
      heads: headLayout(role, heads),
    })),
    { ...matrix(`up.${layer}`, d, hidden, 1), heads: { count, axis: 'columns' } },
    { ...matrix(`down.${layer}`, hidden, d, damped), heads: { count, axis: 'rows' } },
  ]).flat();
}

/** States [B, n, d] behind the last layer, normalised like particles, so that the readout is the flow's. */
export function standardStates<A>(
  algebra: TrainingAlgebra<A>,
  named: Named<A>,
  start: A,
  batch: Batch,
  { layers, heads, dimension }: { layers: number; heads: number; dimension: number },
): A {
  const mask = algebra.array(batch.mask, batch.maskShape);
  const beta = new Array(heads).fill(1 / Math.sqrt(dimension / heads));
  const attention = knotWeights(named, layers);
  const add = (x: A, branch: A) => algebra.add(x, branch);
  let x = rootMeanSquare(algebra, start, dimension);
  for (let layer = 0; layer < layers; layer++) {
    const seen = rootMeanSquare(algebra, x, dimension);
    const settings = { weights: attention[layer], beta, mask };
    x = add(x, attentionVelocity(algebra, seen, settings).velocity);
    const wide = algebra.project(rootMeanSquare(algebra, x, dimension), named.get(`up.${layer}`)!);
    x = add(x, algebra.project(algebra.gelu(wide), named.get(`down.${layer}`)!));
  }
  return algebra.normalise(x);
}

/** RMSNorm: rows of length √d. Gains would be absorbed by the matrices that follow. */
const rootMeanSquare = <A>(algebra: TrainingAlgebra<A>, x: A, d: number): A => {
  const unit = algebra.normalise(x);
  return algebra.addScaled(unit, unit, Math.sqrt(d) - 1);
};
