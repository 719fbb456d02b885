/**
 * How long a survey of 31 frames of 512 tokens of width 576 takes, without surrogates (cosines, both ranks, histograms,
 * trees) and with the default number for each cloud: as they are and centred, with the sink and without. States are
 * normal numbers about a common direction, the first token huge. Seconds of the clock and of the processors.
 *
 *   npm run build && node bench/survey.js [TOKENS WIDTH FRAMES]
 */
import { survey, surveySchema } from '../dist/diagnostics/survey/survey.js';
import { matrix } from '../dist/numerics/matrix.js';
import { random } from '../dist/numerics/random.js';

const SEED = 20261201;
const [tokens = 512, width = 576, frames = 31] = process.argv.slice(2).map(Number);

const statesOf = (frame) => {
  const draws = random(SEED, frame);
  const out = matrix(tokens, width);
  for (let k = 0; k < out.data.length; k++) out.data[k] = 1 + draws.gaussian();
  for (let j = 0; j < width; j++) out.data[j] *= 100;
  return out;
};

const input = Array.from({ length: frames }, (_, k) => ({ states: statesOf(k), heads: null }));
for (const surrogates of [0, surveySchema.parse({}).surrogates]) {
  const begun = performance.now();
  const used = process.cpuUsage();
  survey(input, { surrogates });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(used);
  console.log(
    `${frames} frames, ${tokens} tokens of ${width} numbers, ${surrogates} surrogates: ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} of processors`,
  );
}
