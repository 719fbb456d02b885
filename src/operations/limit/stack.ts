/** `limit stack`: layers whose weights are not smooth in depth. */
import { z } from 'zod';
import { stackReport } from '../../limits/stack/report.ts';
import { stackLimit, stackLimitSchema } from '../../limits/stack/stack.ts';
import { wholeNumber } from '../../numerics/options.ts';
import { operation } from '../operation.ts';
import { atMost } from '../options.ts';

export default operation({
  summary:
    'random layers and weights that jump: errors by L, fitted orders, and which stacks have no limit',
  library: ['stackLimit'],
  subject: 'none',
  options: stackLimitSchema,
  served: stackLimitSchema.extend({
    // at these most, about ten seconds
    depths: z
      .array(wholeNumber(1, 1024))
      .min(1)
      .max(12)
      .default([16, 32, 64, 128, 256, 512])
      .describe('Numbers of layers L, powers of two'),
    n: atMost(16, stackLimitSchema.shape.n),
    d: atMost(8, stackLimitSchema.shape.d),
    seeds: atMost(40, stackLimitSchema.shape.seeds, 20),
  }),
  counted: 'stacks',
  run: stackLimit,
  report: stackReport,
  examples: [
    '',
    '--stacks attention_sde,relu_sde --depths 16,64,256,1024 --seeds 100 --out runs/stack',
  ],
  notes: `
Independent layers scaled 1/√L tend to an SDE where their mean is zero, and to nothing where it is not; scaled
1/L they tend to the ODE of their mean. A jump in the weights leaves order 1 to every scheme.`,
});
