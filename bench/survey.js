/**
 * How long a survey of 31 frames of 512 tokens of width 576 takes, without surrogates (cosines, both ranks, histograms,
 * trees) and with the default number for each cloud: as they are and centred, with the sink and without. On one thread
 * and, as the command does it, on all. States are normal numbers about a common direction, the first token huge.
 * Seconds of the clock and of the processors; with the folder of another build what its survey takes in the same run.
 *
 *   npm run build && node bench/survey.js [TOKENS WIDTH FRAMES [OTHER/dist]]
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { survey, surveyBy, surveySchema } from '../dist/diagnostics/survey/survey.js';
import { surveyThreads } from '../dist/host/survey-threads.js';
import { matrix } from '../dist/numerics/matrix.js';
import { random } from '../dist/numerics/random.js';

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

for (const surrogates of [0, surveySchema.parse({}).surrogates]) {
  console.log(`${frames} frames, ${tokens} tokens of ${width} numbers, ${surrogates} surrogates`);
  for (const [name, run] of WAYS) {
    const begun = performance.now();
    const used = process.cpuUsage();
    await run({ surrogates });
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(used);
    console.log(
      `  ${name.padEnd(16)} ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} of processors`,
    );
  }
}
