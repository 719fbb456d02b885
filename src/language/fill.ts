/**
 * Answers for a blank, or next tokens for a text without one, with exact probabilities by the chain
 * rule. It knows no clock and no screen.
 */
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import { findBlank } from './blank.ts';
import { finalChainScores } from './chains.ts';
import type { Reading } from './choices.ts';
import { findAnswers, openText } from './findings.ts';
import { checkMasks, checkReads, type LanguageModel } from './model.ts';
import { type AnswerSettings, type FillOptions, fillSchema, searchSchema } from './options.ts';
import { asOwn } from './own-model.ts';
import { type Prediction, predictionOf, targetText, targetTokens } from './prediction.ts';
import { WEIGHED, weigh } from './readings.ts';
import { readText } from './text.ts';

/**
 * The most likely answers for the blank of `text`; for a text without a blank its next tokens.
 * Throws InputError or LimitError for a text or option that cannot be used.
 */
export function fillBlank(model: LanguageModel, text: string, options?: FillOptions): Prediction {
  const { reading, ...settings } = parseOptions(fillSchema, options);
  checkMasks(model, settings.slots);
  checkReads(model);
  if (model.masks) return fillMasked(model, text, settings, reading);
  if (reading === 'blank') return predictionOf(findAnswers(model, text, settings));
  if (findBlank(readText(text)) === null)
    throw new InputError(
      'reading',
      `reading "${reading}" needs a blank and the text has none: write __ where the answer belongs, or choose "blank"`,
    );
  const weighed = Math.max(settings.top, WEIGHED);
  const findings = findAnswers(model, text, { ...settings, top: weighed });
  const { result } = findings;
  const weighing = weigh(findings, result.answers.slice(0, weighed), reading);
  // the others keep their scores and come behind
  const answers = [...weighing.answers, ...result.answers.slice(weighed)];
  return predictionOf({ ...findings, settings, result: { ...result, answers } }, weighing);
}

/** Lists of answers of 1, 2 and 3 tokens, or of as many as asked for. */
function fillMasked(
  model: LanguageModel,
  text: string,
  settings: AnswerSettings,
  reading: Reading,
): Prediction {
  if (reading !== 'blank') asOwn(model, `reading "${reading}"`);
  const findings = findAnswers(model, text, { ...settings, slots: settings.slots ?? 1 });
  if (findings.layout.blank === null)
    throw new InputError(
      'text',
      `"${model.name}" fills masks and the text has no blank: write __ or its own mask where the answer belongs`,
    );
  const prediction = predictionOf(findings);
  if (settings.slots !== undefined || settings.targets.length > 0) return prediction;
  const longer = [2, 3].map((slots) => {
    const { predictions, unlisted, unexplored } = predictionOf(
      findAnswers(model, text, { ...settings, slots }),
    );
    return { slots, predictions, unlisted, unexplored };
  });
  return { ...prediction, longer };
}

/**
 * The probability of each given answer, in their order, without any search: exact by the chain rule.
 * Throws as `fillBlank`.
 */
export function scoreAnswers(
  model: LanguageModel,
  text: string,
  { targets, ...options }: Omit<FillOptions, 'reading'> & { readonly targets: readonly string[] },
): Float64Array {
  const settings = parseOptions(searchSchema, { ...options, targets: [...targets] });
  const parts = openText(model, text, settings);
  const texts = settings.targets.map((target) => targetText(parts, target));
  const chains = texts.map((answered) => targetTokens(parts, answered, settings.slots));
  return finalChainScores({ ...parts, chains }).scores;
}
