/** One layer alone, as a flow to any time or repeated: lengths, clusters against chance, and what it tends to. */
import type { LayerQuestion, LayerReply } from '../api.ts';
import { createLineChart, type Lines } from '../charts.ts';
import { fill, h } from '../dom.ts';
import { compact, decimal } from '../format.ts';
import { findingText } from '../layers/survey/finding.ts';
import type { Page } from '../page.ts';
import { type AskedCard, createAsked, createChoice, createLayerChoice } from './asked.ts';

type Frame = LayerReply['frames'][number];
type ChartName = 'lengths' | 'clusters' | 'cosine';

export function createAlone(page: Page): AskedCard {
  const { layerFlows: resource } = page;
  const words = page.words.parts.alone;
  const choice = createLayerChoice(page, 'alone-layer', false);
  const part = createChoice('alone-part', words.part, Object.entries(words.parts));
  const scheme = createChoice('alone-scheme', words.scheme, Object.entries(words.schemes));
  const time = h('input', {
    type: 'number',
    id: 'alone-time',
    class: 'asked-number',
    min: 1,
    max: 1e6,
    value: 100,
  });
  const timeField = h(
    'span',
    { class: 'asked-field' },
    h('label', { for: 'alone-time' }, words.time),
    ' ',
    time,
  );
  const told = h('ul', { class: 'told' });
  const charts = (['lengths', 'clusters', 'cosine'] as const).map((name) =>
    createChart(page, name),
  );
  return createAsked<LayerQuestion, LayerReply>(page, {
    id: 'alone',
    words,
    fields: [choice.element, part.element, scheme.element, timeField],
    operation: 'limit layer',
    options: () => ({
      layer: choice.layer() ?? 1,
      part: part.value(),
      scheme: scheme.value(),
      time: Number(time.value),
    }),
    resource,
    body: [told, h('div', { class: 'charts' }, ...charts.map(({ element }) => element))],
    show(found) {
      fill(told, ...sentences(page, found).map((sentence) => h('li', {}, sentence)));
      for (const chart of charts) chart.show(found);
    },
  });
}

function createChart(page: Page, name: ChartName) {
  const canvas = h('canvas', { role: 'img' });
  const chart = createLineChart(page, canvas, () => {});
  return {
    element: h(
      'figure',
      {},
      h('figcaption', {}, h('strong', {}, page.words.parts.alone.charts[name])),
      h('div', { class: 'chart survey-chart' }, canvas),
    ),
    show: (found: LayerReply) => chart.show(linesOf(page, found, name)),
  };
}

/** Times are closer at first, so that they are drawn by log₁₀(1 + t). */
const placeOf = (time: number) => Math.log10(1 + time);

function linesOf({ words }: Page, { frames, time, scheme }: LayerReply, name: ChartName): Lines {
  const { charts, series, repetitions, time: timeAxis } = words.parts.alone;
  const powers = Array.from({ length: Math.ceil(placeOf(time)) + 1 }, (_, k) => 10 ** k);
  const ticks = [0, ...powers].filter((value) => value <= Math.max(1, time));
  const line = (label: string, colour: number, of: (frame: Frame) => number | null) => ({
    label,
    colour,
    values: frames.map(of),
  });
  const lines = {
    lengths: [
      line(series.least, 0, ({ norms }) => Math.log10(norms.least)),
      line(series.median, 1, ({ norms }) => Math.log10(norms.median)),
      line(series.most, 2, ({ norms }) => Math.log10(norms.most)),
    ],
    clusters: [line(charts.clusters, 0, ({ clusters }) => clusters)],
    cosine: [
      line(series.cosine, 0, ({ cosine }) => cosine),
      line(series.unusual, 1, ({ chance }) => chance?.unusual ?? null),
    ],
  };
  return {
    title: charts[name],
    x: frames.map((frame) => placeOf(frame.time)),
    xTitle: scheme === 'layer' ? repetitions : timeAxis,
    xTicks: ticks.map((value) => ({ value: placeOf(value), label: String(value) })),
    legend: name !== 'clusters',
    series: lines[name],
  };
}

function sentences(page: Page, found: LayerReply): string[] {
  const { language } = page.state.get();
  const words = page.words.parts.alone;
  const { frames, time, reason, clusters, tokens, attractor, settings, steps, rejected } = found;
  const number = (value: number) => compact(value, language);
  const [first, last] = [frames[0], frames[frames.length - 1]];
  const groups = clusters.end
    .filter((members) => members.length > 1)
    .map((members) => members.map((i) => tokens[i].trim()).join(' '));
  return [
    ...(reason === null ? [] : [words.givenUp(number(time), reason)]),
    words.together(
      clusters.start.length,
      tokens.length,
      clusters.end.length,
      number(time),
      groups.join(' · '),
      decimal(settings.angle, language, 2),
    ),
    findingText(page, words.atStart, first.chance),
    findingText(page, words.atEnd, last.chance),
    words.attractor(
      words.attractors[attractor.kind] ?? attractor.kind,
      number(attractor.motion.speed),
      number(attractor.motion.turning),
      number(attractor.growth),
    ),
    ...(attractor.returned
      ? [words.returned(number(attractor.returned.period), number(attractor.returned.residual))]
      : []),
    words.work(steps, rejected),
  ];
}
