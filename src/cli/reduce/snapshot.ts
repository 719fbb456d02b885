/** `reduce snapshot`: the measure of a family at given parameters. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_HELP, KIND_FLAGS } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce snapshot --family burgers --at 2,1,1
  schmetterling reduce snapshot --family flow --at 4,1.5 --levels 50 --out runs/snapshot
${FAMILY_HELP}
--out writes snapshot.json, .csv and .svg.`;

export const snapshotCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'snapshot',
    description: 'the measure of a family at given parameters, by its quantiles',
    help: HELP,
    flags: [
      ...KIND_FLAGS,
      ['--at <list>', 'values of the parameters (default: the middle of their ranges)'],
      ['--levels <N>', 'quantiles (default: 100)'],
    ],
    lists: ['at'],
    counted: 'snapshots',
    async load() {
      const { familySnapshot } = await import('../../reduction/families/snapshot.ts');
      const { snapshotReport } = await import('../../reduction/families/snapshot-report.ts');
      return { measure: familySnapshot, report: snapshotReport };
    },
  });
