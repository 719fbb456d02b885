/** `reduce attention`: βQᵀK and TV from frames of tokens. */
import { attentionFromData, attentionSchema } from '../../reduction/inverse/matrices-data.ts';
import { attentionMisfit, attentionReport } from '../../reduction/inverse/matrices-data-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { fewPoints } from './measures.ts';

export default operation({
  summary: 'βQᵀK and TV of attention behind frames of its tokens, with intervals',
  library: ['attentionFromData'],
  subject: 'frames',
  options: attentionSchema,
  served: attentionSchema,
  admit: (_, frames) => fewPoints('frames', frames),
  aliases: DOPRI5,
  counted: 'fits',
  run: (options, context, frames) => attentionFromData(frames, options, context),
  report: attentionReport,
  misfit: attentionMisfit,
  examples: ['runs/flow/positions.npy --times 0,0.5,1'],
  notes: `
FRAMES.npy is [frames, n, d], unit vectors; the first frame is the start and without error. Those of the example:
  schmetterling simulate --dynamics sa --beta 3 --n 16 --d 2 --time 1 --save-at 0,0.5,1 --scheme dopri5 --out runs/flow
One head of attention is fitted to the others: B = βQᵀK and TV, T from the first frame to the last, with 95 %
intervals. With --unlabelled each frame is fitted as a measure, in W2; frames are then best so close that tokens keep
their neighbours. The search begins at many random matrices; where the nearest ones found are off by more than --noise
leaves, there are no intervals, "fits" is false in the JSON, and the exit code is 1.`,
});
