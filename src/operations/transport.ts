/** `transport`: between two measures. */
import { measureTransport, transportSchema } from '../reduction/distance/transport.ts';
import { transportReport } from '../reduction/distance/transport-report.ts';
import { operation } from './operation.ts';
import { fewPoints, MEASURES } from './reduce/measures.ts';

export default operation({
  summary: 'a distance of two measures by optimal transport, and which mass goes where',
  library: ['measureTransport'],
  subject: 'pair',
  options: transportSchema,
  served: transportSchema,
  admit: (_, { measures }) =>
    fewPoints(
      'measures',
      measures.map(({ points }) => points),
    ),
  counted: 'distances',
  run: (options, _, { measures: [first, second] }) => measureTransport(first, second, options),
  report: (found, subject) => transportReport({ ...found, ...subject }),
  examples: [
    'a.csv b.csv',
    'a.csv b.csv --metric sinkhorn --epsilon 0.01 --masses --out runs/plan',
    'a.npy b.npy --metric sliced --directions 1000',
  ],
  notes: `
${MEASURES}
Masses are brought to the sum 1, but for hk. Of unequal masses w1 and w2 are for one column; in R^d they are of points
of equal masses, as many of both or a few times as many. The plan says which mass goes from which point to which,
counted from 0; sliced and gaussian have none. The geodesic of hk is in reduce distance.`,
});
