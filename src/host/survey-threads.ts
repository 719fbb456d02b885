/** Surveys on all cores: frames are independent of each other, and threads take them in turn. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import {
  type SurveyElsewhere,
  type SurveyedFrame,
  type SurveyFrame,
  type SurveySettings,
  surveyFrame,
} from '../diagnostics/survey/survey.ts';
import { type ErrorRecord, errorFromJson } from '../numerics/errors.ts';
import { once } from '../numerics/once.ts';
import { builtWorker } from './built.ts';

export interface SurveyTask {
  readonly frame: SurveyedFrame;
  readonly place: number;
  readonly settings: SurveySettings;
}

export type SurveyTaskResult = { readonly found: SurveyFrame } | { readonly failure: ErrorRecord };

export interface SurveyThreads {
  readonly surveyed: SurveyElsewhere;
  close(): Promise<void>;
}

/** A frame of fewer tokens is done before it has reached a thread. */
const FEWEST_TOKENS = 64;

/** Threads that start with the first frame that is worth it. The numbers are those of one thread. */
export function surveyThreads(threads = availableParallelism()): SurveyThreads {
  let begun = false;
  const pool = once(() => {
    begun = true;
    const filename = builtWorker('host/survey-worker');
    return new Tinypool({ filename, minThreads: threads, maxThreads: threads });
  });
  return {
    async surveyed(frame, place, settings) {
      if (threads === 1 || frame.states.rows < FEWEST_TOKENS)
        return surveyFrame(frame, place, settings);
      const task: SurveyTask = { frame, place, settings };
      const result: SurveyTaskResult = await pool().run(task);
      if ('failure' in result) throw errorFromJson(result.failure);
      return result.found;
    },
    async close() {
      if (begun) await pool().destroy();
    },
  };
}
