/** `reduce state`: measures recovered from a few observations. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_HELP, SNAPSHOT_FLAGS } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce state
  schmetterling reduce state --family burgers --observe moments --observations 2,4,8 --noise 0,0.001
${FAMILY_HELP}
Each test snapshot is recovered from m observations ∫ φ dμ with noise of a known deviation, as coordinates of
tangent PCA. With fewer observations than coordinates the answer of least norm is taken, and "open" counts the
directions that it leaves open. --out writes state.json, .csv and .svg.`;

export const stateCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'state',
    description: 'measures of a family from a few observations',
    help: HELP,
    flags: [
      ...SNAPSHOT_FLAGS,
      ['--components <count>', 'unknowns: coordinates of tangent PCA (default: 4)'],
      ['--observe <kind>', 'moments or bumps, which are local averages (default: bumps)'],
      ['--observations <list>', 'numbers m of observations (default: 1,2,4,8,16)'],
      ['--noise <list>', 'deviations of their errors (default: 0,0.001,0.01)'],
    ],
    lists: ['low', 'high', 'observations', 'noise'],
    counted: 'parts',
    async load() {
      const { stateEstimation } = await import('../../reduction/inverse/state.ts');
      const { stateReport } = await import('../../reduction/inverse/state-report.ts');
      return { measure: stateEstimation, report: stateReport };
    },
  });
