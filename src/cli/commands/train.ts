/** `train`: a model from a corpus and a config, with a progress bar; interrupted runs go on with --resume. */
import { join } from 'node:path';
import { Command } from 'commander';
import type { TrainingProgress } from '../../host/training/run.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { standardScreen } from '../terminal.ts';

interface TrainFlags {
  readonly corpus: string;
  readonly config: string;
  readonly out: string;
  readonly resume?: boolean;
}

const HELP = `
Examples:
  schmetterling train --corpus data/worlds/lieblingstier --config data/training/lieblingstier.json --out runs/mine
  schmetterling train --corpus data/worlds/lieblingstier --config data/training/lieblingstier.json --out runs/mine --resume

The state is saved every few minutes; after an interruption, even kill -9, the same command with
--resume goes on with the same losses. They stand in OUT/training/losses.csv.`;

export function trainCommand(): Command {
  return new Command('train')
    .description('trains a model and writes its folder')
    .requiredOption('--corpus <folder>', 'the folder of a world, such as data/worlds/lieblingstier')
    .requiredOption('--config <file>', 'the choices of the run, as JSON')
    .requiredOption('--out <folder>', 'the folder of the new model')
    .option('--resume', 'go on with the interrupted run in --out')
    .addHelpText('after', HELP)
    .action(train);
}

async function train({ corpus, config, out, resume = false }: TrainFlags): Promise<void> {
  const { readFileSync } = await import('node:fs');
  const { readable } = await import('../../host/files.ts');
  const { readCorpus } = await import('../../host/corpus.ts');
  const { trainModel } = await import('../../host/training/run.ts');
  const bar = await progressBar();
  const job = {
    corpus: readCorpus(corpus),
    config: readable('config', config, (path) => readFileSync(path, 'utf8')),
    out,
    resume,
    onProgress: bar.update,
  };
  const model = await trainModel(job).finally(bar.stop);
  console.error(`${model.config.name}: written to ${out}`);
  await measure(model, job.corpus, out);
}

/** Texts of the evaluation at the end; \`evaluate\` takes more. */
const EVALUATION_TEXTS = 100;

/** Holds the new model against the exact law of its world, on the screen and in OUT/evaluation.json. */
async function measure(
  model: LanguageModel,
  corpus: Record<string, string>,
  out: string,
): Promise<void> {
  const { evaluateModel, evaluationSettings } = await import(
    '../../language/evaluation/evaluate.ts'
  );
  const { parseWorld } = await import('../../language/world/grammar.ts');
  const { evaluationLines } = await import('../evaluation-text.ts');
  const { writeFileSafely } = await import('../../host/files.ts');
  const settings = evaluationSettings({ texts: EVALUATION_TEXTS });
  const result = evaluateModel(model, parseWorld(corpus), settings);
  writeFileSafely(join(out, 'evaluation.json'), `${JSON.stringify(result, null, 2)}\n`);
  for (const line of evaluationLines(standardScreen(), result)) console.error(line);
}

/** On a terminal a bar, elsewhere a line every hundred steps; both on stderr. */
async function progressBar() {
  if (!process.stderr.isTTY) return { update: logLine, stop: () => {} };
  const { SingleBar } = (await import('cli-progress')).default;
  const bar = new SingleBar({
    format: '{bar} {value}/{total}  loss {loss}  {speed} tokens/s  {left} left',
    stream: process.stderr,
    hideCursor: true,
  });
  let started = false;
  return {
    update(progress: TrainingProgress) {
      if (!started) bar.start(progress.steps, 0);
      started = true;
      bar.update(progress.step, shown(progress));
    },
    stop: () => bar.stop(),
  };
}

function shown({ causal, blank, tokensPerSecond, secondsLeft }: TrainingProgress) {
  return {
    loss: `${causal.toFixed(3)} nats/token, blanks ${blank.toFixed(3)}`,
    speed: tokensPerSecond.toFixed(0),
    left: `${Math.floor(secondsLeft / 60)} min ${Math.round(secondsLeft % 60)} s`,
  };
}

function logLine(progress: TrainingProgress): void {
  if (progress.step % 100 !== 0 && progress.step !== progress.steps) return;
  const { loss, speed, left } = shown(progress);
  console.error(
    `step ${progress.step}/${progress.steps}  loss ${loss}  ${speed} tokens/s  ${left} left`,
  );
}
