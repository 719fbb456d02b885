/** Small inputs of a campaign. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawing } from './draw.js';

const PEOPLE = ['Tom', 'Anna', 'my brother', 'the neighbour'];
const VERBS = ['likes', 'paints', 'sells', 'remembers'];
const THINGS = ['apples', 'the piano', 'old books', 'the moon', 'bread'];
const ENDS = ['every winter', 'without a word', 'for the children', 'with great care', 'again'];
const PLACES = ['in Rome', 'near the sea', 'at night', 'on Sundays', 'under a tree'];

const CONFIG = {
  name: 'tiny',
  seed: 4,
  workers: 2,
  steps: 30,
  texts: 4,
  model: {
    ...{ dimension: 8, heads: 2, knots: 3, horizon: 2, slots: 4, maximumPositions: 48, depth: 3 },
  },
  depths: [
    { until: 0.5, layers: [1, 2] },
    { until: 1, layers: [3] },
  ],
  optimiser: {
    ...{ learningRate: 0.03, warmup: 3, floor: 0.1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 },
    ...{ weightDecay: 0.01, clip: 1 },
  },
  blanks: { weight: 0.7, most: 2, cutAtBlank: 0.3, cutAnywhere: 0.2 },
  vocabularyTexts: 200,
  // a state at every step
  checkpointMinutes: 1e-9,
};

/** A text to train on and its config, as flags of `train`. */
export function trainingFlags(folder, changes = {}) {
  const { pick } = drawing(1);
  const sentences = Array.from(
    { length: 600 },
    () => `${pick(PEOPLE)} ${pick(VERBS)} ${pick(THINGS)} ${pick(PLACES)} ${pick(ENDS)}.`,
  );
  const [corpus, config] = ['sentences.txt', 'config.json'].map((name) => join(folder, name));
  writeFileSync(corpus, `${sentences.join('\n')}\n`);
  writeFileSync(config, JSON.stringify({ ...CONFIG, ...changes }));
  return ['--corpus', corpus, '--config', config];
}

/** Points on a circle as CSV. */
export function pointsCsv(count) {
  const line = (_, k) => `${Math.cos(k)},${Math.sin(k)}`;
  return `x,y\n${Array.from({ length: count }, line).join('\n')}\n`;
}
