/** What comparisons of trained networks share: one run after the other, each kept, so that one goes on where it was. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainAndMeasure } from '../dist/host/training/run.js';

/** The result of a run of `steps` steps in OUT/NAME, new or kept; `held` says on which texts. */
export async function trained({ out, name, config, corpus, held }) {
  const folder = join(out, name);
  const resultFile = join(folder, 'result.json');
  if (!existsSync(resultFile)) {
    const job = {
      corpus,
      config: JSON.stringify(config),
      out: folder,
      resume: existsSync(join(folder, 'training', 'state.safetensors')),
      overwrite: true,
      onProgress: ({ step, causal, tokensPerSecond }) => {
        if (step % 100 === 0)
          console.error(
            `${name} ${step}/${config.steps} ${causal.toFixed(3)} ${tokensPerSecond | 0}/s`,
          );
      },
    };
    const result = await trainAndMeasure(job, held);
    mkdirSync(folder, { recursive: true });
    writeFileSync(resultFile, `${JSON.stringify({ name, ...result }, null, 2)}\n`);
  }
  return JSON.parse(readFileSync(resultFile, 'utf8'));
}

/** OUT STEPS CONFIG CORPUS... of the command line, or its usage. */
export function comparisonArguments(script) {
  const [out, steps, configFile, ...corpora] = process.argv.slice(2);
  if (corpora.length === 0) {
    console.error(`usage: node bench/${script} OUT STEPS CONFIG CORPUS...`);
    process.exit(2);
  }
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  return { out, config: { ...config, steps: Number(steps) }, corpora };
}
