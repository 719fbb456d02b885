/** `inspect`: every diagnostic on the hidden states of any transformer, from arrays that it saved or by running it. */
import { Command } from 'commander';
import type { Inspection, InspectOptions } from '../../flow/inspect.ts';
import type { InspectTextOptions } from '../../language/inspect-text.ts';
import type { TextSurvey } from '../../language/survey-text.ts';
import { InputError } from '../../numerics/errors.ts';
import { type FigureFlags, readFormats, withFigureFlag } from '../figures.ts';
import { MODEL_FLAG, numberIfOne, PRECISION_FLAG, readingOf, THREADS_FLAG } from '../flags.ts';
import type { Sources } from '../inspect/files.ts';
import { type SurveyFlags, surveyLines, surveyOptions, withSurveyFlags } from '../survey.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';
import { givenText } from '../text.ts';

interface InspectFlags extends FigureFlags, SurveyFlags {
  readonly text?: string;
  readonly model?: string;
  readonly precision?: string;
  readonly attentions?: string;
  readonly space?: string;
  readonly beta?: string;
  readonly tolerances?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  schmetterling inspect hidden_states.npy
  schmetterling inspect hidden_states.npy --attentions attentions.npy --out runs/mine
  schmetterling inspect hidden_states.npy --space euclidean --json > numbers.json
  schmetterling inspect hidden_states.npy --attentions attentions.npy --survey
  schmetterling inspect --model ./bert-base-german-cased --text "Mein Lieblingstier ist [MASK]."

FRAMES.npy is [layers, tokens, width], --attentions [layers, heads, tokens, tokens], with a matrix for
every frame or for every frame but the embedding. In Python, from a model of the transformers library:
  out = model(**inputs, output_hidden_states=True, output_attentions=True)
  numpy.save("hidden_states.npy", torch.stack(out.hidden_states)[:, 0].float().cpu().numpy())
  numpy.save("attentions.npy", torch.stack(out.attentions)[:, 0].float().cpu().numpy())

--text runs a text through --model instead, as trace does: the numbers are those of the arrays that
trace --out writes.

--survey tells sinks, cosines, ranks and clusters against chance, too, of directions as they are and centred, as
the command survey does; --reference is the states [layers, tokens, width] of another text then, or with --text a text.

--out writes inspect.json, diagnostics.csv, clusters.csv, with --survey survey.csv and survey.svg (of a text
survey-heads.csv, too), and run.json last.`;

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('the diagnostics of any transformer’s hidden states, saved as .npy')
    .argument('[frames]', 'an .npy file of hidden states [layers, tokens, width]')
    .option('--attentions <file>', 'an .npy file of attentions [layers, heads, tokens, tokens]')
    .option('--text <text>', 'the states of this text instead, as --model runs it')
    .option(...MODEL_FLAG)
    .option(...PRECISION_FLAG)
    .option(...THREADS_FLAG)
    .option(
      '--space <name>',
      'sphere: directions and angles; euclidean: as they are (default: sphere)',
    )
    .option('--beta <number>', 'β of the energy (default: 1)')
    .option('--tolerances <list>', 'tolerances of the clusters, separated by commas')
    .option('--out <folder>', 'write the numbers as files into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(inspect);
  return withSurveyFlags(withFigureFlag(command), [
    '<file|text>',
    'of the survey: states or a text whose mean directions are taken from the directions (default: their own)',
  ]);
}

async function inspect(file: string | undefined, flags: InspectFlags): Promise<void> {
  const formats = formatsOf(flags);
  const asked = optionsOf(flags);
  const run = file === undefined ? await ofModel(flags, asked) : await ofArrays(file, flags, asked);
  const folder = flags.out;
  if (folder !== undefined) (await import('../folder.ts')).prepareFolder(folder);
  const begun = performance.now();
  const inspection = run.inspect();
  const seconds = (performance.now() - begun) / 1000;
  const { sources } = run;
  const report = await reportOf(inspection, file ?? '', flags);
  const written =
    folder === undefined ? [] : await write(folder, inspection, sources, report, formats, seconds);
  if (flags.json) {
    const { inspectionToJson } = await import('../../flow/inspect.ts');
    return printJson({ ...sources, ...inspectionToJson(inspection), seconds });
  }
  const { inspectionLines } = await import('../inspect/text.ts');
  const lines = inspectionLines(standardScreen(), sources, inspection, seconds);
  printLines([...lines, ...(report ? surveyLines(report) : []), ...written]);
}

/** Throws InputError for formats of figures where no survey has any. */
function formatsOf(flags: InspectFlags) {
  if (flags.figures === undefined || flags.survey) return readFormats(flags);
  throw new InputError(
    'figures',
    `option figures is ${flags.figures}, and only a survey has any: give --survey, or leave it out`,
  );
}

/** What is said of the survey, where there is one. */
async function reportOf({ survey, shape }: Inspection, file: string, { reference }: InspectFlags) {
  if (!survey) return null;
  const { surveyReport, textSurveyReport } = await import('../../language/survey-report.ts');
  if ('text' in survey) return textSurveyReport(survey as TextSurvey);
  return surveyReport(survey, {
    title: file,
    source: `${shape[0]} frames`,
    tokens: Array.from({ length: shape[1] }, (_, token) => `#${token}`),
    reference: reference ?? null,
  });
}

/** What is inspected, read and checked. */
interface Opened {
  readonly sources: Sources;
  readonly inspect: () => Inspection;
}

async function ofArrays(frames: string, flags: InspectFlags, asked: Asked): Promise<Opened> {
  for (const name of ['text', 'model', 'precision'] as const)
    if (flags[name] !== undefined)
      throw new InputError(
        name,
        `option ${name} is ${JSON.stringify(flags[name])}, and ${frames} holds the states of a run: leave out one of the two`,
      );
  const { inspectFrames, inspectSettings } = await import('../../flow/inspect.ts');
  inspectSettings(asked as InspectOptions);
  const { readNpy } = await import('../../host/npy.ts');
  const read = (file: string | undefined, field: string) =>
    file === undefined ? undefined : readNpy(file, field);
  const attentions = read(flags.attentions, 'attentions');
  const options = referring(asked, read(flags.reference, 'reference')) as InspectOptions;
  const states = readNpy(frames, 'frames');
  return {
    sources: { frames, attentions: flags.attentions ?? null },
    inspect: () => inspectFrames(states, attentions, options),
  };
}

async function ofModel(flags: InspectFlags, asked: Asked): Promise<Opened> {
  if (flags.text === undefined)
    throw new InputError(
      'frames',
      'nothing is given to inspect: expected an .npy file of hidden states, or --text and --model',
    );
  if (flags.attentions !== undefined)
    throw new InputError(
      'attentions',
      `option attentions is ${JSON.stringify(flags.attentions)}, and a model that runs has its own: leave it out`,
    );
  const { inspectText, inspectTextSettings } = await import('../../language/inspect-text.ts');
  const options = inspectTextSettings(referring(asked, flags.reference) as InspectTextOptions);
  const text = await givenText(flags.text);
  const { readModel } = await import('../../host/models.ts');
  const model = readModel(flags.model, readingOf(flags));
  return {
    sources: { model: model.name, text },
    inspect: () => inspectText(model, text, options),
  };
}

/** Options of the library, unchecked, without the reference of a survey. */
interface Asked {
  readonly survey?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

/** With the reference that the survey is given, if any. */
const referring = ({ survey, ...asked }: Asked, reference: unknown) => ({
  ...asked,
  ...(survey && { survey: { ...survey, ...(reference !== undefined && { reference }) } }),
});

function optionsOf(flags: InspectFlags): Asked {
  const { space, beta, tolerances } = flags;
  const list = tolerances?.split(',').map((text) => numberIfOne(text));
  const survey = surveyOptions(flags);
  const given = { space, beta: numberIfOne(beta), tolerances: list, survey };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Writes the folder and says so, in one line. */
async function write(...job: Parameters<typeof import('../inspect/files.ts').writeInspection>) {
  const { writeInspection } = await import('../inspect/files.ts');
  const files = await writeInspection(...job);
  return ['', `${job[0]}: ${files.join(', ')}`];
}
