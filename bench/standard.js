/**
 * What attention alone costs: the particle flow and a standard pre-norm transformer with MLPs of the
 * same number of parameters, trained by the same trainer on the same steps of the same texts, and
 * measured on the same test texts. An interrupted comparison goes on where it was.
 *
 *   npm run build && node bench/standard.js OUT STEPS CONFIG CORPUS...
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCorpus } from '../dist/host/corpus.js';
import { trainAndMeasure } from '../dist/host/training/run.js';

const [out, steps, configFile, ...corpora] = process.argv.slice(2);
if (corpora.length === 0) {
  console.error('usage: node bench/standard.js OUT STEPS CONFIG CORPUS...');
  process.exit(2);
}
const config = JSON.parse(readFileSync(configFile, 'utf8'));
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
const rows = [];
for (const [name, changes] of Object.entries(NETWORKS)) {
  const folder = join(out, name);
  const resultFile = join(folder, 'result.json');
  if (!existsSync(resultFile)) {
    const model = { ...config.model, ...changes };
    const result = await trainAndMeasure({
      corpus,
      config: JSON.stringify({ ...config, steps: Number(steps), model }),
      out: folder,
      resume: existsSync(join(folder, 'training', 'state.safetensors')),
      onProgress: ({ step, causal, tokensPerSecond }) => {
        if (step % 100 === 0)
          console.error(`${name} ${step}/${steps} ${causal.toFixed(3)} ${tokensPerSecond | 0}/s`);
      },
    });
    mkdirSync(folder, { recursive: true });
    writeFileSync(resultFile, `${JSON.stringify({ name, ...changes, ...result }, null, 2)}\n`);
  }
  rows.push(JSON.parse(readFileSync(resultFile, 'utf8')));
}
for (const { name, parameters, steps, seconds, natsPerToken } of rows) {
  const losses = Object.entries(natsPerToken).map(
    ([part, nats]) => `${part} ${nats.toFixed(4)} (perplexity ${Math.exp(nats).toFixed(2)})`,
  );
  console.log(
    `${name.padEnd(12)} ${parameters} parameters, ${steps} steps, ${(seconds / 60).toFixed(0)} min: ${losses.join(', ')}`,
  );
}
