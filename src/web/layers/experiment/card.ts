/** An experiment on the flow: what is changed, and what becomes of the answers and the paths. */
import { h } from '../../dom.ts';
import type { Page } from '../../page.ts';
import type { Panel } from '../panel.ts';
import { createControls } from './controls.ts';
import { createEffect } from './effect.ts';
import { experimentWordsOf } from './words.ts';

export function createExperiment(page: Page): Panel {
  const words = experimentWordsOf(page.state.get().language);
  const parts = [createControls(page, words), createEffect(page, words)];
  return {
    element: h(
      'section',
      { class: 'card experiment' },
      h('h2', {}, words.title),
      h('p', { class: 'hint' }, words.hint),
      h('div', { class: 'experiment-grid' }, ...parts.map(({ element }) => element)),
    ),
    show(trace, layer) {
      for (const part of parts) part.show(trace, layer);
    },
  };
}
