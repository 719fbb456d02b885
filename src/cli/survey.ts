/** A survey beside what another command tells: its flags, its lines and its files. The survey alone: operations/survey. */
import type { Command } from 'commander';
import { surveySchema } from '../diagnostics/survey/survey.ts';
import type { Report } from '../figures/report.ts';
import { InputError } from '../numerics/errors.ts';
import { fieldsOf } from '../operations/options.ts';
import { flagName } from '../operations/spelling.ts';
import { type FigureFormat, figureFiles } from './figures.ts';
import { numberIfOne } from './flags.ts';
import { flagOf } from './operations/flags.ts';
import { csvOf, reportLines } from './operations/output.ts';

/** Flags that ask for a survey and say how. */
export interface SurveyFlags {
  readonly survey?: boolean;
  readonly reference?: string;
  readonly sinkNorm?: string;
  readonly sinkAttention?: string;
  readonly surrogates?: string;
  readonly seed?: string;
}

const NUMBERS = ['sinkNorm', 'sinkAttention', 'surrogates', 'seed'] as const;

/** Adds --survey, --reference and the survey's own; `reference` says what is given. */
export function withSurveyFlags(command: Command, reference: readonly [string, string]): Command {
  command
    .option('--survey', 'sinks, cosines, ranks and clusters against chance of every frame, too')
    .option(`--reference ${reference[0]}`, reference[1]);
  for (const [name, field] of Object.entries(fieldsOf(surveySchema)))
    command.option(...flagOf(name, field, {}));
  return command;
}

/**
 * What the survey is given, unchecked and without a reference; undefined where there is none. Throws InputError for
 * flags of a survey that is not asked for.
 */
export function surveyOptions(flags: SurveyFlags): Record<string, unknown> | undefined {
  const given = [...NUMBERS, 'reference' as const].filter((name) => flags[name] !== undefined);
  if (flags.survey)
    return Object.fromEntries(
      NUMBERS.filter((name) => flags[name] !== undefined).map((name) => [
        name,
        numberIfOne(flags[name]),
      ]),
    );
  if (given.length === 0) return undefined;
  throw new InputError(
    given[0],
    `option ${flagName(given[0]).slice(2)} is for a survey, and there is none: give --survey, or leave it out`,
  );
}

/** Below the lines of the command. */
export const surveyLines = (report: Report): string[] => ['', ...reportLines(report)];

/** survey.csv, survey-heads.csv and the histograms. */
export async function surveyFiles(
  { columns, more = [], figure }: Report,
  formats: readonly FigureFormat[],
): Promise<Record<string, string | Uint8Array>> {
  return {
    'survey.csv': csvOf(columns),
    ...Object.fromEntries(more.map((table) => [`survey-${table.name}.csv`, csvOf(table.columns)])),
    ...(await figureFiles({ survey: figure }, formats, { width: 560 })),
  };
}
