/** The Layers tab: one trace, one selected frame and one selected particle, in many panels. */
import { fill, h } from '../dom.ts';
import type { Page } from '../page.ts';
import { goToFrame, shownFrame } from '../page.ts';
import { createAttention } from './attention.ts';
import { createClusters } from './clusters.ts';
import { createDiagnostics } from './diagnostics.ts';
import { createExperiment } from './experiment/card.ts';
import { createGram } from './gram.ts';
import { createLensTable } from './lens-table.ts';
import { createParticles } from './particles.ts';
import { createPlayer } from './player.ts';
import { createSurvey } from './survey/card.ts';
import { createTrajectories } from './trajectories.ts';

export function createLayersView(page: Page): HTMLElement {
  const panels = [
    createPlayer(page),
    createParticles(page),
    createTrajectories(page),
    createLensTable(page),
    createAttention(page),
    createGram(page),
    createClusters(page),
    createSurvey(page),
    createExperiment(page),
    createDiagnostics(page),
  ];
  const [player, particles, ...cards] = panels.map(({ element }) => element);
  const grid = h('div', { class: 'layers-grid' }, ...cards);
  const view = h('div', { class: 'layers' }, h('div', { class: 'dock' }, player, particles), grid);
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
  const { state, hover, traces, changed, surveys, answers, models } = page;
  for (const source of [state, hover, traces, changed, surveys, answers, models])
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
