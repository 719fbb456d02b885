/** `reduce distance`: between two measures, whose masses may differ. */
import { distanceSchema, measureDistance } from '../../reduction/distance/distance.ts';
import { distanceReport } from '../../reduction/distance/report.ts';
import { operation } from '../operation.ts';
import { fewPoints, MEASURES } from './measures.ts';

export default operation({
  summary: 'the Hellinger–Kantorovich distance of two measures of any mass, and their geodesic',
  library: ['measureDistance'],
  subject: 'pair',
  options: distanceSchema,
  served: distanceSchema,
  admit: (_, { measures }) =>
    fewPoints(
      'measures',
      measures.map(({ points }) => points),
    ),
  counted: 'distances',
  run: (options, _, { measures: [first, second] }) => measureDistance(first, second, options),
  report: (found, { names }) => distanceReport({ ...found, names }),
  examples: [
    'a.csv b.csv --masses',
    'a.csv b.csv --metric spherical --space sphere --times 0,0.5,1 --out runs/hk',
  ],
  notes: `
Hellinger–Kantorovich: mass moves, grows and fades at the cost ∫ (|v|² + g²/4), never further than π/2.
${MEASURES}
The measures at --times on the geodesic are in distance.json.`,
});
