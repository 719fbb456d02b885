/** `reduce forward`: the error of reduced models against their size. */
import { optionsCommand } from '../limits/command.ts';
import { FAMILY_HELP, SNAPSHOT_FLAGS } from './flags.ts';

const HELP = `
Examples:
  schmetterling reduce forward
  schmetterling reduce forward --family burgers --components 12 --out runs/burgers
  schmetterling reduce forward --family flow --attention usa --low 1,0.5 --high 1,3
${FAMILY_HELP}
Errors are W2: greedy barycentres of n snapshots, and n principal components of quantiles (tangent PCA) and of
densities (linear PCA). --out writes forward.json, .csv and .svg.`;

export const forwardCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'forward',
    description: 'how few snapshots or components approximate a family',
    help: HELP,
    flags: [
      ...SNAPSHOT_FLAGS,
      ['--components <count>', 'snapshots or components, at most (default: 10)'],
      ['--cells <count>', 'of the grid for densities (default: 400)'],
    ],
    lists: ['low', 'high'],
    counted: 'snapshots',
    async load() {
      const { forwardReduction } = await import('../../reduction/forward/forward.ts');
      const { forwardReport } = await import('../../reduction/forward/report.ts');
      return { measure: forwardReduction, report: forwardReport };
    },
  });
