/** `inside nearest`: which words of the vocabulary the particles of a text are nearest to, frame by frame. */
import { nearestSchema, nearestWords } from '../../language/inside/nearest.ts';
import { nearestReport } from '../../language/inside/reports.ts';
import { particleCount } from '../../language/layout.ts';
import { LimitError } from '../../numerics/errors.ts';
import { operation } from '../operation.ts';

/** Of a server: particles of all frames, each compared with every word. */
const MOST_STATES = 1_000;

export default operation({
  summary: 'the words of the vocabulary that every particle is nearest to, frame by frame',
  library: ['nearestWords'],
  subject: 'any text',
  options: nearestSchema,
  served: nearestSchema,
  admit({ layers, depth, coupling }, { model, text }) {
    const frames = layers?.length ?? (depth ?? model.sizes.depth) + 1;
    const states = frames * particleCount(model, text, coupling);
    if (states > MOST_STATES)
      throw new LimitError(
        'layers',
        `${states} particles in all frames are more than the ${MOST_STATES} that a server compares with its vocabulary: name fewer frames, or use the command line`,
      );
  },
  counted: 'frames',
  run: (options, _, { model, text }) => nearestWords(model, text, options),
  report: nearestReport,
  examples: [
    '"Mein Lieblingstier ist __" --layers 0,4,8',
    '"The capital of France is" --model ./SmolLM2-135M --by readout --layers 15,30',
  ],
  notes: `
By the embedding the value is the cosine of a particle with the embedding of a word, positions left out; of flows, whose
particles are on the sphere. By the readout it is the probability that the last layer's readout gives at the particle:
in a causal text what comes next.`,
});
