/** How alike the directions of the particles are: mean, least and histogram of all pairwise cosines. */
import { histogram, mean } from '../numerics/statistics.ts';
import {
  type HistogramDiagnostic,
  type PreparedFrame,
  readsPairs,
  type ScalarDiagnostic,
} from './diagnostic.ts';

const range = [-1, 1] as const;
const bins = 40;

export const cosineMean: ScalarDiagnostic = {
  name: 'cosine_mean',
  title: 'Mean cosine',
  unit: '',
  help: 'Mean of ⟨x_i,x_j⟩ over all pairs i < j, with masses weighted by w_i w_j; 1 when all tokens coincide. Off the sphere the cosine of the angle seen from the origin.',
  citation: 'arXiv 2312.10794, figure 1',
  kind: 'scalar',
  headline: true,
  reads: readsPairs,
  compute: (frame) => (frame.cosines.length > 0 ? meanCosine(frame) : null),
};

function meanCosine({ cosines, masses, pairs: { weights } }: PreparedFrame): number {
  if (!masses) return mean(cosines);
  let sum = 0;
  let total = 0;
  let next = 0;
  for (let i = 0; i < weights.length; i++)
    for (let j = i + 1; j < weights.length; j++) {
      sum += weights[i] * weights[j] * cosines[next++];
      total += weights[i] * weights[j];
    }
  return sum / total;
}

export const cosineMin: ScalarDiagnostic = {
  name: 'cosine_min',
  title: 'Least cosine',
  unit: '',
  help: 'Least ⟨x_i,x_j⟩ over all pairs: the two tokens farthest apart; above 0 all tokens are within a right angle of each other.',
  citation: 'arXiv 2312.10794',
  kind: 'scalar',
  headline: true,
  reads: readsPairs,
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
  reads: readsPairs,
  compute: ({ cosines }) => histogram(cosines, range, bins),
};
