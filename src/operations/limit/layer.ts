/** `limit layer`: one layer alone, as a flow to any time or repeated. */
import { particleCount } from '../../language/layout.ts';
import { layerFlow, layerFlowSchema, layerWork } from '../../limits/layer/layer.ts';
import { layerReport } from '../../limits/layer/report.ts';
import { LimitError } from '../../numerics/errors.ts';
import { operation } from '../operation.ts';
import { atMost } from '../options.ts';

/** Of a server: products of weights and numbers of states; about half a minute. */
const MOST_PRODUCTS = 2e11;

export default operation({
  summary:
    'one layer alone, as an autonomous flow to any time or repeated: clusters of directions, lengths, and what it tends to',
  library: ['layerFlow'],
  subject: 'any text',
  options: layerFlowSchema,
  served: layerFlowSchema.extend({
    maximumSteps: atMost(10_000, layerFlowSchema.shape.maximumSteps, 500),
    moments: atMost(200, layerFlowSchema.shape.moments),
    surrogates: atMost(20, layerFlowSchema.shape.surrogates),
  }),
  admit(options, { model, text }) {
    if (!model.network) return;
    const n = particleCount(model, text, options.coupling);
    const work = n * layerWork(model.network, options);
    if (work > MOST_PRODUCTS)
      throw new LimitError(
        options.scheme === 'layer' ? 'time' : 'maximumSteps',
        `this may take ${work.toExponential(1)} products of numbers of ${n} tokens, expected at most ${MOST_PRODUCTS.toExponential(0)}: ask for fewer steps or a shorter text, or use the command line`,
      );
  },
  counted: 'time',
  run: (options, context, { model, text }) => layerFlow(model, text, options, context),
  report: layerReport,
  examples: [
    '"The capital of France is" --model ./SmolLM2-135M --layer 30 --part attention --time 1e6',
    '"The capital of France is" --model ./SmolLM2-135M --layer 16 --out runs/layer',
    '"Paris is the capital of [MASK]." --model ./albert-base-v2 --scheme layer --time 1000',
  ],
  notes: `
The tokens begin in the layer's own frame of the text. With norms before the parts the flow is the sum of what the
parts add; with norms behind the sums it is layer(x) - x, which rests where the repeated layer does. Times are closer
at first, so that a flow whose states only grow can be followed to 1e6 and beyond in a hundred steps. Speed is |f|/|x|,
turning the sine of the angle between f and x; of each the largest of the tokens. What it tends to, by these rules in
turn: growing, where the median length at the end is 1.25 times the longest of the first half, along rays where turning
is within --angle; a fixed point, where speed is within --settled; periodic, where the state comes back to within
--settled of the way that it had gone; else not decided. Clusters are counted within --angle; those that last longest
between two merges are held against --surrogates clouds of the same mean and spectrum, as by survey: p.`,
});
