/** `limit perturbations`: what becomes of a cloud of perturbed sentences. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

const HELP = `
Examples:
  schmetterling limit perturbations "Mein Lieblingstier ist __"
  schmetterling limit perturbations "My favourite animal is the __" --draws 10 --angles 0.001,0.01,0.1
  schmetterling limit perturbations "Ich trinke gern __." --fastest --out runs/perturbations

Every token turned by a small angle, one token replaced by another, two neighbours exchanged: how far apart
the particles begin and end in W2, and what the answer notices.
--out writes perturbations.json, .csv and .svg.`;

interface PerturbationFlags {
  readonly model?: string;
  readonly depth?: string;
  readonly coupling?: string;
  readonly draws?: string;
  readonly angles?: string;
  readonly fastest?: boolean;
  readonly seed?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function perturbationsCommand(): Command {
  return new Command('perturbations')
    .description(
      'a cloud of perturbed sentences through the flow: W2 growth, and what the answer notices',
    )
    .argument('<text>', 'a text as for predict')
    .option('--model <name>', 'name of an installed model, or its folder')
    .option('--depth <L|ode>', 'number of layers, or ode for the flow itself')
    .option(
      '--coupling <name>',
      'full, causal or sinkhorn (default: full for a blank, else causal)',
    )
    .option('--draws <count>', 'perturbations of each kind at each place (default: 3)')
    .option('--angles <list>', 'of the noise, in radians (default: 0.01,0.1,0.3)')
    .option('--fastest', 'seek the perturbation that grows fastest, by n · d more runs')
    .option('--seed <number>', '(default: 1)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showPerturbations);
}

async function showPerturbations(
  text: string,
  { model, out, json, angles, fastest, ...flags }: PerturbationFlags,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { readModel } = await import('../../host/models.ts');
  const { givenText } = await import('../text.ts');
  const { perturbationLimit } = await import('../../limits/perturbations/perturbations.ts');
  const { perturbationReport } = await import('../../limits/perturbations/report.ts');
  prepare({ out });
  const { coupling, ...numbers } = flags;
  const typed = Object.entries(numbers).map(([name, value]) => [name, numberIfOne(value)]);
  const options = {
    ...given({ ...Object.fromEntries(typed), coupling, angles: listed(angles) }),
    ...(fastest && { fastest }),
  };
  const progress = await progressBar('{bar} {value} of {total} runs');
  const record = await perturbationLimit(readModel(model), await givenText(text), options, {
    onProgress: progress.update,
  }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  deliver(
    { name: 'perturbations', record, report: perturbationReport(record), seconds },
    { out, json },
  );
}
