/** How many directions the particles really use. */
import { singularValues } from '../numerics/spectrum.ts';
import { entropy } from '../numerics/statistics.ts';
import type { ScalarDiagnostic } from './diagnostic.ts';

export const effectiveRank: ScalarDiagnostic = {
  name: 'effective_rank',
  title: 'Effective rank',
  unit: '',
  help: 'Exponential of the entropy of the normalised singular values of the n × d positions (uncentred): 1 when all tokens are on one line, min(n, d) when they use all directions equally.',
  citation: 'Roy and Vetterli, The effective rank, EUSIPCO 2007',
  kind: 'scalar',
  compute: ({ positions, gram }) => Math.exp(entropy(singularValues(positions, gram))),
};
