/** `reduce attention`: βQᵀK and TV from frames of tokens in a file. */
import { Command } from 'commander';
import { ConvergenceError } from '../../numerics/errors.ts';
import { numberIfOne, TOLERANCE_FLAG } from '../flags.ts';
import { given, listed } from '../limits/values.ts';

const HELP = `
Examples:
  schmetterling simulate --dynamics sa --beta 3 --n 16 --d 2 --time 1 --save-at 0,0.5,1 --scheme dopri5 --out runs/flow
  schmetterling reduce attention runs/flow/positions.npy --times 0,0.5,1

FRAMES.npy is [frames, n, d], unit vectors; the first frame is the start and without error. One head of attention
is fitted to the others: B = βQᵀK and TV, T from the first frame to the last, with 95 % intervals. With --unlabelled
each frame is fitted as a measure, in W2; frames are then best so close that tokens keep their neighbours.
The search begins at many random matrices; where the nearest ones found are off by more than --noise leaves (default
1e-6, frames of a simulation), there are no intervals, "fits" is false in the JSON, and the exit code is 1.
--out writes attention.json, .csv and .svg.`;

interface Flags {
  readonly times?: string;
  readonly attention?: string;
  readonly tolerance?: string;
  readonly noise?: string;
  readonly seed?: string;
  readonly unlabelled?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export const attentionCommand = () =>
  new Command('attention')
    .description('βQᵀK and TV from frames of your own, with intervals')
    .argument('<frames>', 'an .npy file of positions [frames, n, d]')
    .option('--times <list>', 'of the frames (default: equal parts of a horizon 1)')
    .option('--attention <name>', 'sa or usa (default: sa)')
    .option(TOLERANCE_FLAG, 'of dopri5 (default: 1e-11)')
    .option('--noise <deviation>', 'of the error of each coordinate (default: 1e-6)')
    .option('--seed <seed>', 'of the starts of the search (default: 1)')
    .option('--unlabelled', 'frames are measures: their rows are in no order')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showAttention);

async function showAttention(
  file: string,
  { times, attention, unlabelled, ...flags }: Flags,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('../limits/output.ts');
  const { readFrames } = await import('../frames.ts');
  const { attentionFromData } = await import('../../reduction/inverse/matrices-data.ts');
  const { attentionMisfit, attentionReport } = await import(
    '../../reduction/inverse/matrices-data-report.ts'
  );
  const frames = readFrames(file);
  const { tolerance, noise, seed, ...output } = flags;
  prepare(output);
  const numbers = {
    tolerance: numberIfOne(tolerance),
    noise: numberIfOne(noise),
    seed: numberIfOne(seed),
  };
  const options = { times: listed(times), attention, ...numbers };
  const record = await attentionFromData(frames, {
    ...given(options),
    ...(unlabelled && { unlabelled }),
  });
  const seconds = (performance.now() - begun) / 1000;
  const report = attentionReport(record);
  deliver({ command: 'reduce', name: 'attention', record, report, seconds }, output);
  // told with its numbers, and no success
  const wrong = attentionMisfit(record);
  if (wrong) throw new ConvergenceError(wrong);
}
