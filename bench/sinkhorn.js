/**
 * Softmax against Sinkhorn in a trained model: two small models, alike but for the coupling, trained by the
 * command's own trainer on the same steps of the same texts of the grammar world. Each is then run with both
 * couplings on the same unseen texts with a blank. Prints a table; a finished model in OUT is not trained again.
 *
 *   npm run build && node bench/sinkhorn.js OUT
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCorpus } from '../dist/host/corpus.js';
import { readFlow } from '../dist/host/models.js';
import { trainModel } from '../dist/host/training/run.js';
import { evaluateBlank } from '../dist/language/evaluation/blanks.js';
import { textLoss } from '../dist/language/evaluation/causal.js';
import { FlowModel } from '../dist/language/flow-model.js';
import { trace } from '../dist/language/trace.js';
import { theta } from '../dist/language/transformer.js';
import { parseWorld } from '../dist/language/world/grammar.js';
import { sampleText } from '../dist/language/world/sample.js';
import { answerPlaces } from '../dist/language/world/symbols.js';
import { random } from '../dist/numerics/random.js';

const [out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node bench/sinkhorn.js OUT');
  process.exit(2);
}
const config = JSON.parse(readFileSync('data/training/couplings.json', 'utf8'));
const corpus = readCorpus('data/worlds/lieblingstier');
const world = parseWorld(corpus.parts[0].files);

/** The numbers of the table are means over so many texts. */
const TEXTS = 200;
/** Radians within which tokens are one cluster. */
const TOLERANCE = 0.5;
const SEED = 20261126;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const range = (count, value) => Array.from({ length: count }, (_, i) => value(i));

/** Mean and its standard error. */
function shown(values, digits = 3) {
  const middle = mean(values);
  const spread = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / values.length);
  return `${middle.toPrecision(digits)} ± ${spread.toPrecision(2)}`;
}

const stream = random(SEED);
const texts = range(TEXTS, () => sampleText(world, stream).text);
const blanked = texts.map((text) => {
  const places = answerPlaces(text, world.determiners);
  const { start, end } = places[stream.integer(places.length)];
  return `${text.slice(0, start)}__${text.slice(end)}`;
});

/** A model of OUT, trained unless it is there; begun anew where it was interrupted. */
async function trained(name, coupling) {
  const folder = join(out, name);
  if (!existsSync(join(folder, 'config.json'))) {
    const model = { ...config.model, ...(coupling && { coupling }) };
    await trainModel({
      corpus,
      out: folder,
      resume: existsSync(join(folder, 'training')),
      config: JSON.stringify({ ...config, name, model }),
      onProgress({ step, causal, blank }) {
        if (step % 100 === 0) console.error(name, step, causal.toFixed(3), blank.toFixed(3));
      },
    });
  }
  return readFlow(folder);
}

/** Mean row of a matrix. */
const centre = ({ rows, columns, data }) =>
  range(columns, (c) => mean(range(rows, (i) => data[i * columns + c])));

/** Σ_k row_k · w[k, c], over rows k from … to. */
const through = (row, { shape, data }, [from, to], [first, last]) =>
  range(last - first, (c) =>
    range(to - from, (k) => row[k] * data[(from + k) * shape[1] + first + c]).reduce(
      (a, b) => a + b,
      0,
    ),
  );

/**
 * |mean velocity − velocity of one token at the mean| over |mean velocity|: with columns of sum 1 the
 * mean of Σ_h O_h Σ_j A_ij V_h x_j over i is Σ_h O_h V_h x̄, whatever the couplings are.
 */
function meanDefect(model, { hiddenStates, attentions }, layer) {
  const { value, output } = theta(model, (layer + 0.5) / attentions.length);
  const x = hiddenStates[layer];
  const d = x.columns;
  const size = value.shape[1] / attentions[layer].length;
  const velocity = (weigh) =>
    attentions[layer]
      .map((a, h) => {
        const heard = centre(a).map(weigh);
        const place = range(d, (c) =>
          heard.reduce((sum, share, j) => sum + share * x.data[j * d + c], 0),
        );
        const columns = [h * size, (h + 1) * size];
        return through(through(place, value, [0, d], columns), output, columns, [0, d]);
      })
      .reduce((a, b) => a.map((one, c) => one + b[c]));
  const [all, off] = [velocity((share) => share), velocity((share) => share - 1 / x.rows)];
  return Math.hypot(...off) / Math.hypot(...all);
}

/** What one text's flow is like. */
function lookedAt(model, text, coupling) {
  const found = trace(model, text, { coupling });
  const { hiddenStates, diagnostics, clusters } = found;
  const last = hiddenStates.length - 1;
  const moved = centre(hiddenStates[last]).map((x, c) => x - centre(hiddenStates[0])[c]);
  const { members } = clusters[last].find(({ tolerance }) => tolerance === TOLERANCE);
  return {
    imbalance: mean(diagnostics.attention_imbalance.slice(1)),
    'mean velocity not of the mean': mean(range(last, (k) => meanDefect(model, found, k))),
    'drift of the mean': Math.hypot(...moved),
    'clusters a token': members.length / hiddenStates[0].rows,
    'mean cosine': diagnostics.cosine_mean[last],
  };
}

/** Nats of each blank by the model as it was trained. */
const own = [];
const cells = (row) => console.log(`| ${row.join(' | ')} |`);
const trainings = { softmax: 'full', sinkhorn: 'sinkhorn' };
for (const [name, trainedWith] of Object.entries(trainings)) {
  const model = await trained(name, trainedWith === 'full' ? undefined : trainedWith);
  const { depth, training } = model.config;
  const causal = shown(texts.map((text) => textLoss(model, text, depth).nats));
  console.log(
    `\n${name}: ${training.steps} steps, ${training.seconds.toFixed(0)} s, ${training.parameters} parameters, causal ${causal} nats a text`,
  );
  for (const coupling of Object.values(trainings)) {
    const run = new FlowModel({ ...model, config: { ...model.config, coupling } });
    const draw = random(SEED, 1);
    const blanks = texts.map((text) => evaluateBlank(run, world, text, depth, draw));
    const looked = blanked.map((text) => lookedAt(model, text, coupling));
    const nats = blanks.map((one) => one.nats);
    if (coupling === trainedWith) own.push(nats);
    cells([name, coupling, 'nats a blank', shown(nats)]);
    cells([name, coupling, 'total variation', shown(blanks.map((one) => one.totalVariation))]);
    for (const key of Object.keys(looked[0]))
      cells([name, coupling, key, shown(looked.map((one) => one[key]))]);
  }
}
const gains = own[1].map((nats, i) => nats - own[0][i]);
console.log(
  `\nSinkhorn less softmax, each as it was trained, on the same blanks: ${shown(gains)} nats`,
);
