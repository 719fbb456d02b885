/** `reduce recover`: a measure of a family from one's own observations. */
import { recoverMeasure, recoverSchema } from '../../reduction/inverse/recover.ts';
import { recoverReport } from '../../reduction/inverse/recover-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'the measure of a family behind observations of your own',
  library: ['recoverMeasure'],
  subject: 'none',
  options: recoverSchema,
  served: recoverSchema.extend({
    levels: atMost(400, recoverSchema.shape.levels),
    training: atMost(100, recoverSchema.shape.training),
    components: atMost(20, recoverSchema.shape.components),
  }),
  aliases: DOPRI5,
  files: ['data'],
  counted: 'snapshots',
  run: recoverMeasure,
  report: recoverReport,
  examples: [
    '--family gaussian --observe moments --domain=-1,1 --data y.csv',
    '--data y.csv --noise 0.001 --out runs/recovered',
  ],
  notes: `${FAMILIES}
FILE holds y_1 … y_m. Moments: ∫ s^k dμ, k = 1 … m, s from −1 to 1 over the domain. Bumps: ∫ e^(−(x − c)²/2w²) dμ,
w the domain over m and c at the middles of its m parts. Fewer observations than unknowns: the answer of least
norm, and the directions that stay open.`,
});
