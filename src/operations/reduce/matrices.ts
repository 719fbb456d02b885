/** `reduce matrices`: what attention is made of, from snapshots of its tokens. */
import { matricesSchema, matrixEstimation } from '../../reduction/inverse/matrices.ts';
import { matricesReport } from '../../reduction/inverse/matrices-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';

export default operation({
  summary: 'βQᵀK and TV of attention from noisy snapshots of its tokens, tried out, with intervals',
  library: ['matrixEstimation'],
  subject: 'none',
  options: matricesSchema,
  served: matricesSchema.extend({
    n: atMost(32, matricesSchema.shape.n),
    d: atMost(3, matricesSchema.shape.d),
    snapshots: atMost(6, matricesSchema.shape.snapshots),
  }),
  aliases: DOPRI5,
  counted: 'fits',
  run: matrixEstimation,
  report: matricesReport,
  examples: [
    '',
    '--d 3 --n 30 --noise 0.001',
    '--unknowns separate',
    '--unlabelled --time 3 --snapshots 6',
  ],
  notes: `
Only B = βQᵀK and TV can be known from positions. With --unknowns separate β, Q, T and V are sought with K known,
and the two directions are told along which nothing changes.`,
});
