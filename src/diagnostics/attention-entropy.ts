/** How widely the tokens listen. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { entropy } from '../numerics/statistics.ts';
import type { ScalarDiagnostic } from './diagnostic.ts';

export const attentionEntropy: ScalarDiagnostic = {
  name: 'attention_entropy',
  title: 'Attention entropy',
  unit: 'nats',
  help: 'Entropy of the rows of the attention matrices of the layer that led here, averaged over heads and tokens: 0 when each token listens to a single one, ln n when all listen to all alike.',
  citation: 'Zhai et al., arXiv 2303.06296',
  kind: 'scalar',
  compute: ({ couplings }) => (couplings?.length ? meanRowEntropy(couplings) : null),
};

function meanRowEntropy(couplings: readonly Matrix[]): number {
  let sum = 0;
  for (const coupling of couplings)
    for (let i = 0; i < coupling.rows; i++) sum += entropy(row(coupling, i));
  return sum / (couplings.length * couplings[0].rows);
}
