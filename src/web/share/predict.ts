/** What the Predict tab gives away. */
import type { Page } from '../page.ts';
import { ownBar } from '../predict/candidates.ts';
import { lensLines } from '../predict/layer-runs.ts';
import { rankingBars } from '../predict/ranking.ts';
import { predictCall, spelled } from './calls.ts';
import { captionOf, figureOfBars, figureOfLines } from './figures.ts';
import type { Shared, SharedFigure } from './shared.ts';

export function sharePredict(page: Page): Shared {
  const answer = page.answers.get().value;
  return {
    figures: [...answerFigures(page), ...lensFigure(page), ...otherFigure(page)],
    document: answer && { name: 'prediction', value: answer },
    ...spelled(page, predictCall),
  };
}

function answerFigures(page: Page): SharedFigure[] {
  const { words, answers } = page;
  const { value } = answers.get();
  if (!value) return [];
  const own = (value.targets ?? []).map((target) => ownBar(page, target));
  const title = value.kind === 'next-token' ? words.rankingNext : words.ranking;
  const ranking = figureOfBars(page, title, rankingBars(page, value));
  const candidates = figureOfBars(page, words.candidates, own);
  return [
    { name: 'answers', figure: ranking },
    ...(own.length > 0 ? [{ name: 'candidates', figure: candidates }] : []),
  ];
}

/** The answers of the sentence to compare with. */
function otherFigure(page: Page): SharedFigure[] {
  const { value } = page.others.get();
  if (!value) return [];
  const figure = figureOfBars(page, value.text, rankingBars(page, value));
  return [{ name: 'other', figure: { ...figure, caption: captionOf(page, value.text) } }];
}

/** The answer layer by layer, once it is there. */
export function lensFigure(page: Page): SharedFigure[] {
  const trace = page.traces.get().value;
  return trace ? [{ name: 'lens', figure: figureOfLines(page, lensLines(page, trace)) }] : [];
}
