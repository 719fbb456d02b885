/** `limit particles`: n particles against their mean field. */
import { particleLimit, particleLimitSchema } from '../../limits/particles/particles.ts';
import { particleReport } from '../../limits/particles/report.ts';
import { DOPRI5, operation } from '../operation.ts';

export default operation({
  summary: 'n particles against the law that they are drawn of, while both flow',
  library: ['particleLimit'],
  subject: 'none',
  options: particleLimitSchema,
  served: 'A run takes minutes, on all cores.',
  aliases: DOPRI5,
  counted: 'numbers of particles',
  run: particleLimit,
  report: particleReport,
  examples: [
    '',
    '--attention usa --beta 5 --law von_mises --concentration 2 --n 100,1000,10000',
    '--attention usa --beta 1 --kappa 5 --times 0,1 --seeds 10 --out runs/particles',
    '--draw quantiles --times 0',
  ],
  notes: `
On the circle: n particles are drawn of the law, and both flow. W1 is the mean over the seeds; "between runs"
is the median distance of two runs of as many particles.`,
});
