/** How unevenly the columns of the attention sum: what tokens get beyond their masses. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { mean } from '../numerics/statistics.ts';
import { sumOf } from '../numerics/vectors.ts';
import { readCouplings } from './attention-rows.ts';
import type { ScalarDiagnostic } from './diagnostic.ts';

export const attentionImbalance: ScalarDiagnostic = {
  name: 'attention_imbalance',
  title: 'Attention imbalance',
  unit: '',
  help: '½ Σ_j |Σ_i w_i A_ij − w_j| of the layer that led here, averaged over heads: the share of the listening that some tokens get beyond their masses. 0 when all are heard alike, as under Sinkhorn’s coupling; 1 − 1/n when all listen to one of n.',
  citation: 'Sander et al., arXiv 2110.11773',
  kind: 'scalar',
  compute: (frame) => {
    const couplings = readCouplings(frame);
    return couplings && mean(couplings.map((coupling) => imbalance(coupling, frame.weights)));
  },
};

/** Rows count by their proportions, as those of unnormalised attention do not sum to 1. */
function imbalance(coupling: Matrix, weights: Float64Array): number {
  const excess = weights.map((mass) => -mass);
  for (let i = 0; i < coupling.rows; i++) {
    const shares = row(coupling, i);
    const total = sumOf(shares);
    if (total > 0)
      for (let j = 0; j < shares.length; j++) excess[j] += (weights[i] * shares[j]) / total;
  }
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / 2;
}
