/** Answers that the reader proposes, each with its exact probability and its place. */
import type { Prediction, TargetAnswer } from '../api.ts';
import { fill, h } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import { fillsMasks, type Page } from '../page.ts';
import type { Bar } from './bars.ts';
import { createBars } from './bars.ts';

const pause = 400;

export function createCandidates(page: Page): HTMLElement {
  const { words, state } = page;
  const input = h('input', {
    type: 'text',
    id: 'targets',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: words.candidatesPlaceholder,
    'aria-describedby': 'targets-hint',
  });
  input.value = state.get().targets;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const submit = () => {
    clearTimeout(timer);
    state.set({ targets: input.value });
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(submit, pause);
  });
  input.addEventListener('change', submit);
  state.subscribe((now, before) => {
    if (now.targets !== before.targets && now.targets !== input.value) input.value = now.targets;
  });
  const card = h(
    'section',
    { class: 'card candidates' },
    h('h2', {}, h('label', { for: 'targets' }, words.candidates)),
    h('p', { class: 'hint', id: 'targets-hint' }, words.candidatesHint),
    controlsOf(page, 'targets', input),
    createResults(page),
  );
  const show = () => {
    card.hidden = fillsMasks(state.get(), page);
  };
  state.subscribe(show);
  page.models.subscribe(show);
  show();
  return card;
}

function createResults(page: Page): HTMLElement {
  const { words, answers } = page;
  const bars = createBars(page, 0);
  const empty = h('p', { class: 'nothing' });
  const show = () => {
    const { value } = answers.get();
    const targets = value?.targets ?? [];
    bars.show(
      targets.map((target) => ownBar(page, target)),
      scaleOf(value),
    );
    empty.hidden = targets.length > 0;
    fill(empty, value?.kind === 'next-token' ? words.candidatesNext : words.candidatesEmpty);
  };
  answers.subscribe(show);
  show();
  return h('div', { class: 'results' }, bars.element, empty);
}

/** The scale of the ranking, so that both lists compare by eye. */
function scaleOf(value: Prediction | null): number {
  const scores = [...(value?.predictions ?? []), ...(value?.targets ?? [])].map((p) => p.score);
  return Math.max(...scores, value?.unexplored ?? 0, 1e-9);
}

export function ownBar({ words }: Page, { token_str, score, rank, sequence }: TargetAnswer): Bar {
  const place = rank === null ? words.rankUnknown : words.rank(rank);
  return { label: token_str.trim(), score, mark: place, kind: 'own', title: sequence };
}
