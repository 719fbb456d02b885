/**
 * New sentences to train on, by larger transformers that had the same training texts and no others.
 * `encode` writes the training and validation texts of plain-text files as token ids of a model;
 * peers/teacher.py (torch, minutes on a large GPU) learns them and writes new texts as ids; `decode`
 * makes text files of those, for `train --corpus`. Needs the config that the split is made by.
 *
 *   npm run build && node bench/teacher.js encode DIR MODEL CONFIG de.txt.gz en.txt.gz
 *   python3 bench/peers/teacher.py DIR 555
 *   node bench/teacher.js decode DIR MODEL CONFIG de.txt.gz en.txt.gz
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readCorpus } from '../dist/host/corpus.js';
import { readFlow } from '../dist/host/models.js';
import { completions, parseOwnBlanks } from '../dist/language/evaluation/own-blanks.js';
import { createTokenizer } from '../dist/language/tokenizer.js';
import { normalised } from '../dist/language/training/near-duplicates.js';
import { plainTextSchema, prepareTexts } from '../dist/language/training/plain-text.js';

/** In the files of ids: 0 is no token, 1 ends a text, those of the vocabulary follow. */
const END = 1;
const FIRST = 2;
/** Of a text for the teacher, with its end. */
const MOST_TOKENS = 47;
/** Of a file: the exact search for near-duplicates takes a time that grows with the square of it. */
const MOST_LINES = 180_000;
/** Of the corpus, in words. */
const [SHORTEST, LONGEST] = [2, 20];

const [task, folder, modelFolder, configFile, ...files] = process.argv.slice(2);
const tasks = { encode, decode };
if (!(task in tasks) || files.length === 0) {
  console.error('usage: node bench/teacher.js encode|decode DIR MODEL CONFIG TEXT...');
  process.exit(2);
}
const { vocabulary } = readFlow(modelFolder).config;
const tokenizer = createTokenizer(vocabulary);
const settings = plainTextSchema.parse(JSON.parse(readFileSync(configFile, 'utf8')).plainText);
mkdirSync(folder, { recursive: true });
for (const { name, lines } of readCorpus(...files).parts)
  tasks[task](name.split('.')[0], prepareTexts(lines, settings).parts);

function encode(name, parts) {
  for (const part of ['training', 'validation']) {
    const texts = parts[part].map((text) => tokenizer.encodeIds(text));
    const fitting = texts.filter((ids) => ids.length < MOST_TOKENS);
    const ids = fitting.flatMap((ids) => [...ids.map((id) => id + FIRST), END]);
    writeFileSync(join(folder, `${name}.${part}.u16`), Uint16Array.from(ids));
    console.log(`${name}, ${part}: ${fitting.length} texts of ${texts.length}`);
  }
}

/** What is word for word a held-out text or a sentence of the evaluation is left out: nothing measured was trained on. */
function decode(name, { validation, test }) {
  const heldOut = new Set([...validation, ...test, ...ownSentences()].map(normalised));
  const written = readIds(join(folder, `${name}.written.u16`)).map(tokenizer.decodeStrict);
  const usable = written.filter((text) => text && hasFittingLength(text) && !/\p{Cc}/u.test(text));
  const kept = usable.filter((text) => !heldOut.has(normalised(text)));
  console.log(
    `${name}: ${written.length} written, ${kept.length} kept, ${usable.length - kept.length} of them held out`,
  );
  for (let file = 0; file * MOST_LINES < kept.length; file++) {
    const lines = kept.slice(file * MOST_LINES, (file + 1) * MOST_LINES);
    writeFileSync(
      join(folder, `${name}-written-${file + 1}.txt.gz`),
      gzipSync(`${lines.join('\n')}\n`),
    );
  }
}

/** The hand-written sentences with each of their answers. */
function ownSentences() {
  const file = fileURLToPath(new URL('../data/evaluation/alltag.json', import.meta.url));
  return Object.values(parseOwnBlanks(readFileSync(file, 'utf8'), file))
    .flat()
    .flatMap(completions);
}

function hasFittingLength(text) {
  const words = normalised(text).trim().split(' ').length;
  return words >= SHORTEST && words <= LONGEST;
}

/** The texts of a file as ids of the vocabulary. */
function readIds(file) {
  if (!existsSync(file)) {
    console.error(`there is no ${file}: run bench/peers/teacher.py first`);
    process.exit(2);
  }
  const ids = new Uint16Array(new Uint8Array(readFileSync(file)).buffer);
  const texts = [];
  for (let from = 0, at = 0; at < ids.length; at++)
    if (ids[at] === END) {
      texts.push(Array.from(ids.subarray(from, at), (id) => id - FIRST));
      from = at + 1;
    }
  return texts;
}
