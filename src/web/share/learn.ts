/** What the Learn tab gives away: the pictures of its step. */
import type { Figure, Line, Point } from '../../figures/figure.ts';
import type { Trace } from '../api.ts';
import { percent } from '../format.ts';
import { toleranceOf } from '../layers/groups.ts';
import { weightsOf } from '../layers/heads.ts';
import { spokenOf } from '../learn/context.ts';
import { stepTo } from '../learn/listening.ts';
import { strands } from '../learn/merge-map.ts';
import { pairLines } from '../learn/pair-card.ts';
import { barsAt } from '../learn/word.ts';
import { learnWordsOf } from '../learn/words.ts';
import type { Page } from '../page.ts';
import { layerTitle, shownFrame, tokenName } from '../page.ts';
import { predictCall, spelled, traceCall } from './calls.ts';
import { captionOf, figureOfBars, figureOfLines, tokenAxis } from './figures.ts';
import { attentionFigure, overFlowFigure, pathsFigure } from './layers.ts';
import { lensFigure } from './predict.ts';
import type { Shared, SharedFigure } from './shared.ts';

type Pictures = (page: Page, trace: Trace) => SharedFigure[];

const pictures: readonly Pictures[] = [
  sentencePictures,
  listeningPictures,
  layersPictures,
  clustersPictures,
  wordPictures,
];

export function shareLearn(page: Page): Shared {
  const { step } = page.state.get();
  const trace = page.traces.get().value;
  const answer = page.answers.get().value;
  const figures = trace ? pictures[step - 1](page, trace) : [];
  if (step === pictures.length)
    return {
      figures,
      document: answer && { name: 'prediction', value: answer },
      ...spelled(page, predictCall),
    };
  return {
    figures,
    document: trace && { name: 'trace', value: trace.reply },
    ...spelled(page, traceCall),
  };
}

function sentencePictures(page: Page, trace: Trace): SharedFigure[] {
  const seen = trace.projection;
  const start = { points: seen.points.slice(0, 1), explained: seen.explained };
  const points = { ...pathsFigure(page, trace, start), title: page.words.particles };
  return [
    { name: 'vectors', figure: vectorsFigure(page, trace) },
    { name: 'points', figure: points },
  ];
}

function vectorsFigure(page: Page, trace: Trace): Figure {
  const values = trace.hidden_states[0];
  return {
    title: learnWordsOf(page.state.get().language).tokens.vectors,
    caption: captionOf(page),
    panels: [
      {
        x: { label: 'k' },
        y: tokenAxis(page, trace, 'x_i(0)'),
        series: [{ kind: 'heat', values }],
      },
    ],
  };
}

function listeningPictures(page: Page, trace: Trace): SharedFigure[] {
  const { state, words } = page;
  const { head, language } = state.get();
  const listener = spokenOf(page, trace);
  const step = stepTo(shownFrame(state.get(), trace));
  const row = weightsOf(trace.attentions[step] ?? [], head)[listener] ?? [];
  const bars = row.map((score, i) => ({
    label: tokenName(trace, i, words),
    score,
    mark: percent(score, language),
    kind: 'listed' as const,
  }));
  const title = learnWordsOf(language).tokens.listener(tokenName(trace, listener, words));
  return [
    { name: 'listening', figure: figureOfBars(page, title, bars) },
    { name: 'attention', figure: attentionFigure(page, trace) },
  ];
}

function layersPictures(page: Page, trace: Trace): SharedFigure[] {
  return [{ name: 'trajectories', figure: overFlowFigure(page, trace) }];
}

function clustersPictures(page: Page, trace: Trace): SharedFigure[] {
  const words = learnWordsOf(page.state.get().language);
  return [
    { name: 'clusters', figure: clustersFigure(page, trace) },
    { name: 'pair', figure: figureOfLines(page, pairLines(page, words)) },
  ];
}

/** The map of what merges: a line a particle, at the height of the first of its cluster. */
function clustersFigure(page: Page, trace: Trace): Figure {
  const tolerance = toleranceOf(page.state.get(), trace);
  const rows = strands(trace, tolerance);
  const { label, ticks = [] } = tokenAxis(page, trace, '');
  const series = trace.tokens.map((_, i): Line => {
    const height = (k: number) => -(rows[k][i].row + 0.12 * rows[k][i].place);
    return { kind: 'line', points: rows.map((__, k): Point => [trace.layers[k], height(k)]) };
  });
  return {
    title: `${page.words.clusters}, τ = ${tolerance}`,
    caption: captionOf(page),
    panels: [
      {
        x: { label: page.words.layerAxis },
        y: { label, ticks: ticks.map((tick) => ({ ...tick, value: -tick.value })) },
        series,
      },
    ],
  };
}

function wordPictures(page: Page, trace: Trace): SharedFigure[] {
  const { language } = page.state.get();
  const layer = shownFrame(page.state.get(), trace);
  const title = `${learnWordsOf(language).answersAt}: ${layerTitle(page, trace, layer)}`;
  const answers = figureOfBars(page, title, barsAt(page, trace, layer));
  return [{ name: 'answers', figure: answers }, ...lensFigure(page)];
}
