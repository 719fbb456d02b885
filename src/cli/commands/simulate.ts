/** `simulate`: particles flow under dynamics of the catalogue, of a model, or of one's own. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { withFigureFlag } from '../figures.ts';
import { withParticleFlags, withRunFlags } from '../flags.ts';
import type { SimulationFlags } from '../simulation/job.ts';
import { printJson, printLines, printWarning, standardScreen } from '../terminal.ts';

const HELP = `
Examples:
  schmetterling simulate --beta 4 --n 200 --d 3 --time 20
  schmetterling simulate --dynamics usa --start orthonormal --n 32 --d 32 --scheme dopri5 --save-at linear:0:10:11
  schmetterling simulate --beta 25 --d 2 --n 200 --scheme dopri5 --time 1e8 --merge 0.001 --save-at log:1e-2:1e8:200 --out runs/metastable --figures pdf
  schmetterling simulate --dynamics multi_head --heads 2 --value wigner:7 --query identity --n 64
  schmetterling simulate --dynamics model --text "Mein Lieblingstier ist __" --time 6 --step 0.75
  schmetterling simulate --dynamics ./mine.mjs --set strength=2
  schmetterling simulate --dynamics kuramoto --kappa 4 --n 10000 --d 2 --save-at linear:0:10:11
  schmetterling simulate --continue runs/metastable --time 2e8

Matrices are identity, a number, diagonal:1,-0.5, ginibre:SEED, wigner:SEED, rows or an object as JSON such as
"[[-1,0],[0,-1]]" or '{"scalar": -1}', or a .npy or .csv file; query and key may both be k × d with k < d. ginibre:run
and wigner:run are drawn with the seed of the run.
Tables are text or .npy; rows, columns and what was decided are said on standard error.
--out writes a folder that grows frame by frame: positions.npy [frames, n, d], times.npy, diagnostics.csv,
diagnostics.jsonl and run.json; where the dynamics have them view.npy [frames, n, d] (rescaled positions),
radii.npy and frame_masses.npy [frames, n]; masses.npy [n]; and, when the run ends, the figures trajectories and
diagnostics over its save times (--figures pdf for PDF). One step of a fixed scheme in 32 is held against two of
half its size, and a note says where steps are too large for the flow. \`schmetterling catalogue\` lists dynamics,
starts, schemes, diagnostics.`;

export function simulateCommand(): Command {
  const command = new Command('simulate').description(
    'particles under dynamics of the catalogue, of a model, or of your own',
  );
  return withFigureFlag(withRunFlags(withParticleFlags(command)))
    .option('--threads <count>', 'at most so many (default: all cores)')
    .option('--out <folder>', 'record the run in this folder, frame by frame')
    .option('--continue <folder>', 'go on with the run in this folder, or make it longer')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(simulateParticles);
}

async function simulateParticles(flags: SimulationFlags): Promise<void> {
  const { job, outcome } = await heldRun(flags);
  if (flags.json) {
    const { outcomeJson } = await import('../simulation/text.ts');
    printJson(outcomeJson(job, outcome));
  } else {
    const { outcomeLines } = await import('../simulation/text.ts');
    printLines(outcomeLines(standardScreen(), job, outcome));
  }
  // also where the result is piped away
  const { noise } = outcome.report.notes;
  if (noise) printWarning(noise);
  if (outcome.failure) throw outcome.failure;
}

/** A run that goes on is held before it is read, so that nobody else has gone on with it since. */
async function heldRun(flags: SimulationFlags) {
  const { readJob } = await import('../simulation/job.ts');
  const { runJob } = await import('../simulation/run.ts');
  const { sayTables } = await import('../tables.ts');
  const run = async () => {
    const job = await readJob(flags);
    sayTables(job.tables, flags);
    if (job.resumed?.checked === false)
      printWarning(
        `${flags.continue}: recorded by a version that kept no sums, so damage of what it goes on from would go unseen`,
      );
    return { job, outcome: await runJob(job) };
  };
  const { continue: folder } = flags;
  if (folder === undefined || !existsSync(folder)) return run();
  const { withFolder } = await import('../../host/lock.ts');
  return withFolder(folder, run);
}
