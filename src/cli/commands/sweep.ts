/**
 * `sweep`: a grid of simulations, a row of a table each, on this machine or on a cluster; its subcommands put shards
 * together and look after what was given to Slurm.
 */
import { Command } from 'commander';
import { gather, withParticleFlags, withRunFlags } from '../flags.ts';
import { askedOf, partSlurm, withSlurmFlags, withTaskFlags } from '../slurm/flags.ts';
import type { SweepFlags } from '../sweep/request.ts';

const HELP = `
Examples:
  schmetterling sweep --grid beta=0.1:9:0.1,d=2,8,32 --seeds 100 --time 30 --out runs/phase
  schmetterling sweep --grid dynamics=sa,usa,beta=1,4,16 --n 64 --scheme dopri5 --diagnostics cluster_count --out runs/both
  schmetterling sweep --grid beta=1:9:1 --query ginibre:run --key ginibre:run --seeds 50 --out runs/ensemble
  schmetterling sweep --grid beta=1:9:2 --save-at 0,10,30 --time 30 --diagnostics pair_share,./mine.mjs --positions --out runs/own
  schmetterling sweep --grid beta=log:1:100:13 --save-at 1,10,100 --time 100 --out runs/times
  schmetterling sweep --grid beta=0:9:0.01 --seeds 1000 --out runs/big --shard $SLURM_ARRAY_TASK_ID/64
  schmetterling sweep merge runs/big --parquet
  schmetterling sweep --grid beta=0:9:0.01 --seeds 1000 --out runs/big --slurm --partition short --time-limit 1:00:00

A grid is name=values, separated by commas: every name of a flag of simulate that sets a number or a name. Values
are 2,8,32, or FROM:TO:STEP, or linear:FROM:TO:COUNT, or log:FROM:TO:COUNT; all combinations are run, the last
name fastest, each with the seeds S, S + 1, …, S + N − 1 of --seed S and --seeds N. Cell c is run c mod N of its
combination, whatever the threads and the shards, and \`simulate\` with the same values and seed gives its numbers.
A matrix ginibre:run or wigner:run is drawn anew with each seed, ginibre:SEED is the same in all cells.

A row is written to a sheet in --out/sheets as soon as its cell is done: its values, seed, status, and the diagnostics
of the last frame, with --save-at those of every saved time besides (NAME@TIME); at the end --out/cells.csv has them all.
--diagnostics takes modules of your own among the names, and pair_share is the share of pairs with cosine ≥ 1 − δ
(--delta). --positions writes positions/CELL.npy [times, n, d]. A cell that fails is a row with its error; the exit
code is 1 then, and --retry-failed runs it again. The same command goes on with an interrupted sweep, and so does --out
alone, for sweep.json holds its settings; \`status\` says how far it is. Shard i of N takes every N-th cell; \`merge\`
wants every cell and writes cells.csv, with --parquet cells.parquet.

--slurm runs some cells, from whose cost it makes tasks that last minutes, submits them as a job array and a job that
merges, and returns. \`status\` then says what the jobs do, \`resume\` submits what is missing, \`cancel\` ends them.
A name that SBATCH_ACCOUNT, SBATCH_PARTITION or SBATCH_QOS holds is a default; other variables of Slurm are left out.
Scripts, tasks, logs and a journal of what was submitted are in --out/slurm. More: docs/cluster.md.`;

const TASK_HELP = `
Cells that have results are left out, so a task may be begun again at any time, anywhere, twice at once too. On SIGUSR1
and SIGTERM every thread ends with the cell that it is at, and the exit code is 75: begin it again.`;

export function sweepCommand(): Command {
  const command = new Command('sweep').description(
    'a grid of simulations on all cores, a row of a table each',
  );
  return withSlurmFlags(withRunFlags(withParticleFlags(command)))
    .option('--grid <values>', 'such as beta=0.1:9:0.1,d=2,8,32; may be repeated', gather)
    .option('--seeds <count>', 'runs of every combination (default: 1)')
    .option('--positions', 'keep the positions of every cell at the times of --save-at')
    .option('--shard <i/N>', 'this part of N, counted from 1')
    .option('--threads <count>', 'cells at a time (default: all cores)')
    .option('--retry-failed', 'run cells again that failed before')
    .option('--out <folder>', 'the folder of the table; needed')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(runSweep)
    .addCommand(mergeCommand())
    .addCommand(statusCommand())
    .addCommand(resumeCommand())
    .addCommand(cancelCommand())
    .addCommand(taskCommand());
}

function mergeCommand(): Command {
  return new Command('merge')
    .description('one table from the shards of a sweep, when every cell is there')
    .argument('<folders...>', 'what --out was')
    .option('--out <folder>', 'where cells.csv goes (default: the first of the folders)')
    .option('--parquet', 'write cells.parquet as well')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folders, _, command: Command) => {
      const { mergeSweep } = await import('../sweep/merge.ts');
      // --out and --json are flags of `sweep` too, which takes them first
      await mergeSweep(folders, command.optsWithGlobals());
    });
}

function statusCommand(): Command {
  return new Command('status')
    .description('how far a sweep is, from its files, and what its jobs do')
    .argument('<folder>', 'what --out was')
    .option('--watch', 'every 30 s until no job is left')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder, _, command: Command) => {
      const { folderStatus } = await import('../slurm/folders.ts');
      await folderStatus(folder, command.optsWithGlobals());
    });
}

function resumeCommand(): Command {
  return withTaskFlags(new Command('resume'))
    .description('submits what is missing of a sweep that was given to Slurm, and nothing else')
    .argument('<folder>', 'what --out was')
    .option('--retry-failed', 'cells that failed as well')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder, _, command: Command) => {
      const flags = command.optsWithGlobals();
      const { resumeFolder } = await import('../slurm/folders.ts');
      await resumeFolder(folder, flags, askedOf(flags));
    });
}

function cancelCommand(): Command {
  return new Command('cancel')
    .description('ends the jobs of a sweep, and looks again whether they are gone')
    .argument('<folder>', 'what --out was')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder, _, command: Command) => {
      const { cancelWork } = await import('../slurm/cancel.ts');
      await cancelWork(folder, command.optsWithGlobals());
    });
}

function taskCommand(): Command {
  return new Command('task')
    .description(
      'runs some cells of the sweep that is planned in a folder, into a sheet of their own',
    )
    .argument('<folder>', 'what --out was')
    .option('--cells <ranges>', 'such as 0-99,105')
    .option('--cells-of <file>', 'a file with such cells a line')
    .option('--line <number>', 'which line of --cells-of, counted from 1')
    .option('--task <name>', 'what its sheets are called after (default: task)')
    .option('--restart <count>', 'how often it was begun before (default: 0)')
    .option('--threads <count>', 'cells at a time (default: all cores)')
    .option('--retry-failed', 'run cells again that failed before')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', TASK_HELP)
    .action(async (folder, _, command: Command) => {
      const { sweepTask } = await import('../sweep/run.ts');
      await sweepTask(folder, command.optsWithGlobals());
    });
}

async function runSweep(flags: SweepFlags): Promise<void> {
  const { asked, others } = partSlurm(flags);
  if (asked) return (await import('../sweep/slurm.ts')).sweepOnSlurm(others, asked);
  await (await import('../sweep/run.ts')).sweep(others);
}
