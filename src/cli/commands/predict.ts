/** `predict`: the answers for the blank of a text, or its next tokens; of one text or of a file of them. */
import { Command } from 'commander';
import type { ReadOptions } from '../../host/open-model.ts';
import type { FillOptions } from '../../language/options.ts';
import { type AnswerFlags, answerOptions, readingOf, withAnswerFlags } from '../flags.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';
import { givenText } from '../text.ts';

type Asked = Pick<AnswerFlags, 'model'> & { readonly reading: ReadOptions };

interface PredictFlags extends AnswerFlags {
  readonly file?: string;
}

const HELP = `
Examples:
  schmetterling predict "Mein Lieblingstier ist __"
  schmetterling predict "My favourite animal is __" --targets "the dog,the cat" --json
  schmetterling predict "Anna mag Hunde. Annas" --top 5        the continuation of a text
  schmetterling predict "I lost my __ and cannot get in." --reading both
  echo "Mein Lieblingstier ist __" | schmetterling predict -
  schmetterling predict --file questions.jsonl > answers.jsonl
  schmetterling predict "Mein Lieblingstier ist [MASK]." --model ./bert-base-german-cased --slots 2

A _ between two letters or digits is text; white space of any kind and length is one space, and letters
may be composed or not. Offsets in the JSON are those of the text as it was typed.

--file: each line of the file is a JSON string, or an object with "text" and options of its own
({"text": "…", "depth": 16}); - reads standard input. Each gives one JSON record on its own line.
A line that cannot be used gives {"line", "error": {"field", "message"}} in its place and a message
on standard error; the others go on, and the exit code is 1.`;

export function predictCommand(): Command {
  return withAnswerFlags(new Command('predict'))
    .description('the most likely answers for the blank (__) of a text')
    .argument('[text]', 'a sentence with one blank: __, _ or [MASK]; - reads standard input')
    .option(
      '--reading <name>',
      'blank, sentence or both: by the particle of the blank, by how probable the whole sentence is with each answer, or by both (default: blank)',
    )
    .option(
      '--slots <count>',
      'of a model with a mask token: how many masks the blank is (default: lists for 1, 2 and 3)',
    )
    .option('--file <jsonl>', 'one text a line, one JSON record a line')
    .addHelpText('after', HELP)
    .action(predict);
}

async function predict(argument: string | undefined, flags: PredictFlags): Promise<void> {
  const options = answerOptions(flags);
  const reading = readingOf(flags);
  if (flags.file !== undefined) {
    const { predictFile } = await import('../predict-file.ts');
    return predictFile(flags.file, argument, { model: flags.model, reading }, options);
  }
  const text = await givenText(argument);
  const { prediction, seconds } = await answer(text, { model: flags.model, reading }, options);
  if (flags.json) {
    const { predictionToJson } = await import('../../language/prediction.ts');
    return printJson({ ...predictionToJson(prediction), seconds });
  }
  const { predictionLines } = await import('../prediction-text.ts');
  printLines(predictionLines(standardScreen(), prediction, seconds));
}

/** `seconds`: of answering, with the model already read. */
async function answer(text: string, { model: name, reading }: Asked, options: FillOptions) {
  const { openModel } = await import('../../host/open-model.ts');
  const { fillBlank } = await import('../../language/fill.ts');
  const model = await openModel(name, reading);
  const begun = performance.now();
  const prediction = fillBlank(model, text, options);
  return { prediction, seconds: (performance.now() - begun) / 1000 };
}
