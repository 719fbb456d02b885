/** `reduce parameters`: parameters of a family from one snapshot. */
import { parameterEstimation, parametersSchema } from '../../reduction/inverse/parameters.ts';
import { parametersReport } from '../../reduction/inverse/parameters-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'parameters of a family from a noisy snapshot, tried out, with intervals',
  library: ['parameterEstimation'],
  subject: 'none',
  options: parametersSchema,
  served: parametersSchema.extend({
    levels: atMost(400, parametersSchema.shape.levels),
    repetitions: atMost(20, parametersSchema.shape.repetitions, 1),
  }),
  aliases: DOPRI5,
  counted: 'data sets',
  run: parameterEstimation,
  report: parametersReport,
  examples: ['', '--truth 3,1.5 --noise 0.01 --repetitions 100', '--family burgers --truth 1,1,1'],
  notes: `${FAMILIES}
A snapshot at the true values gets noise, the values are estimated from it, and coverage is the share of data sets
whose 95 % interval holds the truth. Directions that the data do not feel are told: for burgers, time against
height.`,
});
