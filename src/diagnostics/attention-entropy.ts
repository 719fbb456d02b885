/** How widely the tokens listen. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { entropy } from '../numerics/statistics.ts';
import { readCouplings } from './attention-rows.ts';
import type { ScalarDiagnostic } from './diagnostic.ts';

export const attentionEntropy: ScalarDiagnostic = {
  name: 'attention_entropy',
  title: 'Attention entropy',
  unit: 'nats',
  help: 'Entropy of the rows of the attention matrices of the layer that led here, averaged over heads and, by mass, over tokens: 0 when each token listens to a single one, ln n when all listen to all alike.',
  citation: 'Zhai et al., arXiv 2303.06296',
  kind: 'scalar',
  headline: true,
  compute: (frame) => {
    const couplings = readCouplings(frame);
    return couplings && meanRowEntropy(couplings, frame.weights);
  },
};

function meanRowEntropy(couplings: readonly Matrix[], weights: Float64Array): number {
  let sum = 0;
  for (const coupling of couplings)
    for (let i = 0; i < coupling.rows; i++) sum += weights[i] * entropy(row(coupling, i));
  return sum / couplings.length;
}
