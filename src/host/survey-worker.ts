/** A thread that surveys frames. */
import { surveyFrame } from '../diagnostics/survey/survey.ts';
import { errorToJson } from '../numerics/errors.ts';
import type { SurveyTask, SurveyTaskResult } from './survey-threads.ts';

export default function run({ frame, place, settings }: SurveyTask): SurveyTaskResult {
  try {
    return { found: surveyFrame(frame, place, settings) };
  } catch (error) {
    return { failure: errorToJson(error) };
  }
}
