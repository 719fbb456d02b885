/**
 * What attention alone costs: the particle flow and a standard pre-norm transformer with MLPs of the
 * same number of parameters, trained by the same trainer on the same steps of the same texts, and
 * measured on the same test texts. An interrupted comparison goes on where it was.
 *
 *   npm run build && node bench/standard.js OUT STEPS CONFIG CORPUS...
 */
import { readCorpus } from '../dist/host/corpus.js';
import { comparisonArguments, trained } from './compare.js';

const { out, config, corpora } = comparisonArguments('standard.js');
const { knots, dimension } = config.model;

/** The flow has 4 d² numbers a knot, a layer with MLP 4 d² + 2 d·hidden. */
function standardOf(layers) {
  const hidden = Math.round(((knots / layers - 1) * 4 * dimension) / 2);
  return { layers, hidden };
}

const NETWORKS = {
  flow: {},
  'standard-2': { standard: standardOf(2) },
  'standard-4': { standard: standardOf(4) },
};

const corpus = readCorpus(...corpora);
for (const [name, changes] of Object.entries(NETWORKS)) {
  const job = { out, name, corpus, held: 'test' };
  const model = { ...config.model, ...changes };
  const result = await trained({ ...job, config: { ...config, model } });
  const losses = Object.entries(result.natsPerToken).map(
    ([part, nats]) => `${part} ${nats.toFixed(4)} (perplexity ${Math.exp(nats).toFixed(2)})`,
  );
  const { parameters, steps, seconds } = result;
  console.log(
    `${name.padEnd(12)} ${parameters} parameters, ${steps} steps, ${(seconds / 60).toFixed(0)} min: ${losses.join(', ')}`,
  );
}
