/** `evaluate`: what a model knows of a world, against its exact law and simple baselines, or of held-out text. */
import { Command } from 'commander';
import type { CorpusPart } from '../../host/corpus.ts';
import { evaluationToJson } from '../../language/evaluation/json.ts';
import type { OwnBlanks } from '../../language/evaluation/own-blanks.ts';
import type { EvaluationSettings } from '../../language/evaluation/settings.ts';
import type { LanguageModel } from '../../language/model.ts';
import type { OwnModel } from '../../language/own-model.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions } from '../../numerics/options.ts';
import { MODEL_FLAG, numberIfOne, PRECISION_FLAG, readingOf, THREADS_FLAG } from '../flags.ts';
import { printJson, printLines, type Screen, standardScreen } from '../terminal.ts';

interface EvaluateFlags {
  readonly model?: string;
  readonly corpus?: string[];
  readonly blanks?: string;
  readonly depths?: string;
  readonly texts?: string;
  readonly seed?: string;
  readonly slots?: string;
  readonly precision?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  schmetterling evaluate --model lieblingstier --corpus data/worlds/lieblingstier
  schmetterling evaluate --model lieblingstier --corpus data/worlds/lieblingstier --texts 200 --json > numbers.json
  schmetterling evaluate --model runs/mine --corpus de.txt.gz en.txt.gz --depths 4,8,ode
  schmetterling evaluate --blanks data/evaluation/alltag.json
  schmetterling evaluate --model ../bert-base-german-cased --corpus mine.txt --blanks mine.json --slots 2

Of a text file (one sentence a line, .txt or .txt.gz) only the test part is used, which training on the
same file leaves out; near-duplicates of a sentence are all in one part. Numbers are of each corpus by
itself: give every language a file. Weights (path:weight) are read as train reads them, and change nothing.

Of a Hugging Face folder or a GGUF file the lines are taken as they are, --texts of them at random, with no part held back and no
n-grams beside: nats a token and a character. A causal model is asked for each token behind the ones before, the
first only where the tokenizer puts a token before the text; a masked one for each token masked alone, the others
seen (pseudo-log-likelihood, Salazar et al. 2020). Own sentences are ranked in its whole list: by --slots masks, for
answers of as many tokens; of a causal model blanks at the end. What cannot be asked is counted.`;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('held-out numbers of a model: against the exact law of a world, or of text files')
    .option(...MODEL_FLAG)
    .option(
      '--corpus <path...>',
      'text files, or folders of worlds such as data/worlds/lieblingstier',
    )
    .option('--blanks <file>', 'sentences with a blank and acceptable answers, as JSON')
    .option(
      '--depths <list>',
      'numbers of layers, and ode, of a flow (default: 4,6,8,16,32,64,ode)',
    )
    .option('--texts <count>', 'texts to draw (default: 1000, fewer for the slow parts)')
    .option('--seed <number>', 'seed of the held-out texts')
    .option(
      '--slots <count>',
      'masks of a blank, of a Hugging Face model that fills masks (default: 1)',
    )
    .option(...PRECISION_FLAG)
    .option(...THREADS_FLAG)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(evaluate);
}

async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { evaluationSettings } = await import('../../language/evaluation/settings.ts');
  const { slotsSchema } = await import('../../language/options.ts');
  const { checkMasks } = await import('../../language/model.ts');
  const { asOwn } = await import('../../language/own-model.ts');
  const settings = evaluationSettings({
    texts: numberIfOne(flags.texts),
    seed: numberIfOne(flags.seed),
    depths: flags.depths?.split(',').map((depth) => numberIfOne(depth.trim())),
  });
  const { slots } = parseOptions(slotsSchema, { slots: numberIfOne(flags.slots) });
  const { corpus = [] } = flags;
  checkAsked(corpus, flags.blanks);
  const own = flags.blanks === undefined ? {} : await readOwnBlanks(flags.blanks);
  const { readCorpus } = await import('../../host/corpus.ts');
  const { readModel } = await import('../../host/models.ts');
  const read = readModel(flags.model, readingOf(flags));
  if (flags.depths !== undefined) checkDepths(read);
  const begun = performance.now();
  const { PretrainedModel } = await import('../../language/pretrained-model.ts');
  if (read instanceof PretrainedModel) {
    const { evaluatePretrained } = await import('../pretrained-evaluation.ts');
    const asked = { corpus, own, slots, settings };
    const { result, lines } = evaluatePretrained(read, asked);
    if (flags.json) {
      const seconds = (performance.now() - begun) / 1000;
      return printJson({ ...evaluationToJson(result), seconds });
    }
    return printLines(lines(standardScreen()));
  }
  const model = asOwn(read, 'this kind of evaluation');
  checkMasks(model, slots);
  const parts = corpus.length > 0 ? readCorpus(...corpus).parts : [];
  const blanks = await evaluateOwn(model, own, parts);
  const evaluated: EvaluatedPart[] = [];
  for (const part of parts)
    evaluated.push(await evaluatePart(model, part, settings, (stage) => logStage(part, stage)));
  const seconds = (performance.now() - begun) / 1000;
  if (flags.json)
    return printJson({
      ...evaluationDocument(evaluated),
      ...evaluationToJson(blanks.result),
      seconds,
    });
  const screen = standardScreen();
  const blocks = [blanks, ...evaluated].map(({ lines }) => lines(screen));
  printLines(blocks.filter((block) => block.length > 0).flatMap((block) => [...block, '']));
}

function checkAsked(corpus: readonly string[], blanks: string | undefined): void {
  if (corpus.length > 0 || blanks !== undefined) return;
  throw new InputError(
    'corpus',
    'neither --corpus nor --blanks is given: give a text file, the folder of a world, or a file of sentences such as data/evaluation/alltag.json',
  );
}

function checkDepths({ flow, name, sizes }: LanguageModel): void {
  if (flow) return;
  throw new InputError(
    'depths',
    `option depths is for flows, and "${name}" has ${sizes.depth} layers, each with weights of its own: leave it out`,
  );
}

async function readOwnBlanks(file: string) {
  const { readUtf8 } = await import('../../host/stdin.ts');
  const { parseOwnBlanks } = await import('../../language/evaluation/own-blanks.ts');
  return parseOwnBlanks(readUtf8(file, 'blanks'), file);
}

/** The numbers of sentences written by hand, by language, and which of them training has seen. */
async function evaluateOwn(
  model: OwnModel,
  own: OwnBlanks,
  parts: readonly CorpusPart[],
): Promise<EvaluatedPart> {
  const { evaluateOwnBlanks, overlap } = await import('../../language/evaluation/own-blanks.ts');
  const { heldOutTexts } = await import('../../language/evaluation/held-out.ts');
  const { ownBlankLines } = await import('../evaluation-text.ts');
  const languages = Object.entries(own);
  const training = parts.flatMap((part) =>
    part.kind === 'text' && languages.length > 0 ? heldOutTexts(model, part).training : [],
  );
  const found = languages.map(([language, sentences]) => {
    console.error(`… ${language}: ${sentences.length} own sentences`);
    const seen = training.length > 0 ? overlap(sentences, training) : null;
    return [language, { ...evaluateOwnBlanks(model, sentences), seenInTraining: seen }] as const;
  });
  return {
    result: found.length > 0 ? { ownBlanks: Object.fromEntries(found) } : {},
    lines: (screen) =>
      found.flatMap(([language, result]) => [
        ...ownBlankLines(screen, language, result),
        ...(result.seenInTraining
          ? [`${result.seenInTraining.length} of them stand in the training texts`]
          : []),
      ]),
  };
}

const logStage = ({ name }: CorpusPart, stage: string) => console.error(`… ${name}: ${stage}`);

/** What was measured on one part of a corpus, and how it is shown. */
export interface EvaluatedPart {
  readonly result: object;
  lines(screen: Screen): string[];
}

/** The record of one part, or the list of several. */
export function evaluationDocument(parts: readonly EvaluatedPart[]): object {
  const results = parts.map(({ result }) => evaluationToJson(result));
  if (results.length === 0) return {};
  return results.length === 1 ? results[0] : { corpora: results };
}

/** The numbers of a model on a part of a corpus. */
export async function evaluatePart(
  model: OwnModel,
  part: CorpusPart,
  asked: EvaluationSettings,
  onStage?: (stage: string) => void,
): Promise<EvaluatedPart> {
  const settings = model.flow ? asked : { ...asked, depths: [] };
  const shown = await import('../evaluation-text.ts');
  if (part.kind === 'world') {
    const { evaluateModel } = await import('../../language/evaluation/evaluate.ts');
    const { parseWorld } = await import('../../language/world/grammar.ts');
    const result = evaluateModel(model, parseWorld(part.files), settings, onStage);
    return { result, lines: (screen) => shown.evaluationLines(screen, result) };
  }
  const { heldOutTexts, languageOf } = await import('../../language/evaluation/held-out.ts');
  const { evaluateTexts } = await import('../../language/evaluation/texts.ts');
  onStage?.(`which of ${part.lines.length} lines are held out`);
  const { split, trainedOn, ...held } = heldOutTexts(model, part);
  const language = languageOf(part.name, model.config.languages);
  const result = evaluateTexts(model, held, settings, onStage);
  return {
    result: { corpus: part.name, language, split, trainedOn, ...result },
    lines: (screen) => shown.textEvaluationLines(screen, part.name, result),
  };
}
