/** `limit particles`: n particles against their mean field. */
import { TOLERANCE_FLAG } from '../flags.ts';
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit particles
  schmetterling limit particles --attention usa --beta 5 --law von_mises --concentration 2 --n 100,1000,10000
  schmetterling limit particles --attention usa --beta 1 --kappa 5 --times 0,1 --seeds 10 --out runs/particles
  schmetterling limit particles --draw quantiles --times 0

On the circle: n particles are drawn of the law, and both flow. W1 is the mean over the seeds; "between runs"
is the median distance of two runs of as many particles. --out writes particles.json, .csv and .svg.`;

export const particlesCommand = () =>
  optionsCommand({
    name: 'particles',
    description: 'n particles against the law that they are drawn of, while both flow',
    help: HELP,
    flags: [
      ['--attention <name>', 'sa or usa (default: sa)'],
      ['--beta <β>', 'inverse temperature (default: 2)'],
      ['--kappa <κ>', 'inverse noise (default: no noise)'],
      ['--law <name>', 'of the start: cosine or von_mises (default: cosine)'],
      ['--mode <k>', 'density ∝ 1 + a cos kθ (default: 1)'],
      ['--amplitude <a>', 'of that (default: 0.5)'],
      ['--concentration <c>', 'density ∝ e^(c cos θ) (default: 1)'],
      [
        '--particle-beta <β>',
        'of the particles, another one as a control (default: that of the law)',
      ],
      ['--draw <how>', 'independent or quantiles (default: independent)'],
      ['--n <list>', 'numbers of particles (default: 10,100,1000,10000)'],
      ['--times <list>', 'rising (default: 0,1,5)'],
      ['--seeds <count>', 'runs of each n (default: 5)'],
      ['--seed <number>', 'the first of them (default: 1)'],
      [TOLERANCE_FLAG, 'of dopri5, without noise (default: 1e-8)'],
      ['--step <h>', 'of heun, with noise (default: 0.01)'],
      ['--threads <count>', 'at most so many (default: all cores)'],
    ],
    lists: ['n', 'times'],
    counted: 'numbers of particles',
    async load() {
      const { particleLimit } = await import('../../limits/particles/particles.ts');
      const { particleReport } = await import('../../limits/particles/report.ts');
      return { measure: particleLimit, report: particleReport };
    },
  });
