/** `limit temperature`: β → ∞. */
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit temperature
  schmetterling limit temperature --query wigner --n 20 --d 8 --betas 1,4,16,64,256
  schmetterling limit temperature --cluster-betas 16,64,256 --cluster-seeds 100 --out runs/temperature

The same start under softmax attention with rising β and under hardmax, with random Q and K = V = I; then the
number of clusters on the circle, counted through the plateau that lasts longest in log t, against √β.
--out writes temperature.json, .csv and .svg.`;

export const temperatureCommand = () =>
  optionsCommand({
    name: 'temperature',
    description: 'softmax attention against hardmax as β grows, and clusters against √β',
    help: HELP,
    flags: [
      ['--betas <list>', 'held against hardmax (default: 1,2,4,…,1024)'],
      ['--query <Q>', 'ginibre, wigner or identity (default: ginibre)'],
      ['--query-seed <number>', '(default: 1)'],
      ['--n <count>', 'tokens (default: 12)'],
      ['--d <dimension>', '(default: 3)'],
      ['--seed <number>', 'of the start (default: 1)'],
      ['--time <T>', '(default: 1)'],
      ['--step <h>', 'of the layers (default: 0.01)'],
      ['--cluster-betas <list>', 'on the circle (default: 4,9,16,…,64)'],
      ['--cluster-tokens <count>', '(default: 100)'],
      ['--cluster-time <T>', 'until then clusters are counted (default: 300)'],
      ['--cluster-seeds <count>', '(default: 10)'],
    ],
    lists: ['betas', 'clusterBetas'],
    counted: 'values of β',
    async load() {
      const { temperatureLimit } = await import('../../limits/temperature/temperature.ts');
      const { temperatureReport } = await import('../../limits/temperature/report.ts');
      return { measure: temperatureLimit, report: temperatureReport };
    },
  });
