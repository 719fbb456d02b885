/** The Predict tab: the completed sentence, the ranking, own candidates, the answer layer by layer. */
import { h } from '../dom.ts';
import type { Page } from '../page.ts';
import { createCandidates } from './candidates.ts';
import { createComparison } from './comparison.ts';
import { createCompletion } from './completion.ts';
import { createLayerRuns } from './layer-runs.ts';
import { createRanking } from './ranking.ts';

export function createPredictView(page: Page): HTMLElement {
  const view = h(
    'div',
    { class: 'predict' },
    createCompletion(page),
    h('div', { class: 'columns' }, createRanking(page), createCandidates(page)),
    createLayerRuns(page),
    createComparison(page),
  );
  const show = () => {
    const { status, value } = page.answers.get();
    view.classList.toggle('stale', value !== null && status !== 'ready');
    view.classList.toggle('waiting', value === null && status === 'loading');
    view.classList.toggle('bare', value === null && status !== 'loading');
    view.setAttribute('aria-busy', String(status === 'loading'));
  };
  page.answers.subscribe(show);
  show();
  return view;
}
