/** `limit perturbations`: what becomes of a cloud of perturbed sentences. */
import { perturbationLimit, perturbationSchema } from '../../limits/perturbations/perturbations.ts';
import { perturbationReport } from '../../limits/perturbations/report.ts';
import { operation } from '../operation.ts';
import { atMost } from '../options.ts';

export default operation({
  summary:
    'a cloud of perturbed sentences through the flow: W2 by layer, its growth, and what the answer notices',
  library: ['perturbationLimit'],
  subject: 'text',
  options: perturbationSchema,
  served: perturbationSchema
    .omit({ fastest: true })
    .extend({ draws: atMost(10, perturbationSchema.shape.draws) }),
  counted: 'runs',
  run: (options, context, { model, text }) => perturbationLimit(model, text, options, context),
  report: perturbationReport,
  examples: [
    '"Mein Lieblingstier ist __"',
    '"My favourite animal is the __" --draws 10 --angles 0.001,0.01,0.1',
    '"Ich trinke gern __." --fastest --out runs/perturbations',
  ],
  notes: `
Every token turned by a small angle, one token replaced by another, two neighbours exchanged: how far apart
the particles begin and end in W2, and what the answer notices.`,
});
