/** Horizontal bars for the ten best answers, and for the mass that they leave. */
import type { Answer, Prediction } from '../api.ts';
import { fill, h } from '../dom.ts';
import { visibleAnswer, visibleToken } from '../format.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import type { Words } from '../words.ts';
import type { Bar } from './bars.ts';
import { createBars } from './bars.ts';
import { createReading } from './reading.ts';

export function createRanking(page: Page): HTMLElement {
  const { words, answers } = page;
  const title = h('h2', {});
  const note = h('p', { class: 'hint' });
  const bars = createBars(page, 12);
  const show = () => {
    const { value } = answers.get();
    const continued = value?.kind === 'next-token';
    fill(title, continued ? words.rankingNext : words.ranking);
    fill(note, continued ? words.nextNote : words.sum);
    bars.show(value ? rankingBars(page, value) : []);
  };
  answers.subscribe(show);
  show();
  return h(
    'section',
    { class: 'card ranking' },
    title,
    controlsOf(page, 'reading', createReading(page)),
    note,
    bars.element,
  );
}

/** The answers listed, and the mass that they leave. */
export function rankingBars(page: Page, value: Prediction): Bar[] {
  return [...listed(page, value), ...rest(page, value)];
}

/** A next token's own leading blank matters, so it is shown. */
function listed({ words }: Page, { predictions, kind }: Prediction): Bar[] {
  const visible = kind === 'next-token' ? visibleToken : visibleAnswer;
  return predictions.map((answer, i) => ({
    label: visible(answer.token_str, words.end),
    score: answer.score,
    mark: String(i + 1),
    kind: i === 0 ? 'best' : 'listed',
    title: answer.sequence,
    parts: partsOf(answer, words),
  }));
}

/**
 * What either reading says of an answer that was read twice; else its tokens, each with its probability
 * behind those before it, and that it ends there.
 */
function partsOf(
  { score, tokens, token_scores = [], readings: both }: Answer,
  words: Words,
): Bar['parts'] {
  if (both)
    return [
      { label: words.readings.blank, score: both.blank },
      { label: words.readings.sentence, score: both.sentence },
    ];
  if (tokens.length < 2 || token_scores.length !== tokens.length) return undefined;
  const steps = tokens.map((token, j) => ({
    label: visibleToken(token, ''),
    score: token_scores[j],
  }));
  const ends = score / token_scores.reduce((product, p) => product * p, 1);
  return [...steps, { label: words.answerEnds, score: ends }];
}

function rest({ words }: Page, value: Prediction): Bar[] {
  const { unexplored, unlisted } = value;
  return [
    {
      label: words.unlisted,
      score: unlisted,
      mark: '',
      kind: 'unlisted',
      title: words.unlistedHint,
    },
    {
      label: words.unexplored,
      score: unexplored,
      mark: '',
      kind: 'unexplored',
      title: words.unexploredHint,
    },
  ];
}
