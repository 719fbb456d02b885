/** `reduce parameters`: parameters of a family from one snapshot. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_FLAGS, FAMILY_HELP } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce parameters
  schmetterling reduce parameters --truth 3,1.5 --noise 0.01 --repetitions 100
  schmetterling reduce parameters --family burgers --truth 1,1,1
${FAMILY_HELP}
A snapshot at the true values gets noise, the values are estimated from it, and coverage is the share of data sets
whose 95 % interval holds the truth. Directions that the data do not feel are told: for burgers, time against
height. --out writes parameters.json, .csv and .svg.`;

export const parametersCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'parameters',
    description: 'parameters of a family from a noisy snapshot, with intervals',
    help: HELP,
    flags: [
      ...FAMILY_FLAGS,
      ['--levels <N>', 'quantiles of the snapshot (default: 50)'],
      ['--truth <list>', 'the values to be found (default: two fifths along the ranges)'],
      ['--observe <kind>', 'quantiles, moments or bumps (default: quantiles)'],
      ['--observations <count>', 'moments or bumps (default: 10)'],
      ['--noise <deviation>', 'of each datum (default: 0.001)'],
      ['--repetitions <count>', 'data sets with noise of their own (default: 20)'],
      ['--seed <number>', 'of the noise (default: 1)'],
    ],
    lists: ['low', 'high', 'truth'],
    counted: 'data sets',
    async load() {
      const { parameterEstimation } = await import('../../reduction/inverse/parameters.ts');
      const { parametersReport } = await import('../../reduction/inverse/parameters-report.ts');
      return { measure: parameterEstimation, report: parametersReport };
    },
  });
