/** A prediction as lines for a reader. The record for programs is the library's own. */

import type { Reading } from '../language/choices.ts';
import type { Prediction } from '../language/prediction.ts';
import { counted } from '../numerics/counted.ts';
import { printable } from '../numerics/printable.ts';
import { bar, bold, dim, percent, type Screen } from './terminal.ts';

const LONGEST_BAR = 36;
const LONGEST_LABEL = 28;

/** The sentence, what was asked of whom, the answers with bars, and what they leave over. */
export function predictionLines(screen: Screen, prediction: Prediction, seconds: number): string[] {
  return [
    bold(screen, printable(prediction.text)),
    dim(screen, settingLine(prediction)),
    '',
    ...answerLines(screen, prediction),
    ...targetLines(screen, prediction),
    '',
    dim(screen, restLine(prediction, seconds)),
    ...longerLines(screen, prediction),
    ...(prediction.notes ?? []).map((note) => dim(screen, note)),
  ];
}

const READ_BY: Record<Reading, readonly string[]> = {
  blank: [],
  sentence: ['read by the sentence'],
  both: ['read by the blank and by the sentence'],
};

/** "lieblingstier · 8 layers · full coupling · the answer for the blank" */
function settingLine({ model, depth, coupling, kind, reading }: Prediction): string {
  const layers =
    depth === 'ode' ? 'the flow itself (ode)' : `${depth} layer${depth === 1 ? '' : 's'}`;
  const question =
    kind === 'blank'
      ? 'answers for the blank'
      : 'no blank (__) in the text: next tokens of its continuation';
  return [model, layers, `${coupling} coupling`, question, ...READ_BY[reading]].join(' · ');
}

function answerLines(
  screen: Screen,
  { predictions, kind }: Pick<Prediction, 'predictions' | 'kind'>,
): string[] {
  if (predictions.length === 0) return ['  no answer was found'];
  const labels = predictions.map(({ tokenStr }) => label(tokenStr, kind));
  const longest = Math.max(...labels.map((text) => text.length));
  const width = Math.max(4, Math.min(LONGEST_BAR, screen.width - longest - 14));
  const best = predictions[0].score;
  return predictions.map(({ score }, i) => {
    const share = best > 0 ? score / best : 0;
    return `  ${labels[i].padEnd(longest)}  ${percent(score).padStart(8)}  ${bar(screen, share, width)}`.trimEnd();
  });
}

/** Answers of 2 and 3 tokens: lists of their own, for other questions are asked there. */
function longerLines(screen: Screen, { kind, longer = [] }: Prediction): string[] {
  return longer.flatMap(({ slots, predictions, unexplored }) => [
    '',
    dim(screen, `the blank as ${counted(slots, 'mask')} · ${percent(unexplored)} left out`),
    ...answerLines(screen, { kind, predictions }),
  ]);
}

/** Next tokens are quoted, for their blanks matter; '' is the end of the text. */
function label(text: string, kind: Prediction['kind']): string {
  if (kind === 'next-token') return text === '' ? '(end of the text)' : JSON.stringify(text);
  const shown = printable(text);
  return shown.length > LONGEST_LABEL ? `${shown.slice(0, LONGEST_LABEL - 1)}…` : shown;
}

function targetLines(screen: Screen, { targets }: Prediction): string[] {
  if (!targets) return [];
  const lines = targets.map(({ tokenStr, score, rank }) => {
    const place = rank === null ? 'not among the answers found' : `rank ${rank}`;
    return `  ${printable(tokenStr.trim())}  ${percent(score)}  ${dim(screen, place)}`;
  });
  return ['', dim(screen, 'asked for'), ...lines];
}

function restLine(prediction: Prediction, seconds: number): string {
  const { unlisted, unexplored } = prediction;
  const rest = [
    `${percent(unlisted)} found, not listed`,
    `${percent(unexplored)} unexplored`,
    `entropy ${entropyRange(prediction)} nats`,
    `${(1000 * seconds).toFixed(0)} ms`,
  ];
  return rest.join(' · ');
}

/** "2.41 to 5.32", "2.41" where the two are alike, "at least 2.41" where nothing is known above. */
function entropyRange({ entropy, entropyUpper: upper }: Prediction): string {
  const [low, high] = [entropy.toFixed(2), upper?.toFixed(2)];
  if (high === undefined) return `at least ${low}`;
  return low === high ? low : `${low} to ${high}`;
}
