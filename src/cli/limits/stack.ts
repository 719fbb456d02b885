/** `limit stack`: layers whose weights are not smooth in depth. */
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit stack
  schmetterling limit stack --stacks attention_sde,relu_sde --depths 16,64,256,1024 --seeds 100 --out runs/stack

Independent layers scaled 1/√L tend to an SDE where their mean is zero, and to nothing where it is not; scaled
1/L they tend to the ODE of their mean. A jump in the weights leaves order 1 to every scheme.
--out writes stack.json, .csv and .svg.`;

export const stackCommand = () =>
  optionsCommand({
    name: 'stack',
    description: 'random layers and weights that jump: which stacks have a limit, and how fast',
    help: HELP,
    flags: [
      ['--stacks <names>', 'separated by commas (default: all)'],
      ['--depths <list>', 'numbers of layers, powers of two (default: 16,32,…,512)'],
      ['--n <count>', 'particles (default: 8)'],
      ['--d <dimension>', '(default: 4)'],
      ['--seeds <count>', 'draws of weights and start (default: 40)'],
      ['--seed <number>', 'the first of them (default: 1)'],
    ],
    lists: ['stacks', 'depths'],
    counted: 'stacks',
    async load() {
      const { stackLimit } = await import('../../limits/stack/stack.ts');
      const { stackReport } = await import('../../limits/stack/report.ts');
      return { measure: stackLimit, report: stackReport };
    },
  });
