/** `reduce barycentre`: of measures. */
import { fromRows } from '../../numerics/matrix.ts';
import { measureBarycentre } from '../../reduction/barycentre/barycentre.ts';
import { barycentreSchema } from '../../reduction/barycentre/options.ts';
import { barycentreReport } from '../../reduction/barycentre/report.ts';
import { operation } from '../operation.ts';
import { fewPoints, MEASURES, weights } from './measures.ts';

const options = barycentreSchema.extend({ weights });

export default operation({
  summary: 'the Wasserstein barycentre of measures',
  library: ['measureBarycentre'],
  subject: 'measures',
  options,
  served: options,
  admit({ support = [] }, { measures }) {
    fewPoints(
      'support',
      support.map((row) => fromRows([row])),
    );
    fewPoints(
      'measures',
      measures.map(({ points }) => points),
    );
  },
  files: ['support'],
  counted: 'barycentres',
  run: (options, _, { measures }) => measureBarycentre(measures, options),
  report: (found, subject) => barycentreReport({ ...found, ...subject }),
  examples: [
    'a.csv b.csv',
    'a.csv b.csv c.csv --weights 0.5,0.25,0.25 --masses --out runs/barycentre',
    'one.npy two.npy --space circle',
    'a.csv b.csv --method fixed --support grid.csv --epsilon 0.01',
  ],
  notes: `${MEASURES}
One column is a line, where the barycentre is exact, as it is for equally many angles on the circle. Method free
moves points to a local minimum, as in R^d; fixed puts masses on given points (entropic).`,
});
