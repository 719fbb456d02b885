/** `evaluate`: what a model knows of a world, against its exact law and simple baselines, or of held-out text. */
import { Command } from 'commander';
import type { Corpus } from '../../host/corpus.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import type { EvaluationSettings } from '../../language/evaluation/evaluate.ts';
import { numberIfOne } from '../flags.ts';
import { printJson, printLines, type Screen, standardScreen } from '../terminal.ts';

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
  schmetterling evaluate --corpus data/worlds/lieblingstier --texts 200 --json > numbers.json
  schmetterling evaluate --model runs/mine --corpus sentences.txt

Of a text file (one sentence a line, .txt or .txt.gz) only the test part is used, which training on the
same file leaves out; near-duplicates of a sentence are all in one part.`;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('held-out numbers of a model: against the exact law of a world, or of a text file')
    .option('--model <name>', 'name of an installed model, or the path of a model folder')
    .requiredOption(
      '--corpus <path>',
      'a text file, or the folder of a world such as data/worlds/lieblingstier',
    )
    .option('--texts <count>', 'texts to draw (default: 1000, fewer for the slow parts)')
    .option('--seed <number>', 'seed of the held-out texts')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(evaluate);
}

async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { evaluationSettings } = await import('../../language/evaluation/evaluate.ts');
  const settings = evaluationSettings({
    texts: numberIfOne(flags.texts),
    seed: numberIfOne(flags.seed),
  });
  const { readCorpus } = await import('../../host/corpus.ts');
  const { readModel } = await import('../../host/models.ts');
  const [part] = readCorpus(flags.corpus).parts;
  const model = readModel(flags.model);
  const begun = performance.now();
  const { result, lines } = await evaluatePart(model, part, settings, (stage) =>
    console.error(`… ${stage}`),
  );
  const seconds = (performance.now() - begun) / 1000;
  if (flags.json) return printJson({ ...result, seconds });
  printLines(lines(standardScreen()));
}

/** The numbers of a model on a part of a corpus, and how they are shown. */
export async function evaluatePart(
  model: LanguageModel,
  part: Corpus['parts'][number],
  settings: EvaluationSettings,
  onStage?: (stage: string) => void,
): Promise<{ result: object; lines: (screen: Screen) => string[] }> {
  const shown = await import('../evaluation-text.ts');
  if (part.kind === 'world') {
    const { evaluateModel } = await import('../../language/evaluation/evaluate.ts');
    const { parseWorld } = await import('../../language/world/grammar.ts');
    const result = evaluateModel(model, parseWorld(part.files), settings, onStage);
    return { result, lines: (screen) => shown.evaluationLines(screen, result) };
  }
  const { heldOutTexts } = await import('../../language/evaluation/held-out.ts');
  const { evaluateTexts } = await import('../../language/evaluation/texts.ts');
  onStage?.(`which of ${part.lines.length} lines are held out`);
  const { texts, split, trainedOn } = heldOutTexts(model, part);
  const result = evaluateTexts(model, texts, settings, onStage);
  return {
    result: { corpus: part.name, split, trained_on: trainedOn, ...result },
    lines: (screen) => shown.textEvaluationLines(screen, part.name, result),
  };
}
