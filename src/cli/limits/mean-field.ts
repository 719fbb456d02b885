/** `limit mean-field`: the law that infinitely many particles follow. */
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit mean-field
  schmetterling limit mean-field --attention usa --beta 5 --mode 3 --amplitude 0.01 --times 0,0.02,0.05
  schmetterling limit mean-field --attention usa --beta 5 --kappa 0.19 --law von_mises --concentration 6 --times 0,1,4

Densities on the circle by Fourier modes, as many as they need; without noise they turn into Diracs, and the
command stops with an error before. --out writes mean-field.json, .csv (the densities) and .svg.`;

export const meanFieldCommand = () =>
  optionsCommand({
    name: 'mean-field',
    description: 'the law that infinitely many particles follow, on the circle',
    help: HELP,
    flags: [
      ['--attention <name>', 'sa or usa (default: sa)'],
      ['--beta <β>', 'inverse temperature (default: 2)'],
      ['--kappa <κ>', 'inverse noise (default: no noise)'],
      ['--law <name>', 'of the start: cosine or von_mises (default: cosine)'],
      ['--mode <k>', 'density ∝ 1 + a cos kθ (default: 1)'],
      ['--amplitude <a>', 'of that (default: 0.5)'],
      ['--concentration <c>', 'density ∝ e^(c cos θ) (default: 1)'],
      ['--times <list>', 'rising (default: 0,0.25,0.5,1)'],
    ],
    lists: ['times'],
    counted: 'times',
    async load() {
      const { densityLimit } = await import('../../limits/mean-field/density.ts');
      const { densityReport } = await import('../../limits/mean-field/report.ts');
      return { measure: async (options) => densityLimit(options), report: densityReport };
    },
  });
