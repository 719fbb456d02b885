/** `reduce state`: measures recovered from a few observations. */
import { stateEstimation, stateSchema } from '../../reduction/inverse/state.ts';
import { stateReport } from '../../reduction/inverse/state-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'how well measures of a family are recovered from a few observations',
  library: ['stateEstimation'],
  subject: 'none',
  options: stateSchema,
  served: stateSchema.extend({
    levels: atMost(400, stateSchema.shape.levels),
    training: atMost(100, stateSchema.shape.training),
    test: atMost(100, stateSchema.shape.test),
    components: atMost(20, stateSchema.shape.components),
  }),
  aliases: DOPRI5,
  counted: 'parts',
  run: stateEstimation,
  report: stateReport,
  examples: ['', '--family burgers --observe moments --observations 2,4,8 --noise 0,0.001'],
  notes: `${FAMILIES}
Each test snapshot is recovered from m observations ∫ φ dμ with noise of a known deviation, as coordinates of
tangent PCA. With fewer observations than coordinates the answer of least norm is taken, and "open" counts the
directions that it leaves open.`,
});
