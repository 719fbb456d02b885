/** The particles' paths through L layers, over those along the flow of infinitely many. */
import type { Trace } from '../api.ts';
import { fill, h } from '../dom.ts';
import { decimal } from '../format.ts';
import { largestGap } from '../layers/gap.ts';
import { createFlowPicture, createPlanes } from '../layers/trajectories.ts';
import type { Page } from '../page.ts';
import { flowOf, tokenName } from '../page.ts';

export function createPaths(page: Page): { element: HTMLElement; show(): void } {
  const { words, traces, flows } = page;
  const picture = createFlowPicture(page, (trace) => flowOf(page, trace));
  picture.element.classList.add('over-flow');
  const told = h('p', { class: 'hint', 'aria-live': 'polite' });
  const show = () => {
    const trace = traces.get().value;
    const flow = trace && flowOf(page, trace);
    picture.element.classList.toggle('to-come', trace === null);
    fill(told, trace && flow ? gapSentence(page, trace, flow) : words.limit.pathsWaiting);
    if (trace && page.state.get().tab === 'depth')
      picture.show(trace, trace.hidden_states.length - 1);
  };
  for (const source of [traces, flows, page.hover]) source.subscribe(show);
  return {
    element: h(
      'section',
      { class: 'card' },
      h('div', { class: 'card-head' }, h('h2', {}, words.limit.paths), createPlanes(page)),
      h('p', { class: 'hint' }, words.limit.pathsHint),
      picture.element,
      told,
    ),
    show,
  };
}

/** How far apart they end, at most, and whose end it is. */
function gapSentence({ state, words }: Page, layers: Trace, flow: Trace): string {
  const { token, distance } = largestGap(layers, flow);
  return words.limit.pathsGap(
    layers.layers[layers.layers.length - 1],
    decimal(distance, state.get().language, 3),
    tokenName(flow, token, words),
  );
}
