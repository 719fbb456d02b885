/** `limit stack`: layers whose weights are not smooth in depth. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

const HELP = `
Examples:
  schmetterling limit stack
  schmetterling limit stack --stacks attention_sde,relu_sde --depths 16,64,256,1024 --seeds 100 --out runs/stack

Independent layers scaled 1/√L tend to an SDE where their mean is zero, and to nothing where it is not; scaled
1/L they tend to the ODE of their mean. A jump in the weights leaves order 1 to every scheme.
--out writes stack.json, .csv and .svg.`;

interface StackFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly stacks?: string;
  readonly depths?: string;
  readonly [name: string]: string | boolean | undefined;
}

export function stackCommand(): Command {
  return new Command('stack')
    .description('random layers and weights that jump: which stacks have a limit, and how fast')
    .option('--stacks <names>', 'separated by commas (default: all)')
    .option('--depths <list>', 'numbers of layers, powers of two (default: 16,32,…,512)')
    .option('--n <count>', 'particles (default: 8)')
    .option('--d <dimension>', '(default: 4)')
    .option('--seeds <count>', 'draws of weights and start (default: 40)')
    .option('--seed <number>', 'the first of them (default: 1)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showStack);
}

async function showStack({ out, json, stacks, depths, ...others }: StackFlags) {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { stackLimit } = await import('../../limits/stack/stack.ts');
  const { stackReport } = await import('../../limits/stack/report.ts');
  prepare({ out });
  const numbers = Object.entries(others).map(([name, value]) => [name, numberIfOne(String(value))]);
  const lists = { stacks: listed(stacks), depths: listed(depths) };
  const progress = await progressBar('{bar} {value} of {total} stacks');
  const limit = await stackLimit(given({ ...Object.fromEntries(numbers), ...lists }), {
    onProgress: progress.update,
  }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  deliver({ name: 'stack', record: limit, report: stackReport(limit), seconds }, { out, json });
}
