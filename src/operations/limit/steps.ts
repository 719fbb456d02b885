/** `limit steps`: layers of any size against the flow. */
import { stepReport } from '../../limits/steps/report.ts';
import { stepLimit, stepLimitSchema } from '../../limits/steps/steps.ts';
import { operation } from '../operation.ts';

export default operation({
  summary: 'layers of any size h: what they change of collapse, order and clusters',
  library: ['stepLimit'],
  subject: 'none',
  options: stepLimitSchema,
  served: 'A run takes longer than a request may.',
  counted: 'sizes of a layer',
  run: stepLimit,
  report: stepReport,
  examples: [
    '',
    '--value minus --steps 0.5,1.5,2.5 --time 50',
    '--beta 25 --n 64 --seeds 50 --out runs/steps',
  ],
  notes: `
Layers x ← normalise(x + h v) with steps that are not small: the exact cosine of orthonormal tokens, whether
collapse is stable, whether tokens on the circle keep their order, and how many clusters they form.`,
});
