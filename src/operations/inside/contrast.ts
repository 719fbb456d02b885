/** `inside contrast`: where the particles of a text stand between two answers. */
import { contrastAnswers, contrastSchema } from '../../language/inside/contrast.ts';
import { contrastReport } from '../../language/inside/reports.ts';
import { operation } from '../operation.ts';

export default operation({
  summary:
    'the particles of a text in the plane of the readout directions of two answers, and the log-odds of the two at each',
  library: ['contrastAnswers'],
  subject: 'text',
  options: contrastSchema,
  served: contrastSchema,
  counted: 'frames',
  run: (options, _, { model, text }) => contrastAnswers(model, text, options),
  report: contrastReport,
  examples: [
    '"Mein Lieblingstier ist __" --answers "der Hund,die Katze"',
    '"Anna mag Hunde. Annas Lieblingstier ist __" --answers "der Hund,die Katze" --depth 16 --out runs/contrast',
  ],
  notes: `
Of the two answers the first tokens that differ are compared, a and b. The first axis is (U_b - U_a)/|U_b - U_a|, along
which the difference of their logits grows; the second is what U_a + U_b has beside it.`,
});
