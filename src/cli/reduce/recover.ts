/** `reduce recover`: a measure of a family from one's own observations. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_HELP, TRAINING_FLAGS } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce recover --family gaussian --observe moments --domain=-1,1 --data y.csv
  schmetterling reduce recover --data y.csv --noise 0.001 --out runs/recovered
${FAMILY_HELP}
FILE holds y_1 … y_m. Moments: ∫ s^k dμ, k = 1 … m, s from −1 to 1 over the domain. Bumps: ∫ e^(−(x − c)²/2w²) dμ,
w the domain over m and c at the middles of its m parts. Fewer observations than unknowns: the answer of least
norm, and the directions that stay open. --out writes recover.json, .csv and .svg.`;

export const recoverCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'recover',
    description: 'the measure behind observations of your own',
    help: HELP,
    flags: [
      ['--data <file>', 'the observations, .csv or .npy'],
      ...TRAINING_FLAGS,
      ['--components <count>', 'unknowns: coordinates of tangent PCA (default: 4)'],
      ['--observe <kind>', 'moments or bumps, which are local averages (default: bumps)'],
      ['--domain <low,high>', 'where observations lie (default: where the snapshots do)'],
      ['--noise <deviation>', 'of their errors (default: 0)'],
    ],
    lists: ['low', 'high', 'domain'],
    files: ['data'],
    counted: 'snapshots',
    async load() {
      const { recoverMeasure } = await import('../../reduction/inverse/recover.ts');
      const { recoverReport } = await import('../../reduction/inverse/recover-report.ts');
      return { measure: recoverMeasure, report: recoverReport };
    },
  });
