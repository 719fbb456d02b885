/** The scalar diagnostics over the layers, and the histogram of the cosines at one. */
import type { Trace } from '../api.ts';
import type { Lines, Series } from '../charts.ts';
import { createHistogram, createLineChart } from '../charts.ts';
import { fill, h } from '../dom.ts';
import { compact } from '../format.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous } from '../page.ts';
import type { Words } from '../words.ts';
import type { Panel } from './panel.ts';

type ChartName = keyof Words['charts'];

export const chartNames: readonly ChartName[] = [
  'energy',
  'effective_rank',
  'attention_entropy',
  'cosine',
  'displacement',
];

export function createDiagnostics(page: Page): Panel {
  const { words } = page;
  const charts = [...chartNames.map((name) => createChart(page, name)), createCosines(page)];
  return {
    element: h(
      'section',
      { class: 'card diagnostics' },
      h('h2', {}, words.diagnostics),
      h('p', { class: 'hint' }, words.diagnosticsHint),
      h('div', { class: 'charts' }, ...charts.map(({ element }) => element)),
    ),
    show(trace, layer) {
      for (const chart of charts) chart.show(trace, layer);
    },
  };
}

function createChart(page: Page, name: ChartName): Panel {
  const { title, help } = page.words.charts[name];
  const canvas = h('canvas', { role: 'img' });
  const chart = createLineChart(page, canvas, (layer) => goToFrame(page, layer));
  const value = h('span', { class: 'chart-value' });
  let drawn = '';
  let source: Trace | null = null;
  return {
    element: h(
      'figure',
      {},
      h('figcaption', {}, h('strong', {}, title), value, h('span', { class: 'hint' }, help)),
      h('div', { class: 'chart small' }, canvas),
    ),
    show(trace, layer) {
      fill(value, currentValue(page, seriesOf(page.words, trace, name), layer));
      const key = `${layer} ${page.state.get().theme}`;
      if (source === trace && key === drawn) return;
      source = trace;
      drawn = key;
      chart.show({ ...diagnosticLines(page, trace, name), marked: layer });
    },
  };
}

/** A diagnostic over the layers. */
export function diagnosticLines(page: Page, trace: Trace, name: ChartName): Lines {
  const { words } = page;
  const continuous = isContinuous(page);
  return {
    title: words.charts[name].title,
    series: seriesOf(words, trace, name),
    x: continuous ? trace.times : trace.layers,
    xTitle: continuous ? words.timeAxis : words.layerAxis,
  };
}

function seriesOf(words: Words, { diagnostics }: Trace, name: ChartName): Series[] {
  if (name !== 'cosine') return [line(words.charts[name].title, diagnostics[name], 0)];
  return [
    line(words.mean, diagnostics.cosine_mean, 0),
    line(words.smallest, diagnostics.cosine_min, 1),
  ];
}

function line(label: string, values: Trace['diagnostics'][string], colour: number): Series {
  const numbers = (values ?? []).map((value) => (typeof value === 'number' ? value : null));
  return { label, values: numbers, colour };
}

function currentValue(page: Page, series: Series[], layer: number): string {
  const { language } = page.state.get();
  const parts = series.map(({ values }) => {
    const value = values[layer];
    return value === null || value === undefined ? '–' : compact(value, language);
  });
  return parts.join(' / ');
}

function createCosines(page: Page): Panel {
  const { words } = page;
  const canvas = h('canvas', { role: 'img' });
  const histogram = createHistogram(page, canvas);
  let drawn = '';
  let source: Trace | null = null;
  return {
    element: h(
      'figure',
      {},
      h(
        'figcaption',
        {},
        h('strong', {}, words.cosines),
        h('span', { class: 'hint' }, words.cosinesHint),
      ),
      h('div', { class: 'chart small' }, canvas),
    ),
    show(trace, layer) {
      const key = `${layer} ${page.state.get().theme}`;
      const counts = trace.diagnostics.cosine_histogram?.[layer];
      if ((source === trace && key === drawn) || !Array.isArray(counts)) return;
      source = trace;
      drawn = key;
      const { cosines: title, cosine: xTitle, pairs: yTitle } = words;
      histogram.show({ title, xTitle, yTitle, counts, low: -1, high: 1 });
    },
  };
}
