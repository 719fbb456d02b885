/** `limit tangent`: how small differences grow along a flow. */
import { tangentReport } from '../../limits/tangent/report.ts';
import {
  modelTangentFlow,
  modelTangentSchema,
  tangentFlow,
  tangentFlowSchema,
} from '../../limits/tangent/tangent.ts';
import { DOPRI5, operation } from '../operation.ts';

export default operation({
  summary: 'Lyapunov exponents, the Jacobian of the flow map, the spectrum at rest',
  library: ['modelTangentFlow', 'tangentFlow'],
  subject: 'text or flow',
  options: modelTangentSchema,
  flow: tangentFlowSchema,
  served:
    'How long it takes is not known before: exponents of a model take longer than a request may.',
  aliases: DOPRI5,
  counted: 'units of time',
  run: (options, context, given) =>
    given
      ? modelTangentFlow(given.model, given.text, options, context)
      : tangentFlow(options, context),
  report: tangentReport,
  examples: [
    '"Mein Lieblingstier ist __"',
    '--dynamics sa --beta 2 --n 8 --d 3 --time 5 --vectors 4',
    '--dynamics usa --n 6 --d 2 --time 40 --vectors 6 --out runs/tangent',
  ],
  notes: `
Lyapunov exponents along the trajectory; with as many vectors as there are directions they are ln σ / T, with σ
the stretching of the flow map; and the spectrum at the end where the particles have come to rest. Fewer vectors
turn to the fastest directions until --spin-up and are measured from then on. Exponents of a time T are a term of
order 1/T away from those of infinite time.`,
});
