/** `evaluate`: what a model knows of a world, against the world's exact law and simple baselines. */
import { Command } from 'commander';
import type { Evaluation } from '../../language/evaluation/evaluate.ts';
import { numberIfOne } from '../flags.ts';
import { printJson, printLines, standardScreen, table } from '../terminal.ts';

interface EvaluateFlags {
  readonly model?: string;
  readonly corpus: string;
  readonly texts?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  schmetterling evaluate --model lieblingstier --corpus data/worlds/lieblingstier
  schmetterling evaluate --corpus data/worlds/lieblingstier --texts 200 --json > numbers.json`;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('held-out numbers of a model against the exact law of a world')
    .option('--model <name>', 'name of an installed model, or the path of a model folder')
    .requiredOption('--corpus <folder>', 'the folder of a world, such as data/worlds/lieblingstier')
    .option('--texts <count>', 'texts to draw (default: 1000, fewer for the slow parts)')
    .option('--seed <number>', 'seed of the held-out texts')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(evaluate);
}

async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { evaluationSettings, evaluateModel } = await import(
    '../../language/evaluation/evaluate.ts'
  );
  const settings = evaluationSettings({
    texts: numberIfOne(flags.texts),
    seed: numberIfOne(flags.seed),
  });
  const { readCorpus } = await import('../../host/corpus.ts');
  const { readModel } = await import('../../host/models.ts');
  const { parseWorld } = await import('../../language/world/grammar.ts');
  const world = parseWorld(readCorpus(flags.corpus));
  const model = readModel(flags.model);
  const begun = performance.now();
  const result = evaluateModel(model, world, settings, (stage) => console.error(`… ${stage}`));
  const seconds = (performance.now() - begun) / 1000;
  if (flags.json) return printJson({ ...result, seconds });
  printLines(summary(result));
}

function summary(result: Evaluation): string[] {
  const { exact_entropy: exact, depths, next_words: next, blanks, baselines } = result;
  const over = (nats: number) => `${(100 * (nats / exact - 1)).toFixed(2)} %`;
  const rows = [
    ['', 'nats a text', 'over exact'],
    ['exact entropy', exact.toFixed(3), ''],
    ['model', result.nats_per_text.toFixed(3), over(exact + result.excess.mean)],
    ...Object.entries(depths).map(([depth, { nats_per_text: nats }]) => [
      `  L = ${depth}`,
      nats.toFixed(3),
      over(nats),
    ]),
    [
      '  uniform attention',
      result.uniform_attention.nats_per_text.toFixed(3),
      over(result.uniform_attention.nats_per_text),
    ],
    [
      '  lens at layer 0',
      result.lens_at_layer_0.mean.toFixed(3),
      over(result.lens_at_layer_0.mean),
    ],
    [
      '5-gram',
      baselines.kneser_ney_5.nats_per_text.toFixed(3),
      over(baselines.kneser_ney_5.nats_per_text),
    ],
  ];
  return [
    ...table(standardScreen(), rows),
    `log p(grammar) − log p(model): ${result.excess.mean.toFixed(3)} ± ${result.excess.standard_error.toFixed(3)} nats a text`,
    `next words below 1 nat: KL ${next.kl.mean.toFixed(4)} ± ${next.kl.standard_error.toFixed(4)} over ${next.places} places`,
    `blanks: total variation ${blanks.total_variation.mean.toFixed(3)} ± ${blanks.total_variation.standard_error.toFixed(3)}, top 1 ${blanks.top1.toFixed(3)}, top 5 ${blanks.top5.toFixed(3)}, mrr ${blanks.mrr.toFixed(3)}`,
  ];
}
