/** The Layers tab: one trace, one selected frame and one selected particle, told in chapters; the rest lies in folds. */
import { fill, h } from '../dom.ts';
import type { Page } from '../page.ts';
import { goToFrame, isFlow, shownFrame } from '../page.ts';
import { createAllHeads } from './all-heads.ts';
import { createArcs } from './arcs.ts';
import { createAttention } from './attention.ts';
import { createChapter } from './chapters.ts';
import { createExperiment } from './experiment/card.ts';
import { createFold } from './fold.ts';
import { createLensTable } from './lens-table.ts';
import { createParticles } from './particles.ts';
import { createPlayer } from './player.ts';
import { decisionOf } from './story.ts';
import { createSurvey } from './survey/card.ts';
import { createTrajectories } from './trajectories.ts';

export function createLayersView(page: Page): HTMLElement {
  const dock = [createPlayer(page), createParticles(page)];
  const chapters = [
    createChapter(page, 'happens', [
      createTrajectories(page),
      createFold(page, {
        fold: 'nearest',
        load: async () => (await import('./nearest.ts')).createNearest(page),
        offered: (trace) => isFlow(page.state.get(), page) || decisionOf(trace) !== null,
      }),
      createSurvey(page),
    ]),
    createChapter(page, 'decided', [
      createLensTable(page),
      createExperiment(page),
      createFold(page, {
        fold: 'effects',
        load: async () => (await import('./effects/card.ts')).createEffects(page),
        offered: (trace) => decisionOf(trace) !== null,
      }),
    ]),
    createChapter(page, 'listens', [
      createArcs(page),
      createAttention(page),
      createAllHeads(page),
      createFold(page, {
        fold: 'inside',
        load: async () => (await import('./inside/card.ts')).createInside(page),
        offered: () => isFlow(page.state.get(), page),
      }),
    ]),
    createFold(page, {
      fold: 'more',
      load: async () => (await import('./more.ts')).createMore(page),
    }),
  ];
  const panels = [...dock, ...chapters];
  const view = h(
    'div',
    { class: 'layers' },
    h('div', { class: 'dock' }, ...dock.map(({ element }) => element)),
    h('div', { class: 'chapters' }, ...chapters.map(({ element }) => element)),
  );
  const empty = h('p', { class: 'nothing' });
  view.append(empty);
  view.addEventListener('keydown', (event) => stepByKey(page, event));

  const show = () => {
    const { status, value } = page.traces.get();
    const waiting = page.answers.get().status;
    view.classList.toggle('stale', value !== null && (status !== 'ready' || waiting === 'loading'));
    view.classList.toggle('waiting', value === null);
    view.setAttribute('aria-busy', String(status === 'loading'));
    fill(empty, value ? null : emptyText(page));
    if (!value || page.state.get().tab !== 'layers') return;
    const layer = shownFrame(page.state.get(), value);
    for (const panel of panels) panel.show(value, layer);
  };
  const { state, hover, traces, changed, contrasts, surveys, answers, models } = page;
  for (const source of [state, hover, traces, changed, contrasts, surveys, answers, models])
    source.subscribe(show);
  queueMicrotask(show); // the elements are measured, so they have to be in the document first
  return view;
}

/** What stands where there is no trace: how to get one, or that it is coming; a notice says the rest. */
export function emptyText({ answers, traces, words }: Page): string {
  const { status } = answers.get();
  if (status === 'empty') return words.emptyBody;
  return status === 'failed' || traces.get().status === 'failed' ? '' : words.loading;
}

/** Arrows step through the layers wherever they have no meaning of their own. */
function stepByKey(page: Page, event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const trace = page.traces.get().value;
  const busy = event.target instanceof Element && event.target.closest('input');
  if (step === undefined || busy || !trace) return;
  event.preventDefault();
  goToFrame(page, shownFrame(page.state.get(), trace) + step);
}
