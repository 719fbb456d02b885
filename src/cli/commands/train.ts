/** `train`: a model from a corpus and a config, with a progress bar; interrupted runs go on with --resume. */
import { join } from 'node:path';
import { Command } from 'commander';
import type { Corpus } from '../../host/corpus.ts';
import type { PartRecord } from '../../host/training/preparation.ts';
import type { TrainingProgress } from '../../host/training/run.ts';
import type { OwnModel } from '../../language/own-model.ts';
import { standardScreen } from '../terminal.ts';
import type { EvaluatedPart } from './evaluate.ts';

interface TrainFlags {
  readonly corpus: string[];
  readonly config: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly interim?: boolean;
  readonly overwrite?: boolean;
  readonly from?: string;
}

const HELP = `
Examples:
  schmetterling train --corpus data/worlds/lieblingstier --config data/training/lieblingstier.json --out runs/mine
  schmetterling train --corpus data/worlds/lieblingstier --config data/training/lieblingstier.json --out runs/mine --resume
  schmetterling train --corpus sentences.txt --config data/training/alltag.json --out runs/mine
  schmetterling train --corpus sentences.txt --from alltag --config data/training/alltag.json --out runs/mine
  schmetterling train --corpus de.txt.gz:0.45 en.txt.gz:0.45 data/worlds/lieblingstier:0.1 --config data/training/alltag.json --out runs/mine

A text file is UTF-8, plain or packed by gzip. Groups of near-duplicate lines are held out for
validation and test; lines too long for the positions are skipped. A weight is a share of the texts.
With --from the vocabulary is that model's, whose shape (model.dimension, heads, …) the config must have.
A config with model.standard ({"layers": 2, "hidden": 576}) trains a standard transformer with MLPs.

The state is saved every few minutes and at Ctrl-C; after an interruption, even kill -9, the same command
with --resume goes on with the same losses. They stand in OUT/training/losses.csv.`;

export function trainCommand(): Command {
  return new Command('train')
    .description('trains a model and writes its folder')
    .requiredOption(
      '--corpus <path...>',
      'a text file with one sentence a line, or the folder of a world; several, as path:weight, are mixed',
    )
    .requiredOption('--config <file>', 'the choices of the run, as JSON')
    .requiredOption('--out <folder>', 'the folder of the new model')
    .option('--from <model>', 'a model to start from, by name or folder, instead of at random')
    .option('--resume', 'go on with the interrupted run in --out')
    .option(
      '--interim',
      'write the model of the interrupted run in --out as it is; --resume still goes on',
    )
    .option('--overwrite', 'replace the finished model in --out, when the new one is done')
    .addHelpText('after', HELP)
    .action(train);
}

async function train({
  corpus,
  config,
  out,
  resume = false,
  interim = false,
  overwrite = false,
  from,
}: TrainFlags): Promise<void> {
  const { readUtf8 } = await import('../../host/stdin.ts');
  const { readCorpus } = await import('../../host/corpus.ts');
  const { readTrained } = await import('../../host/models.ts');
  const { trainModel } = await import('../../host/training/run.ts');
  const bar = await progressBar();
  const ending = endedBySignal();
  const job = {
    corpus: readCorpus(...corpus),
    config: readUtf8(config, 'config'),
    out,
    resume: resume || interim,
    interim,
    overwrite,
    ...(from !== undefined && { from: readTrained(from, 'training') }),
    onProgress: bar.update,
    onPrepared(records: readonly PartRecord[]) {
      logPrepared(records);
      ending.wait();
    },
    signal: ending.signal,
    onNote: (note: string) => console.error(note),
    onWritten(model: OwnModel) {
      bar.stop();
      ending.ignore();
      console.error(`${model.config.name}: written to ${out}`);
      return measure(model, job.corpus, out);
    },
  };
  await trainModel(job).finally(() => {
    bar.stop();
    ending.ignore();
  });
}

/** Ctrl-C and SIGTERM: they end the process, or once it was told to wait the run behind its step; twice, both. */
function endedBySignal() {
  const ending = new AbortController();
  let waits = false;
  const end = () => {
    if (!waits || ending.signal.aborted) process.exit(130);
    ending.abort();
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, end);
  return {
    signal: ending.signal,
    wait() {
      waits = true;
    },
    ignore() {
      for (const name of names) process.off(name, end);
    },
  };
}

/** Texts of the evaluation at the end; `evaluate` takes more. */
const EVALUATION_TEXTS = 100;

/** Measures the new model on each part of its corpus, on the screen and in OUT/evaluation.json. */
async function measure(model: OwnModel, { parts }: Corpus, out: string): Promise<void> {
  const { evaluationSettings } = await import('../../language/evaluation/settings.ts');
  const { evaluatePart, evaluationDocument } = await import('./evaluate.ts');
  const { writeFileSafely } = await import('../../host/files.ts');
  const settings = evaluationSettings({ texts: EVALUATION_TEXTS, depths: ['ode'] });
  const evaluated: EvaluatedPart[] = [];
  for (const part of parts) {
    const one = await evaluatePart(model, part, settings);
    evaluated.push(one);
    for (const line of one.lines(standardScreen())) console.error(line);
  }
  const document = JSON.stringify(evaluationDocument(evaluated), null, 2);
  writeFileSafely(join(out, 'evaluation.json'), `${document}\n`);
}

/** What was taken of each part, where there is a file. */
function logPrepared(records: readonly PartRecord[]): void {
  if (records.every(({ kind }) => kind === 'world')) return;
  for (const { name, kind, share, ...counts } of records) {
    const used =
      kind === 'world'
        ? 'a world'
        : `${counts.training} texts to train on, ${counts.validation} + ${counts.test} held out, ${counts.left_out} left out, ${counts.too_long} too long`;
    console.error(`${name}: ${used}, ${(100 * share).toFixed(1)} % of the texts`);
  }
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
