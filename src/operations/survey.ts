/** `survey`: what can be said of a real model's states, frame by frame. */
import { textSurveyReport } from '../language/survey-report.ts';
import { surveyText, surveyTextBy, surveyTextSchema } from '../language/survey-text.ts';
import { LimitError } from '../numerics/errors.ts';
import { operation } from './operation.ts';
import { atMost } from './options.ts';

/** Of a text that a server surveys: the time of its surrogates grows with their square. */
const MOST_TOKENS = 256;

export default operation({
  summary:
    'sinks, cosines, effective ranks and clusters against chance of a text’s states, frame by frame, with the sinks and without',
  library: ['surveyText'],
  subject: 'any text',
  options: surveyTextSchema,
  served: surveyTextSchema.extend({
    surrogates: atMost(20, surveyTextSchema.shape.surrogates),
  }),
  admit({ coupling }, { model, text }) {
    const { length } = model.layOut(text, coupling).tokens;
    if (length > MOST_TOKENS)
      throw new LimitError(
        'text',
        `the text has ${length} tokens, expected at most ${MOST_TOKENS} of a server: shorten it, or use the command line`,
      );
  },
  framed: true,
  counted: 'frames',
  run: (options, { surveyed }, { model, text }) =>
    surveyed ? surveyTextBy(surveyed, model, text, options) : surveyText(model, text, options),
  report: textSurveyReport,
  examples: [
    '"My favourite animal is the butterfly." --model ./SmolLM2-135M',
    '"Mein Lieblingstier ist der Schmetterling." --model ./gemma-3-270m --reference "Heute ist das Wetter schön." --out runs/survey',
  ],
  notes: `
A sink is a token whose norm is over --sink-norm times the median of its frame, or that receives over --sink-attention
times 1/n of the attention of all later rows; each number is told with all tokens and without the sinks, the centred ones in
the files. Clusters are those of single linkage that last longest between two merges; surrogates are clouds of the same
mean and spectrum, turned at random, and p is the share of them, the text itself included, whose clusters last as long.
Frame 0 is before the first layer. --threads is also how many frames of long texts are surveyed at once, all cores by
default; the numbers do not change.`,
});
