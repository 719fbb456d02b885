/** Horizontal bars for the ten best answers, and for the mass that they leave; of several masks a list each. */
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
  const longer = h('div', { class: 'longer' });
  const show = () => {
    const { value } = answers.get();
    const continued = value?.kind === 'next-token';
    const ranking = value?.slots === undefined ? words.ranking : words.rankingPieces;
    fill(title, continued ? words.rankingNext : ranking);
    fill(note, continued ? words.nextNote : words.sum);
    bars.show(value ? rankingBars(page, value) : []);
    fill(longer, ...(value?.longer ? longerLists(page, value.longer) : []));
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
    longer,
  );
}

/** A list for each number of masks, on a scale of its own: they answer different questions. */
function longerLists(page: Page, longer: NonNullable<Prediction['longer']>): HTMLElement[] {
  const { words } = page;
  const lists = longer.map(({ slots, ...list }) => {
    const bars = createBars(page, 0);
    bars.show(rankingBars(page, { ...list, kind: 'blank', slots }));
    return h('section', {}, h('h3', {}, words.longer(slots)), bars.element);
  });
  return [h('p', { class: 'hint' }, words.longerNote), ...lists];
}

/** What a list is made of. */
type Listed = Pick<Prediction, 'predictions' | 'unlisted' | 'unexplored' | 'kind' | 'slots'>;

/** The answers listed, and the mass that they leave. */
export function rankingBars(page: Page, value: Listed): Bar[] {
  return [...listed(page, value), ...rest(page, value)];
}

/** A next token's own leading blank matters, so it is shown. */
function listed({ words }: Page, { predictions, kind, slots }: Listed): Bar[] {
  const visible = kind === 'next-token' ? visibleToken : visibleAnswer;
  return predictions.map((answer, i) => ({
    label: visible(answer.token_str, words.end),
    score: answer.score,
    mark: String(i + 1),
    kind: i === 0 ? 'best' : 'listed',
    title: answer.sequence,
    parts: partsOf(answer, words, slots === undefined),
  }));
}

/**
 * What either reading says of an answer that was read twice; else its tokens, each with its probability
 * behind those before it, and where it has no length given that it ends there.
 */
function partsOf(
  { score, tokens, token_scores = [], readings: both }: Answer,
  words: Words,
  ending: boolean,
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
  if (!ending) return steps;
  const ends = score / token_scores.reduce((product, p) => product * p, 1);
  return [...steps, { label: words.answerEnds, score: ends }];
}

function rest({ words }: Page, value: Listed): Bar[] {
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
