/** `limit temperature`: β → ∞. */
import { temperatureReport } from '../../limits/temperature/report.ts';
import { temperatureLimit, temperatureLimitSchema } from '../../limits/temperature/temperature.ts';
import { operation } from '../operation.ts';

export default operation({
  summary: 'softmax attention against hardmax as β grows, and clusters against √β',
  library: ['temperatureLimit'],
  subject: 'none',
  options: temperatureLimitSchema,
  served: 'A run takes minutes, more than a request may.',
  counted: 'values of β',
  run: temperatureLimit,
  report: temperatureReport,
  examples: [
    '',
    '--query wigner --n 20 --d 8 --betas 1,4,16,64,256',
    '--cluster-betas 16,64,256 --cluster-seeds 100 --out runs/temperature',
  ],
  notes: `
The same start under softmax attention with rising β and under hardmax, with random Q and K = V = I; then the
number of clusters on the circle, counted through the plateau that lasts longest in log t, against √β.`,
});
