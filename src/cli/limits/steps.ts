/** `limit steps`: layers of any size against the flow. */
import { optionsCommand } from './command.ts';

const HELP = `
Examples:
  schmetterling limit steps
  schmetterling limit steps --value minus --steps 0.5,1.5,2.5 --time 50
  schmetterling limit steps --beta 25 --n 64 --seeds 50 --out runs/steps

Layers x ← normalise(x + h v) with steps that are not small: the exact cosine of orthonormal tokens, whether
collapse is stable, whether tokens on the circle keep their order, and how many clusters they form.
--out writes steps.json, .csv and .svg.`;

export const stepsCommand = () =>
  optionsCommand({
    name: 'steps',
    description: 'layers of any size h: what they change of collapse, order and clusters',
    help: HELP,
    flags: [
      ['--beta <β>', 'inverse temperature (default: 9)'],
      ['--value <V>', 'identity or minus (default: identity)'],
      ['--n <count>', 'tokens (default: 32)'],
      ['--time <T>', 'about where the runs end (default: 20)'],
      ['--steps <list>', 'sizes h of a layer (default: 0.05,…,100)'],
      ['--tolerance <angle>', 'below it tokens are one cluster (default: 0.1)'],
      ['--seeds <count>', 'uniform starts on the circle (default: 10)'],
      ['--seed <number>', 'the first of them (default: 1)'],
    ],
    lists: ['steps'],
    counted: 'sizes of a layer',
    async load() {
      const { stepLimit } = await import('../../limits/steps/steps.ts');
      const { stepReport } = await import('../../limits/steps/report.ts');
      return { measure: stepLimit, report: stepReport };
    },
  });
