/** How alike the directions of the particles are: mean, least and histogram of all pairwise cosines. */
import { histogram, mean } from '../numerics/statistics.ts';
import type { HistogramDiagnostic, ScalarDiagnostic } from './diagnostic.ts';

const range = [-1, 1] as const;
const bins = 40;

export const cosineMean: ScalarDiagnostic = {
  name: 'cosine_mean',
  title: 'Mean cosine',
  unit: '',
  help: 'Mean of ⟨x_i,x_j⟩ over all pairs i < j; 1 when all tokens coincide.',
  citation: 'arXiv 2312.10794, figure 1',
  kind: 'scalar',
  compute: ({ cosines }) => (cosines.length > 0 ? mean(cosines) : null),
};

export const cosineMin: ScalarDiagnostic = {
  name: 'cosine_min',
  title: 'Least cosine',
  unit: '',
  help: 'Least ⟨x_i,x_j⟩ over all pairs: the two tokens farthest apart; above 0 all tokens are within a right angle of each other.',
  citation: 'arXiv 2312.10794',
  kind: 'scalar',
  compute: ({ cosines }) =>
    cosines.length > 0 ? cosines.reduce((least, c) => Math.min(least, c), 1) : null,
};

export const cosineHistogram: HistogramDiagnostic = {
  name: 'cosine_histogram',
  title: 'Cosine histogram',
  unit: 'pairs',
  help: 'Number of pairs i < j by cosine, in 40 equal bins from −1 to 1.',
  citation: 'arXiv 2312.10794, figure 1',
  kind: 'histogram',
  range,
  bins,
  compute: ({ cosines }) => histogram(cosines, range, bins),
};
