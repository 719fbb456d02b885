/** `limit steps`: layers of any size against the flow. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

const HELP = `
Examples:
  schmetterling limit steps
  schmetterling limit steps --value minus --steps 0.5,1.5,2.5 --time 50
  schmetterling limit steps --beta 25 --n 64 --seeds 50 --out runs/steps

Layers x ← normalise(x + h v) with steps that are not small: the exact cosine of orthonormal tokens, whether
collapse is stable, whether tokens on the circle keep their order, and how many clusters they form.
--out writes steps.json, .csv and .svg.`;

interface StepFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly steps?: string;
  readonly [name: string]: string | boolean | undefined;
}

export function stepsCommand(): Command {
  return new Command('steps')
    .description('layers of any size h: what they change of collapse, order and clusters')
    .option('--beta <β>', 'inverse temperature (default: 9)')
    .option('--value <V>', 'identity or minus (default: identity)')
    .option('--n <count>', 'tokens (default: 32)')
    .option('--time <T>', 'about where the runs end (default: 20)')
    .option('--steps <list>', 'sizes h of a layer (default: 0.05,…,100)')
    .option('--tolerance <angle>', 'below it tokens are one cluster (default: 0.1)')
    .option('--seeds <count>', 'uniform starts on the circle (default: 10)')
    .option('--seed <number>', 'the first of them (default: 1)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showSteps);
}

async function showSteps({ out, json, steps, ...others }: StepFlags) {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { machineEngines } = await import('../../host/engines.ts');
  const { stepLimit } = await import('../../limits/steps/steps.ts');
  const { stepReport } = await import('../../limits/steps/report.ts');
  prepare({ out });
  const numbers = Object.entries(others).map(([name, value]) => [name, numberIfOne(String(value))]);
  const progress = await progressBar('{bar} {value} of {total} sizes of a layer');
  const asked = given({ ...Object.fromEntries(numbers), steps: listed(steps) });
  const limit = await stepLimit(asked, {
    engines: machineEngines(),
    onProgress: progress.update,
  }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  deliver({ name: 'steps', record: limit, report: stepReport(limit), seconds }, { out, json });
}
