/**
 * Small experiments for the choices of a model: variants of a config, each trained for as many steps of the
 * same texts and measured on the validation texts (never the test texts). Prints a table; vocabularies
 * differ, so bits per byte compare. An interrupted comparison goes on where it was.
 *
 *   npm run build && node bench/choices.js OUT STEPS CONFIG CORPUS...
 *   ONLY=base,wide node bench/choices.js …
 */
import { readCorpus } from '../dist/host/corpus.js';
import { comparisonArguments, trained } from './compare.js';

const { out, config, corpora } = comparisonArguments('choices.js');
const { model, optimiser, blanks } = config;

const VARIANTS = {
  base: {},
  narrow: { model: { ...model, dimension: 128 } },
  wide: { model: { ...model, dimension: 256 } },
  'half the heads': { model: { ...model, heads: model.heads / 2 } },
  'twice the heads': { model: { ...model, heads: model.heads * 2 } },
  '3 knots': { model: { ...model, knots: 3 } },
  '9 knots': { model: { ...model, knots: 9 } },
  'horizon 3': { model: { ...model, horizon: 3 } },
  'horizon 12': { model: { ...model, horizon: 12 } },
  'L = 3 at first': { depths: [{ until: 1, layers: [3] }] },
  'L = 8': { depths: [{ until: 1, layers: [8] }] },
  tied: { model: { ...model, tied: true } },
  'a tenth left out': { dropout: 0.1 },
  'vocabulary of 3000': { vocabularySize: 3000 },
  'vocabulary of 10000': { vocabularySize: 10000 },
  'half the learning rate': {
    optimiser: { ...optimiser, learningRate: optimiser.learningRate / 2 },
  },
  'twice the learning rate': {
    optimiser: { ...optimiser, learningRate: optimiser.learningRate * 2 },
  },
  muon: { optimiser: { ...optimiser, muon: { momentum: 0.95 } } },
  'muon at half the learning rate': {
    optimiser: { ...optimiser, learningRate: optimiser.learningRate / 2, muon: { momentum: 0.95 } },
  },
  'muon at twice the learning rate': {
    optimiser: { ...optimiser, learningRate: optimiser.learningRate * 2, muon: { momentum: 0.95 } },
  },
  'blanks weigh half': { blanks: { ...blanks, weight: 0.5 } },
  'whole softmax': { output: undefined },
};

const only = process.env.ONLY?.split(',');
const chosen = Object.entries(VARIANTS).filter(([name]) => !only || only.includes(name));
const corpus = readCorpus(...corpora);
const texts = corpus.parts.filter(({ kind }) => kind === 'text').map(({ name }) => name);

const cells = (row) => `| ${row.join(' | ')} |`;
console.log(
  cells(['choice', 'parameters', ...texts.map((name) => `bits a byte, ${name}`), 'minutes']),
);
console.log(cells(['---', ...texts.map(() => '---'), '---', '---']));
for (const [name, changes] of chosen) {
  const job = { out, name: name.replaceAll(/\W+/g, '-'), corpus, held: 'validation' };
  const result = await trained({ ...job, config: { ...config, ...changes } });
  const bits = texts.map((text) => result.bitsPerByte[text].toFixed(4));
  console.log(cells([name, result.parameters, ...bits, (result.seconds / 60).toFixed(1)]));
}
