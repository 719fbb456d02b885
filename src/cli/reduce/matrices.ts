/** `reduce matrices`: what attention is made of, from snapshots of its tokens. */
import { TOLERANCE_FLAG } from '../flags.ts';
import { optionsCommand } from '../limits/command.ts';

const HELP = `
Examples:
  schmetterling reduce matrices
  schmetterling reduce matrices --d 3 --n 30 --noise 0.001
  schmetterling reduce matrices --unknowns separate
  schmetterling reduce matrices --unlabelled --time 3 --snapshots 6

Only B = βQᵀK and TV can be known from positions. With --unknowns separate β, Q, T and V are sought with K known,
and the two directions are told along which nothing changes. --out writes matrices.json, .csv and .svg.`;

export const matricesCommand = () =>
  optionsCommand({
    command: 'reduce',
    name: 'matrices',
    description: 'βQᵀK and TV from snapshots of tokens, with intervals',
    help: HELP,
    flags: [
      ['--unknowns <which>', 'identifiable or separate (default: identifiable)'],
      ['--attention <name>', 'sa or usa (default: sa)'],
      ['--n <count>', 'tokens (default: 16)'],
      ['--d <count>', 'coordinates of a token, 2 to 4 (default: 2)'],
      ['--beta <β>', 'true inverse temperature (default: 2)'],
      ['--time <T>', 'true horizon (default: 1)'],
      ['--spread <s>', 'true Q, K, V: identity + s · normal matrix (default: 0.3)'],
      ['--snapshots <count>', 'at equal parts of the horizon (default: 3)'],
      ['--noise <deviation>', 'of each coordinate (default: 1e-4)'],
      [TOLERANCE_FLAG, 'of dopri5 (default: 1e-11)'],
      ['--unlabelled', 'snapshots are measures: which token is which is not known'],
      ['--seed <number>', 'of matrices, tokens and noise (default: 1)'],
    ],
    lists: [],
    counted: 'fits',
    async load() {
      const { matrixEstimation } = await import('../../reduction/inverse/matrices.ts');
      const { matricesReport } = await import('../../reduction/inverse/matrices-report.ts');
      return { measure: matrixEstimation, report: matricesReport };
    },
  });
