/** `evaluate`: what a model knows of a world, against the world's exact law and simple baselines. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';

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
  const { evaluationLines } = await import('../evaluation-text.ts');
  printLines(evaluationLines(standardScreen(), result));
}
