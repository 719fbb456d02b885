/** `effects`: one change of a model at a time, and how far each moves the answer. */
import { effects, effectsSchema } from '../language/effects/effects.ts';
import { effectsReport } from '../language/effects/report.ts';
import { LimitError } from '../numerics/errors.ts';
import { operation } from './operation.ts';

/** Of a server: layers that a grid may run, heads or tokens times layers times layers. */
const MOST_LAYERS = 20_000;

export default operation({
  summary:
    'a grid of changes of a model, one at a time, and how far each moves the answer of a text',
  library: ['effects'],
  subject: 'any text',
  options: effectsSchema,
  served: effectsSchema,
  admit({ of, layers, depth }, { model, text }) {
    const all = depth ?? model.sizes.depth;
    const columns = {
      heads: model.sizes.heads,
      beta: model.sizes.heads,
      parts: 4,
      swaps: (layers?.length ?? all) / 2,
      patches: model.layOut(text).tokens.length + 1,
    };
    const work = (layers?.length ?? all) * columns[of] * all;
    if (work > MOST_LAYERS)
      throw new LimitError(
        'layers',
        `${work} layers in all are more than the ${MOST_LAYERS} that a server runs for one grid: name fewer layers, or use the command line`,
      );
  },
  counted: 'changes',
  run: (options, context, { model, text }) => effects(model, text, options, context),
  report: effectsReport,
  examples: [
    '"Mein Lieblingstier ist __"',
    '"The capital of France is" --model ./SmolLM2-135M --of swaps --layers 4,15,16,26',
    '"Anna mag Hunde. Annas Lieblingstier ist __" --of patches --other "Anna mag Katzen. Annas Lieblingstier ist __" --out runs/effects',
  ],
  notes: `
An effect is KL(as it is || changed) of the answer's first token, in nats. Layers count from 1; of patches rows are
frames, 0 the embedding. A head that is off adds nothing; attention or an MLP that is off leaves the stream as it is,
but for a norm behind it. Layers are left out, run twice or exchanged with their own weights, angles and windows, of
models whose layers have weights of their own. Changes together: runWithCache of the library, POST /api/trace.`,
});
