/** `reduce forward`: the error of reduced models against their size. */
import { forwardReduction, forwardSchema } from '../../reduction/forward/forward.ts';
import { forwardReport } from '../../reduction/forward/report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'how few snapshots or components approximate a family: errors by their number',
  library: ['forwardReduction'],
  subject: 'none',
  options: forwardSchema,
  served: forwardSchema.extend({
    levels: atMost(400, forwardSchema.shape.levels),
    training: atMost(100, forwardSchema.shape.training),
    test: atMost(100, forwardSchema.shape.test),
    components: atMost(20, forwardSchema.shape.components),
    cells: atMost(1000, forwardSchema.shape.cells),
  }),
  aliases: DOPRI5,
  counted: 'snapshots',
  run: forwardReduction,
  report: forwardReport,
  examples: [
    '',
    '--family burgers --components 12 --out runs/burgers',
    '--family flow --attention usa --low 1,0.5 --high 1,3',
  ],
  notes: `${FAMILIES}
Errors are W2: greedy barycentres of n snapshots, and n principal components of quantiles (tangent PCA) and of
densities (linear PCA).`,
});
