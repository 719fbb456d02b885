/**
 * Every diagnostic on the states of a text in a model itself: what `inspectFrames` says of the arrays that its trace
 * would save, without the files. Not answers, lens or parts: trace.ts.
 */
import type { z } from 'zod';
import type { Float64Tensor } from '../engines/tensor.ts';
import {
  type ArrayOfShape,
  checkDirections,
  type Inspection,
  inspectFrames,
  readingSchema,
} from '../flow/inspect.ts';
import { parseOptions } from '../numerics/options.ts';
import { openText } from './findings.ts';
import type { LanguageModel } from './model.ts';
import { surveyedSchema } from './options.ts';
import { checkSurvey, hasParts, surveyRun, type TextSurvey } from './survey-text.ts';

const inspectTextSchema = readingSchema.extend({ survey: surveyedSchema.optional() });

/** Those of `inspectFrames`; the reference of a survey is a text. */
export type InspectTextOptions = z.input<typeof inspectTextSchema>;

/** An inspection whose survey, where it was asked for, is of a text. */
export interface TextInspection extends Inspection {
  readonly survey?: TextSurvey;
}

/** The options with their defaults. Throws InputError for unknown names and wrong values. */
export const inspectTextSettings = (options?: InspectTextOptions) =>
  parseOptions(inspectTextSchema, options);

/**
 * The inspection of all frames of a text, at the model's own depth, with the attention that led to each. Throws
 * InputError or LimitError as `fillBlank` for the text, and as `inspectFrames` and `surveyText` for the options.
 */
export function inspectText(
  model: LanguageModel,
  text: string,
  options?: InspectTextOptions,
): TextInspection {
  const { survey, ...settings } = inspectTextSettings(options);
  if (survey) {
    checkDirections(settings.space);
    checkSurvey(model, text, survey);
  }
  const opened = openText(model, text, { parts: survey !== undefined && hasParts(model) });
  const { frames } = opened.run;
  const couplings = frames.flatMap(({ coupling }) => coupling ?? []);
  const inspection: Omit<Inspection, 'survey'> = inspectFrames(
    stacked(frames.map(({ positions }) => positions)),
    stacked(couplings),
    settings,
  );
  return survey ? { ...inspection, survey: surveyRun(opened, text, survey) } : inspection;
}

/** Arrays of one shape as one with an axis more. */
function stacked(arrays: readonly Float64Tensor[]): ArrayOfShape {
  const [{ shape, data }] = arrays;
  const all = new Float64Array(arrays.length * data.length);
  for (const [k, array] of arrays.entries()) all.set(array.data, k * data.length);
  return { shape: [arrays.length, ...shape], data: all };
}
