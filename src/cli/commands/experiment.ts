/** `experiment`: the claims of the papers, predicted, measured and judged. */
import { Command } from 'commander';
import { withSlurmFlags } from '../slurm/flags.ts';

const HELP = `
Examples:
  schmetterling experiment list
  schmetterling experiment run birth-death --quick
  schmetterling experiment run c15-sinkformer --set beta=100,n=800 --out runs/claims
  schmetterling experiment run all --out runs/claims
  schmetterling experiment report runs/claims --out docs
  schmetterling experiment run all --out runs/claims --slurm --partition short

A verdict compares what was predicted before the measurement with the interval that was measured: holds, does not
hold, or inconclusive where the interval reaches beyond the prediction. Several experiments run beside each other,
one a core; one that fails is reported and does not stop the others. With --out every experiment has a folder of
run.json, table.csv, figure.svg and figure-dark.svg, with --figures pdf figure.pdf, and one that is there with the same settings is not run again. --slurm gives each
a task of a job array (docs/cluster.md); sweep status, sweep resume and sweep cancel take their folder, too.
\`report\` writes OUT/claims.md with the figures in OUT/claims: the same runs give the same page.`;

export function experimentCommand(): Command {
  return new Command('experiment')
    .description('claims of the papers: predicted, measured, judged')
    .addCommand(listCommand())
    .addCommand(runCommand())
    .addCommand(reportCommand())
    .addHelpText('after', HELP);
}

function listCommand(): Command {
  return new Command('list')
    .description('all experiments')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (flags) => (await import('../experiment/list.ts')).listExperiments(flags));
}

function runCommand(): Command {
  return withSlurmFlags(new Command('run'))
    .description('runs one experiment, several, or all')
    .argument('<ids...>', 'of the list, or all')
    .option('--quick', 'the variant that takes seconds')
    .option('--set <settings>', 'settings of one experiment, such as n=100,beta=4')
    .option('--out <folder>', 'write numbers, tables and figures below this folder')
    .option('--figures <formats>', 'with pdf, figure.pdf beside the SVG in --out (default: svg)')
    .option('--force', 'run again what --out holds already')
    .option('--threads <count>', 'of several: at most so many at a time (default: all cores)')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (ids, flags) =>
      (await import('../experiment/run.ts')).runExperiments(ids, flags),
    );
}

function reportCommand(): Command {
  return new Command('report')
    .description('writes a page of the claims, from what run has kept')
    .argument('<runs>', 'what --out of run was')
    .requiredOption('--out <folder>', 'the folder of claims.md and claims/')
    .action(async (runs, flags) =>
      (await import('../experiment/report.ts')).reportClaims(runs, flags),
    );
}
