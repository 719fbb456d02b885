/** `limit resnet`: residual networks against their flow. */
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit resnet
  schmetterling limit resnet --activations relu --seeds 100 --spirals none
  schmetterling limit resnet --activations tanh --weight-decay 0.01 --out runs/resnet

Weights that turn smoothly in depth: the orders of a layer and of rk4 for each activation, for relu also with
steps that end where a particle crosses a kink. Then two spirals, told apart by a small network that is trained
on 8 to 16 layers and run with L layers and as its flow (∞). Independent layers are in limit stack.
--out writes resnet.json, .csv and .svg.`;

export const resnetCommand = () =>
  optionsCommand({
    name: 'resnet',
    description: 'layers of residual networks against their flow, and a trained one',
    help: HELP,
    flags: [
      ['--activations <names>', 'separated by commas (default: tanh,relu,gelu)'],
      ['--depths <list>', 'numbers of layers (default: 4,8,…,256)'],
      ['--n <count>', 'particles of a draw (default: 8)'],
      ['--d <dimension>', '(default: 4)'],
      ['--time <T>', 'in which the weights turn (default: 2)'],
      ['--seeds <count>', 'draws of weights and start (default: 20)'],
      ['--seed <number>', 'the first of them, and that of the spirals (default: 1)'],
      ['--reference <tolerance>', 'of the Dormand–Prince reference (default: 1e-13)'],
      [
        '--spirals <activation>',
        'of the network that is trained: tanh, gelu or none (default: tanh)',
      ],
      ['--steps <count>', 'of its training (default: 400)'],
      ['--turns <count>', 'how often a spiral goes around (default: 1)'],
      ['--weight-decay <rate>', 'less makes layers that are no flow (default: 1)'],
    ],
    lists: ['activations', 'depths'],
    counted: 'draws and trainings',
    async load() {
      const { resnetLimit } = await import('../../limits/resnet/resnet.ts');
      const { resnetReport } = await import('../../limits/resnet/report.ts');
      const { createTensorflowEngine } = await import('../../engines/tensorflow/engine.ts');
      return {
        measure: async (options, { onProgress }) =>
          resnetLimit(options, { trainer: await createTensorflowEngine(), onProgress }),
        report: resnetReport,
      };
    },
  });
