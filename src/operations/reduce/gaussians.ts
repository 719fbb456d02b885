/** `reduce gaussians`: the barycentre of Gaussians with the moments of measures. */
import { gaussianMean, gaussiansSchema } from '../../reduction/barycentre/gaussians.ts';
import { gaussiansReport } from '../../reduction/barycentre/gaussians-report.ts';
import { operation } from '../operation.ts';
import { fewPoints, MEASURES, weights } from './measures.ts';

const options = gaussiansSchema.extend({ weights });

export default operation({
  summary:
    'the Bures–Wasserstein barycentre of Gaussians with the means and covariances of measures',
  library: ['gaussianMean'],
  subject: 'measures',
  options,
  served: options,
  admit: (_, { measures }) =>
    fewPoints(
      'measures',
      measures.map(({ points }) => points),
    ),
  counted: 'barycentres',
  run: (options, _, { measures }) => gaussianMean(measures, options),
  report: (found, { names }) => gaussiansReport({ ...found, names }),
  examples: ['a.csv b.csv', 'a.npy b.npy c.npy --weights 0.5,0.25,0.25 --out runs/gaussians'],
  notes: `${MEASURES}
Each is taken for the Gaussian of its mean and covariance; their Bures–Wasserstein barycentre is a Gaussian again.`,
});
