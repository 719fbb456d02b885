/** The Depth tab: the same weights cut into L layers, against the flow of infinitely many. */
import { MAXIMUM_DEPTH } from '../../language/choices.ts';
import type { DepthReply } from '../api.ts';
import type { LineChart } from '../charts.ts';
import { createLineChart } from '../charts.ts';
import { seriesColour } from '../colours.ts';
import { fill, h, setVariable } from '../dom.ts';
import { compact, depthRange, powerAbove, visibleAnswer } from '../format.ts';
import { describeFailure } from '../notice.ts';
import { isFlow, type Page } from '../page.ts';
import { divergenceLines, errorLines, sameRuns, stackLines } from './lines.ts';
import { createPaths } from './paths.ts';
import { createRefined } from './refined.ts';

/** Of a flow its layers, of other models their layers in steps; what is not asked for is not in the page. */
export function createDepthView(page: Page): HTMLElement {
  const flow = createFlowDepth(page);
  const refined = createRefined(page);
  const view = h('div', {}, isFlow(page.state.get(), page) ? flow : refined.element);
  const follow = () => {
    const shown = isFlow(page.state.get(), page) ? flow : refined.element;
    if (view.firstElementChild !== shown) fill(view, shown);
    if (shown !== flow) refined.show();
  };
  page.models.subscribe(follow);
  page.state.subscribe((now, before) => {
    if (now.tab !== before.tab || now.theme !== before.theme || now.model !== before.model)
      follow();
  });
  queueMicrotask(follow); // the canvas is measured, so it has to be in the document first
  return view;
}

function createFlowDepth(page: Page): HTMLElement {
  const { words, depthLimit, state } = page;
  const errors = createChart(page, words.limit.title, words.limit.hint);
  const divergence = createChart(page, words.limit.divergence, words.limit.divergenceHint);
  const stacks = createChart(page, words.limit.stacks, words.limit.stacksHint);
  stacks.element.hidden = true;
  const paths = createPaths(page);
  const told = h('ul', { class: 'told' });
  const strip = h('ol', { class: 'runs' });
  const nothing = h('div', { class: 'nothing', role: 'status' });
  const view = h(
    'div',
    { class: 'depth' },
    paths.element,
    nothing,
    h(
      'div',
      { class: 'depth-found' },
      errors.element,
      h(
        'section',
        { class: 'card' },
        h('h2', {}, words.limit.answers),
        h('p', { class: 'hint' }, words.limit.answersHint),
        h('div', { class: 'runs-scroll' }, strip),
        told,
      ),
      divergence.element,
      stacks.element,
    ),
  );
  const show = () => {
    const { status, value, failure } = depthLimit.get();
    view.classList.toggle('stale', value !== null && status !== 'ready');
    view.classList.toggle('waiting', value === null);
    view.setAttribute('aria-busy', String(status === 'loading'));
    const message = failure
      ? describeFailure(page, failure, {})
      : value === null && h('p', {}, status === 'empty' ? words.emptyBody : words.limit.loading);
    fill(nothing, message);
    if (state.get().tab === 'depth') paths.show();
    if (!value || state.get().tab !== 'depth') return;
    errors.chart.show(errorLines(page, value));
    divergence.chart.show(divergenceLines(page, value));
    fill(strip, ...answerRuns(value).map((run) => createRun(page, run)));
    fill(told, ...sentences(page, value).map((sentence) => h('li', {}, sentence)));
  };
  depthLimit.subscribe(show);
  const showStacks = () => {
    const { value } = page.stacks.get();
    stacks.element.hidden = value === null;
    if (value && state.get().tab === 'depth') stacks.chart.show(stackLines(page, value));
  };
  page.stacks.subscribe(showStacks);
  state.subscribe((now, before) => {
    if (now.tab === before.tab && now.theme === before.theme) return;
    show();
    showStacks();
  });
  queueMicrotask(() => {
    show();
    showStacks();
  }); // the canvas is measured, so it has to be in the document first
  return view;
}

/** A click on a point goes to that many layers, where the page can show them. */
function createChart(page: Page, title: string, hint: string) {
  const canvas = h('canvas', { role: 'img' });
  const chart: LineChart = createLineChart(page, canvas, (at) => {
    const depth = page.depthLimit.get().value?.depths[at];
    if (depth !== undefined && depth <= MAXIMUM_DEPTH) page.state.set({ depth });
  });
  const element = h(
    'section',
    { class: 'card' },
    h('h2', {}, title),
    h('p', { class: 'hint' }, hint),
    h('div', { class: 'chart depth-chart' }, canvas),
  );
  return { element, chart };
}

/** Neighbouring depths with the same best answer; the flow at the end. */
export interface AnswerRun {
  readonly answer: string;
  readonly first: number;
  readonly last: number | 'ode';
}

export function answerRuns({ depths, answer }: Pick<DepthReply, 'depths' | 'answer'>): AnswerRun[] {
  const all: { depth: number | 'ode'; answer: string | null }[] = [
    ...depths.map((depth, i) => ({ depth, answer: answer.by_depth[i] })),
    { depth: 'ode', answer: answer.ode },
  ];
  const runs: { answer: string; first: number | 'ode'; last: number | 'ode' }[] = [];
  for (const { depth, answer: own } of all) {
    const before = runs.at(-1);
    if (own === null) continue;
    if (before?.answer === own) before.last = depth;
    else runs.push({ answer: own, first: depth, last: depth });
  }
  return runs.map((run) => ({
    ...run,
    first: run.first === 'ode' ? Number.POSITIVE_INFINITY : run.first,
  }));
}

function createRun(page: Page, { answer, first, last }: AnswerRun): HTMLElement {
  const { words, state } = page;
  const open = () => state.set({ depth: Math.min(MAXIMUM_DEPTH, first), tab: 'predict' });
  const button = h(
    'button',
    { type: 'button', class: 'run-button', click: open },
    h('span', { class: 'run-layers' }, depthRange(first, last)),
    h('span', { class: 'run-answer' }, visibleAnswer(answer, words.end)),
  );
  const item = h('li', {}, button);
  setVariable(item, '--count', '1');
  setVariable(item, '--colour', last === 'ode' ? seriesColour(0) : 'var(--ink-2)');
  return item;
}

function sentences(page: Page, limit: DepthReply): string[] {
  const { answer, apriori, reference, depths } = limit;
  const { words, state } = page;
  const { language } = state.get();
  const flow = visibleAnswer(answer.ode, words.end);
  const measured = apriori?.log10_measured;
  return [
    answer.stable_from === null
      ? words.limit.unstable(flow, depths[depths.length - 1])
      : words.limit.stable(flow, answer.stable_from),
    ...(apriori && typeof measured === 'number'
      ? [words.limit.bound(powerAbove(apriori.log10_constant), compact(10 ** measured, language))]
      : []),
    words.limit.reference(reference.estimated_error.toExponential(0)),
    ...(sameRuns(limit).length > 1 ? [words.limit.sameRuns(sameRuns(limit).join(', '))] : []),
  ];
}
