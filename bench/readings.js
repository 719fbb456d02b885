/**
 * How much the sentence should weigh beside the blank's own reading, and over how many answers: words taken
 * out of validation texts (never the test texts), guessed with each share of the sentence. Prints a table.
 *
 *   npm run build && node bench/readings.js MODEL TEXTS de.txt.gz en.txt.gz
 */
import { readCorpus } from '../dist/host/corpus.js';
import { readModel } from '../dist/host/models.js';
import { random } from '../dist/index.js';
import { guessRecord } from '../dist/language/evaluation/guesses.js';
import { textBlanks } from '../dist/language/evaluation/word-blanks.js';
import { fillBlank } from '../dist/language/fill.js';
import { pool, WEIGHED } from '../dist/language/readings.js';
import { plainTextSchema, prepareTexts } from '../dist/language/training/plain-text.js';
import { shuffled } from '../dist/language/training/shuffle.js';

const SEED = 7;
const SHARES = [0, 0.25, 0.5, 0.75, 1];
const COUNTS = [10, 20, WEIGHED];
/** The last place that counts. */
const LAST = 10;

const [name, count, ...files] = process.argv.slice(2);
if (!(Number(count) > 0) || files.length === 0) {
  console.error('usage: node bench/readings.js MODEL TEXTS TEXTFILE...');
  process.exit(2);
}
const model = readModel(name);
const { determiners, training } = model.config;
const settings = plainTextSchema.parse(training.config?.plainText ?? {});

const cells = (row) => `| ${row.join(' | ')} |`;
const columns = ['blanks', 'weighed', 'share', 'top 1', 'top 5', 'top 10', 'MRR', 'ECE'];
console.log(cells(columns));
console.log(cells(columns.map(() => '---')));
for (const { name: file, lines } of readCorpus(...files).parts) {
  const { validation } = prepareTexts(lines, settings).parts;
  const order = [...shuffled(validation.length, random(SEED))].slice(0, Number(count));
  const blanks = order.map((place, i) =>
    textBlanks(validation[place], determiners, random(SEED, i)),
  );
  for (const kind of ['end', 'inside']) {
    const asked = blanks.map((one) => one[kind]).filter((one) => one !== null);
    const read = asked.map(readTwice);
    for (const weighed of COUNTS)
      for (const share of SHARES) {
        const record = guessRecord(read.map((one) => guessWith(one, weighed, share)));
        const { top1, top5, top10, mrr, ece } = record;
        const shares = [top1, top5, top10].map((part) => `${(100 * part).toFixed(1)} %`);
        const place = `${file}, ${kind === 'end' ? 'at the end' : 'inside'}: ${record.count}`;
        console.log(cells([place, weighed, share, ...shares, mrr.toFixed(3), ece.toFixed(3)]));
      }
  }
}

/** The answers weighed by both readings, those first that the blank finds likeliest. */
function readTwice({ text, word }) {
  const asked = { reading: 'both', top: WEIGHED, maximumUnexplored: 1 };
  const { predictions } = fillBlank(model, text, asked);
  return { word, answers: predictions.sort((a, b) => b.readings.blank - a.readings.blank) };
}

/** The guess where the first `weighed` of them are pooled with this share of the sentence. */
function guessWith({ word, answers }, weighed, share) {
  const some = answers.slice(0, weighed);
  const blank = Float64Array.from(some, ({ readings }) => readings.blank);
  const logSentence = Float64Array.from(some, ({ readings }) => Math.log(readings.sentence));
  const { scores } = pool(blank, logSentence, share);
  const sorted = some
    .map(({ tokenStr }, i) => ({ answer: tokenStr, score: scores[i] }))
    .sort((a, b) => b.score - a.score);
  const place = sorted.findIndex(({ answer }) => answer === word);
  return {
    rank: place < 0 || place >= LAST ? Number.POSITIVE_INFINITY : place + 1,
    confidence: sorted[0]?.score ?? 0,
    answers: sorted.map(({ answer }) => answer),
  };
}
