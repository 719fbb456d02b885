/** `trace`: every layer of a text's flow, as a table, as JSON, or as a folder of files. */
import { Command } from 'commander';
import type { TraceOptions } from '../../language/options.ts';
import type { Trace } from '../../language/trace.ts';
import { type FigureFlags, readFormats, withFigureFlag } from '../figures.ts';
import {
  type AnswerFlags,
  answerOptions,
  numberIfOne,
  readingOf,
  withAnswerFlags,
} from '../flags.ts';
import { type SurveyFlags, surveyOptions, withSurveyFlags } from '../survey.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';
import { givenText } from '../text.ts';

interface TraceFlags extends AnswerFlags, FigureFlags, SurveyFlags {
  readonly frames?: string;
  readonly parts?: boolean;
}

const HELP = `
Examples:
  schmetterling trace "Mein Lieblingstier ist __"
  schmetterling trace "Mein Lieblingstier ist __" --depth 16 --out runs/lieblingstier
  schmetterling trace "My favourite animal is __" --json > trace.json

--out writes hidden_states.npy [frames, tokens, d], attentions.npy [frames - 1, heads, tokens, tokens],
trace.json, diagnostics.csv, lens.csv, tokens.csv, the figure trajectories.svg, with --figures pdf trajectories.pdf,
with --survey survey.csv, survey-heads.csv and survey.svg, and run.json last.`;

export function traceCommand(): Command {
  const command = withFigureFlag(withAnswerFlags(new Command('trace')))
    .description('every layer of the flow: positions, attention, lens, clusters, diagnostics')
    .argument('[text]', 'a text as for predict; - reads standard input')
    .option('--frames <count>', 'at most so many layers, evenly chosen (default: all)')
    .option('--parts', 'of layers with an MLP: the stream behind attention and behind the MLP, too')
    .option('--out <folder>', 'write the trace as files into this folder')
    .addHelpText('after', HELP)
    .action(showTrace);
  return withSurveyFlags(command, [
    '<text>',
    'of the survey: a text whose mean direction is taken from the directions (default: their own)',
  ]);
}

async function showTrace(argument: string | undefined, flags: TraceFlags): Promise<void> {
  const formats = readFormats(flags);
  const text = await givenText(argument);
  const frames = flags.frames !== undefined && { frames: numberIfOne(flags.frames) as number };
  const { reference } = flags;
  const survey = surveyOptions(flags);
  const options: TraceOptions = {
    ...answerOptions(flags),
    ...frames,
    ...(flags.parts && { parts: true }),
    ...(survey && { survey: { ...survey, ...(reference !== undefined && { reference }) } }),
  };
  const { readModel } = await import('../../host/models.ts');
  const { trace, traceToJson } = await import('../../language/trace.ts');
  const model = readModel(flags.model, readingOf(flags));
  const begun = performance.now();
  const result = trace(model, text, options);
  const seconds = (performance.now() - begun) / 1000;
  const written =
    flags.out === undefined ? [] : await write(flags.out, result, options, formats, seconds);
  if (flags.json) return printJson({ ...traceToJson(result), seconds });
  const { traceLines } = await import('../trace/text.ts');
  const lines = traceLines(standardScreen(), result, seconds);
  printLines([...lines, ...(await surveyed(result)), ...written]);
}

/** What is said of the survey, where there is one. */
async function surveyed({ survey }: Trace): Promise<string[]> {
  if (!survey) return [];
  const { textSurveyReport } = await import('../../language/survey-report.ts');
  const { surveyLines } = await import('../survey.ts');
  return surveyLines(textSurveyReport(survey));
}

/** Writes the folder and says so, in one line. */
async function write(...job: Parameters<typeof import('../trace/files.ts').writeTrace>) {
  const { writeTrace } = await import('../trace/files.ts');
  const files = await writeTrace(...job);
  return ['', `${job[0]}: ${files.join(', ')}`];
}
