/** `limit resnet`: residual networks against their flow. */
import { resnetReport } from '../../limits/resnet/report.ts';
import { resnetLimit, resnetLimitSchema } from '../../limits/resnet/resnet.ts';
import { operation } from '../operation.ts';

export default operation({
  summary: 'layers of residual networks against their flow, and a trained one',
  library: ['resnetLimit'],
  trains: true,
  subject: 'none',
  options: resnetLimitSchema,
  served: 'It trains a network, which takes minutes.',
  counted: 'draws and trainings',
  run: async (options, { trainer, ...context }) =>
    resnetLimit(options, { ...context, trainer: await trainer?.() }),
  report: resnetReport,
  examples: [
    '',
    '--activations relu --seeds 100 --spirals none',
    '--activations tanh --weight-decay 0.01 --out runs/resnet',
  ],
  notes: `
Weights that turn smoothly in depth: the orders of a layer and of rk4 for each activation, for relu also with
steps that end where a particle crosses a kink. Then two spirals, told apart by a small network that is trained
on 8 to 16 layers and run with L layers and as its flow (∞). Independent layers are in limit stack.`,
});
