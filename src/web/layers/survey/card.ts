/** The survey of a real model's layers: sinks, cosines, ranks, clusters against chance. Asked for by hand. */
import { isUnusual, sinkCourses, spans } from '../../../diagnostics/survey/told.ts';
import { mean } from '../../../numerics/statistics.ts';
import type { SurveyReply } from '../../api.ts';
import { createHistogram, createLineChart } from '../../charts.ts';
import { fill, h, setAttribute } from '../../dom.ts';
import { compact, percent, visibleToken } from '../../format.ts';
import { describeFailure } from '../../notice.ts';
import type { Page } from '../../page.ts';
import { goToFrame, isFlow } from '../../page.ts';
import type { Panel } from '../panel.ts';
import { createBands } from './bands.ts';
import { type Finding, findingText } from './finding.ts';
import { type SurveyChart, surveyCharts, surveyLines } from './lines.ts';

type Frame = SurveyReply['frames'][number];

/** A part of what was found, at a layer. */
interface Part {
  readonly element: Element;
  show(found: SurveyReply, layer: number): void;
}

export function createSurvey(page: Page): Panel {
  const { words, state, surveys } = page;
  const toggle = h('button', { type: 'button', class: 'button', 'aria-controls': 'survey-found' });
  toggle.addEventListener('click', () =>
    state.set({ survey: state.get().survey === 'open' ? 'shut' : 'open' }),
  );
  const nothing = h('div', { class: 'survey-nothing', role: 'status' });
  const parts = [
    createFindings(page),
    createCharts(page),
    createInnerProducts(page),
    createFrame(page),
  ];
  const found = h('div', { class: 'survey-parts' }, ...parts.map(({ element }) => element));
  const body = h('div', { id: 'survey-found' }, createReference(page), nothing, found);
  const element = h(
    'section',
    { class: 'card survey' },
    h('h2', {}, words.survey.title),
    h('p', { class: 'hint' }, words.survey.hint),
    toggle,
    body,
  );
  return {
    element,
    show(trace, frame) {
      const open = state.get().survey === 'open';
      const { value, failure, status } = surveys.get();
      element.hidden = isFlow(state.get(), page);
      body.hidden = !open;
      setAttribute(toggle, 'aria-expanded', String(open));
      fill(toggle, open ? words.survey.shut : words.survey.open);
      if (element.hidden || !open) return;
      const shown = value !== null && failure === null;
      found.hidden = !shown;
      found.classList.toggle('stale', status === 'loading');
      body.setAttribute('aria-busy', String(status === 'loading'));
      if (failure) fill(nothing, describeFailure(page, failure, {}));
      else fill(nothing, value === null && h('p', { class: 'hint' }, words.survey.loading));
      if (!shown) return;
      const layer = Math.min(trace.layers[frame], value.frames.length - 1);
      for (const part of parts) part.show(value, layer);
    },
  };
}

/** A text of one's own whose mean direction is taken off; asked for when the field is left, for it is expensive. */
function createReference({ words, state }: Page): HTMLElement {
  const input = h('input', {
    type: 'text',
    id: 'survey-reference',
    autocomplete: 'off',
    placeholder: words.survey.referencePlaceholder,
    'aria-describedby': 'survey-reference-hint',
  });
  input.value = state.get().reference;
  input.addEventListener('change', () => state.set({ reference: input.value }));
  state.subscribe((now, before) => {
    if (now.reference !== before.reference) input.value = now.reference;
  });
  return h(
    'div',
    { class: 'survey-reference' },
    h('label', { for: 'survey-reference' }, words.survey.reference),
    input,
    h('p', { class: 'hint', id: 'survey-reference-hint' }, words.survey.referenceHint),
  );
}

/** With its place from 1, for a text may have a word twice. */
const nameOf = ({ words }: Page, { tokens }: SurveyReply, token: number) =>
  words.survey.named(visibleToken(tokens[token], words.start), token + 1);

/** Sentences about all layers. */
function createFindings(page: Page): Part {
  const { words, state } = page;
  const list = h('ul', { class: 'told' });
  const sentences = (found: SurveyReply): string[] => {
    const { language } = state.get();
    const { frames, settings } = found;
    const shares = frames.flatMap(({ first_attention }) => first_attention ?? []);
    const beyond = (what: string, of: (frame: Frame) => Finding | null | undefined) => {
      const at = frames.flatMap((frame, k) => (isUnusual(of(frame)) ? [k] : []));
      return at.length === 0
        ? words.survey.noneBeyond(what)
        : words.survey.beyond(what, words.survey.inFrames(spans(at), at.length));
    };
    return [
      ...(shares.length === 0
        ? []
        : [words.survey.firstAttention(nameOf(page, found, 0), percent(mean(shares), language))]),
      ...sinkCourses(frames).map(({ token, frames: at, norm, attention }) =>
        words.survey.sink(
          nameOf(page, found, token),
          words.survey.inFrames(spans(at), at.length),
          compact(norm, language),
          compact(attention, language),
        ),
      ),
      ...(frames.some(({ sinks }) => sinks.length > 0) ? [] : [words.survey.noSink]),
      ...(settings.surrogates === 0
        ? []
        : [
            beyond(words.survey.series.plain, ({ plain }) => plain.without_sinks.clusters),
            beyond(words.survey.series.centred, (frame) => frame.centred?.without_sinks.clusters),
          ]),
      words.survey.rule(settings.sinkNorm, settings.sinkAttention, settings.surrogates),
    ];
  };
  return {
    element: list,
    show: (found) => fill(list, ...sentences(found).map((sentence) => h('li', {}, sentence))),
  };
}

function createCharts(page: Page): Part {
  const charts = surveyCharts.map((name) => createChart(page, name));
  return {
    element: h('div', { class: 'charts' }, ...charts.map(({ element }) => element)),
    show(found, layer) {
      for (const chart of charts) chart.show(found, layer);
    },
  };
}

function createChart(page: Page, name: SurveyChart): Part {
  const { title, help } = page.words.survey.charts[name];
  const canvas = h('canvas', { role: 'img' });
  const chart = createLineChart(page, canvas, (layer) => goToFrame(page, layer));
  return {
    element: h(
      'figure',
      {},
      h('figcaption', {}, h('strong', {}, title), h('span', { class: 'hint' }, help)),
      h('div', { class: 'chart survey-chart' }, canvas),
    ),
    show: onceFor(page, (found, layer) =>
      chart.show({ ...surveyLines(page, found, name), marked: layer }),
    ),
  };
}

/** Draws only what is new: another survey, layer or theme. */
function onceFor({ state }: Page, draw: Part['show']): Part['show'] {
  let [source, key]: [SurveyReply | null, string] = [null, ''];
  return (found, layer) => {
    const now = `${layer} ${state.get().theme}`;
    if (source === found && key === now) return;
    [source, key] = [found, now];
    draw(found, layer);
  };
}

/** All pairs by their inner products: over the layers, and at the one looked at. */
function createInnerProducts(page: Page): Part {
  const { words } = page;
  const views = (['plain', 'centred'] as const).map((which) => {
    const bands = createBands(page);
    const canvas = h('canvas', { role: 'img' });
    const histogram = createHistogram(page, canvas);
    const element = h(
      'figure',
      {},
      h(
        'figcaption',
        {},
        h('strong', {}, words.survey.pairs[which]),
        h('span', { class: 'hint' }, words.survey.pairsHint),
      ),
      bands.element,
      h('div', { class: 'chart small' }, canvas),
    );
    const columns = new WeakMap<SurveyReply, (readonly number[])[]>();
    const show = onceFor(page, (found, layer) => {
      const known = columns.get(found) ?? found.frames.map((one) => one.histograms[which] ?? []);
      columns.set(found, known);
      element.hidden = known[layer].length === 0;
      if (element.hidden) return;
      bands.show(known, words.survey.pairsLabel(words.survey.series[which]), layer);
      const { cosine: xTitle, pairs: yTitle } = words;
      const title = words.survey.pairs[which];
      histogram.show({ title, xTitle, yTitle, counts: [...known[layer]], low: -1, high: 1 });
    });
    return { element, show };
  });
  return {
    element: h('div', { class: 'charts pairs' }, ...views.map(({ element }) => element)),
    show(found, layer) {
      for (const view of views) view.show(found, layer);
    },
  };
}

/** The layer looked at: its sinks, and its clusters against chance. */
function createFrame(page: Page): Part {
  const { words, state } = page;
  const heading = h('h3', {});
  const sinks = h('div', {});
  const clusters = h('ul', { class: 'told' });
  const cut = h('button', { type: 'button', class: 'button' }, words.survey.cut);
  let height: number | null = null;
  cut.addEventListener('click', () => {
    if (height !== null) state.set({ tolerance: Number(height.toFixed(4)) });
  });
  return {
    element: h(
      'div',
      { class: 'survey-frame' },
      heading,
      h('div', { class: 'survey-sinks' }, sinks),
      clusters,
      cut,
    ),
    show: onceFor(page, (found, layer) => {
      const frame = found.frames[layer];
      const own = frame.plain.all.clusters;
      height = own && Math.sqrt(own.from * own.to);
      cut.hidden = own === null;
      fill(heading, words.layerOf(layer, found.frames.length - 1));
      fill(sinks, createSinks(page, found, frame));
      fill(clusters, ...clusterSentences(page, frame).map((sentence) => h('li', {}, sentence)));
    }),
  };
}

function createSinks(page: Page, found: SurveyReply, { sinks }: Frame): HTMLElement {
  const { words, state } = page;
  const { language } = state.get();
  if (sinks.length === 0) return h('p', {}, words.survey.noSinkHere);
  const { columns } = words.survey;
  const head = [columns.token, columns.norm, columns.attention];
  return h(
    'table',
    { class: 'refined-table' },
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...sinks.map(({ token, norm, attention }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, nameOf(page, found, token)),
          h('td', {}, compact(norm, language)),
          h('td', {}, attention === null ? '–' : compact(attention, language)),
        ),
      ),
    ),
  );
}

/** Of each cloud where its clusters last longest, and whether that is chance. */
function clusterSentences(page: Page, { plain, centred, sinks }: Frame): string[] {
  const { series, directions } = page.words.survey;
  const sentence = (what: string, found: Finding | null | undefined) =>
    findingText(page, directions(what), found);
  const rest = sinks.length > 0;
  return [
    sentence(series.plain, plain.all.clusters),
    ...(rest ? [sentence(series.plainRest, plain.without_sinks.clusters)] : []),
    ...(centred ? [sentence(series.centred, centred.all.clusters)] : []),
    ...(centred && rest ? [sentence(series.centredRest, centred.without_sinks.clusters)] : []),
  ];
}
