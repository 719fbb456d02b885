/** `reduce fit`: parameters of a family from one's own snapshot. */
import { wholeNumber } from '../../numerics/options.ts';
import { fitSchema, fitSnapshot } from '../../reduction/inverse/fit.ts';
import { fitReport } from '../../reduction/inverse/fit-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'parameters of a family from a snapshot of your own, with intervals',
  library: ['fitSnapshot'],
  subject: 'none',
  options: fitSchema,
  served: fitSchema.extend({
    levels: wholeNumber(1, 400)
      .optional()
      .describe('Quantiles N of each measure: as many as data where those are quantiles, else 100'),
    data: fitSchema.shape.data.max(400, 'expected at most 400 numbers'),
  }),
  aliases: DOPRI5,
  files: ['data'],
  counted: 'fits',
  run: fitSnapshot,
  report: fitReport,
  examples: [
    '--family gaussian --data points.csv',
    '--family flow --data angles.npy --out runs/fit',
    '--family burgers --low 0,1,0.5 --high 3,1,1.5 --observe moments --domain 0,4 --data y.csv',
  ],
  notes: `${FAMILIES}
FILE holds points of the snapshot in any order, or its first moments or bumps (see reduce recover). Of points the
measure of the family nearest in W2 is found, with 95 % intervals.`,
});
