/** `limit mean-field`: the law that infinitely many particles follow. */
import { densityLimit, densitySchema } from '../../limits/mean-field/density.ts';
import { densityReport } from '../../limits/mean-field/report.ts';
import { operation } from '../operation.ts';

export default operation({
  summary: 'the law that infinitely many particles follow, on the circle',
  library: ['densityLimit'],
  subject: 'none',
  options: densitySchema,
  served: 'A density that grows sharp takes more modes, and longer than a request may.',
  counted: 'times',
  run: (options) => densityLimit(options),
  report: densityReport,
  examples: [
    '',
    '--attention usa --beta 5 --mode 3 --amplitude 0.01 --times 0,0.02,0.05',
    '--attention usa --beta 5 --kappa 0.19 --law von_mises --concentration 6 --times 0,1,4',
  ],
  notes: `
Densities on the circle by Fourier modes, as many as they need; without noise they turn into Diracs, and the
command stops with an error before. The table is the densities.`,
});
