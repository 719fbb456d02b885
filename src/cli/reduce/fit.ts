/** `reduce fit`: parameters of a family from one's own snapshot. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_FLAGS, FAMILY_HELP } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce fit --family gaussian --data points.csv
  schmetterling reduce fit --family flow --data angles.npy --out runs/fit
  schmetterling reduce fit --family burgers --low 0,1,0.5 --high 3,1,1.5 --observe moments --domain 0,4 --data y.csv
${FAMILY_HELP}
FILE holds points of the snapshot in any order, or its first moments or bumps (see reduce recover). Of points the
measure of the family nearest in W2 is found, with 95 % intervals. --out writes fit.json, .csv and .svg.`;

export const fitCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'fit',
    description: 'parameters of a family from a snapshot of your own, with intervals',
    help: HELP,
    flags: [
      ['--data <file>', 'points of the snapshot, .csv or .npy'],
      ...FAMILY_FLAGS,
      ['--levels <N>', 'quantiles of each measure (default: as many as points, or 100)'],
      ['--observe <kind>', 'quantiles, moments or bumps (default: quantiles)'],
      ['--domain <low,high>', 'where moments or bumps lie (default: where the family does)'],
    ],
    lists: ['low', 'high', 'domain'],
    files: ['data'],
    counted: 'fits',
    async load() {
      const { fitSnapshot } = await import('../../reduction/inverse/fit.ts');
      const { fitReport } = await import('../../reduction/inverse/fit-report.ts');
      return { measure: fitSnapshot, report: fitReport };
    },
  });
