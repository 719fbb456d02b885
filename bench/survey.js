/**
 * How long a survey of 31 frames of 512 tokens of width 576 takes, without surrogates (cosines, both ranks, histograms,
 * trees) and with the default number for each cloud: as they are and centred, with the sink and without. On one thread
 * and, as the command does it, on all. States are normal numbers about a common direction, the first token huge.
 * First histograms and trees alone, plain and centred, by the functions that a survey makes them with.
 * Seconds of the clock and of the processors; with the folder of another build what its survey takes in the same run.
 *
 *   npm run build && node bench/survey.js [TOKENS WIDTH FRAMES [OTHER/dist]]
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { singleLinkage } from '../dist/diagnostics/clusters.js';
import { centred, directionsOf } from '../dist/diagnostics/survey/directions.js';
import { BINS, survey, surveyBy, surveySchema } from '../dist/diagnostics/survey/survey.js';
import { surveyThreads } from '../dist/host/survey-threads.js';
import { matrix } from '../dist/numerics/matrix.js';
import { random } from '../dist/numerics/random.js';
import { gram } from '../dist/numerics/spectrum.js';
import { histogram } from '../dist/numerics/statistics.js';

const SEED = 20261201;
const [tokens = 512, width = 576, frames = 31] = process.argv.slice(2, 5).map(Number);
const other = process.argv[5];
const before =
  other && (await import(`file://${resolve(other)}/diagnostics/survey/survey.js`)).survey;

const statesOf = (frame) => {
  const draws = random(SEED, frame);
  const out = matrix(tokens, width);
  for (let k = 0; k < out.data.length; k++) out.data[k] = 1 + draws.gaussian();
  for (let j = 0; j < width; j++) out.data[j] *= 100;
  return out;
};

const input = Array.from({ length: frames }, (_, k) => ({ states: statesOf(k), heads: null }));

async function onThreads(settings) {
  const { surveyed, close } = surveyThreads();
  const found = await surveyBy(surveyed, input, settings);
  await close();
  return found;
}

const WAYS = [
  ['one thread', (settings) => survey(input, settings)],
  [`${availableParallelism()} threads`, onThreads],
  ...(before ? [['the other build', (settings) => before(input, settings)]] : []),
];

/** Pairs of a cloud by inner product, and its tree. */
function drawn(directions) {
  const { rows: n, data } = gram(directions);
  const pairs = new Float64Array((n * (n - 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) pairs[next++] = data[i * n + j];
  histogram(pairs, [-1, 1], BINS);
  singleLinkage(n, (one, others, out) => {
    for (let k = 0; k < others.length; k++) out[k] = -data[one * n + others[k]];
  });
}

function drawings() {
  for (const [k, { states }] of input.entries()) {
    const { directions } = directionsOf(states, k);
    drawn(directions);
    drawn(centred(directions));
  }
}

async function timed(name, run) {
  const begun = performance.now();
  const used = process.cpuUsage();
  await run();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(used);
  console.log(
    `  ${name.padEnd(16)} ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} of processors`,
  );
}

console.log(`${frames} frames, ${tokens} tokens of ${width} numbers`);
await timed('drawings alone', drawings);
for (const surrogates of [0, surveySchema.parse({}).surrogates]) {
  console.log(`with ranks and ${surrogates} surrogates`);
  for (const [name, run] of WAYS) await timed(name, () => run({ surrogates }));
}
