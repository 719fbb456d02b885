/** What the Layers tab gives away: its pictures at the layer looked at, and the trace. */
import type { Bars, Figure, Line, Panel, Point } from '../../figures/figure.ts';
import { trajectoriesFigure } from '../../flow/figures.ts';
import type { Trace } from '../api.ts';
import { visibleAnswer } from '../format.ts';
import { angleLines } from '../layers/angles.ts';
import { inAnswers } from '../layers/contrast.ts';
import { layOutTree } from '../layers/dendrogram.ts';
import { chartNames, diagnosticLines } from '../layers/diagnostics.ts';
import { experimentWordsOf } from '../layers/experiment/words.ts';
import { onGlobe, seenFrom, turnOf } from '../layers/globe/projection.ts';
import { gramOf } from '../layers/gram.ts';
import { largestTolerance, toleranceOf, treeAt } from '../layers/groups.ts';
import { weightsOf } from '../layers/heads.ts';
import { pinnedToken } from '../layers/inside/ask.ts';
import type { ShownProjection } from '../layers/projection.ts';
import { beside } from '../layers/projection.ts';
import { surveyCharts, surveyLines } from '../layers/survey/lines.ts';
import type { Page } from '../page.ts';
import { changedOf, flowOf, layerTitle, shownFrame, tokenName } from '../page.ts';
import { GLOBE, principalPair } from '../state.ts';
import { tokenSeries } from '../token-colours.ts';
import { changedCall, spelled, traceCall } from './calls.ts';
import { captionOf, figureOfLines, panelOf, tokenAxis } from './figures.ts';
import { lensFigure } from './predict.ts';
import type { Shared, SharedFigure } from './shared.ts';

export function shareLayers(page: Page): Shared {
  const trace = page.traces.get().value;
  const changed = trace && changedOf(page, trace);
  const found = changedFigures(page, trace, changed);
  return {
    figures: trace
      ? [
          {
            name: 'trajectories',
            figure: pathsFigure(page, trace, inAnswers(page, trace) ?? trace.projection),
          },
          ...(page.state.get().plane === GLOBE
            ? [{ name: 'globe', figure: globeFigure(page, trace) }]
            : []),
          { name: 'attention', figure: attentionFigure(page, trace) },
          ...lensFigure(page),
          ...found,
          { name: 'tree', figure: treeFigure(page, trace) },
          { name: 'gram', figure: gramFigure(page, trace) },
          {
            name: 'angles',
            figure: figureOfLines(page, angleLines(page, trace, pinnedToken(page, trace))),
          },
          { name: 'cosines', figure: cosinesFigure(page, trace) },
          { name: 'diagnostics', figure: diagnosticsFigure(page, trace) },
          ...surveyFigures(page),
        ]
      : [],
    ...(changed
      ? {
          document: { name: 'changed', value: changed.reply },
          ...spelled(page, changedCall(page)),
          command: null,
        }
      : { document: trace && { name: 'trace', value: trace.reply }, ...spelled(page, traceCall) }),
  };
}

/** The numbers of the survey over the layers, and its histograms, where it is open. */
function surveyFigures(page: Page): SharedFigure[] {
  const { words, surveys, state } = page;
  const found = state.get().survey === 'open' ? surveys.get().value : null;
  if (!found) return [];
  const charts = surveyCharts.map((chart): SharedFigure => {
    const lines = surveyLines(page, found, chart);
    return { name: `survey-${chart}`, figure: figureOfLines(page, lines) };
  });
  const pairs = found.frames.map(({ histograms: { plain } }, frame): Panel => {
    const width = 2 / plain.length;
    const points = plain.map((count, bin): Point => [-1 + (bin + 0.5) * width, count]);
    return {
      title: String(frame),
      x: { label: '', domain: [-1, 1] },
      y: { label: words.pairs },
      series: [{ kind: 'bars', points, width }],
    };
  });
  const figure: Figure = {
    title: words.survey.pairs.plain,
    caption: captionOf(page),
    columns: 4,
    panels: pairs,
  };
  return [...charts, { name: 'survey-pairs', figure }];
}

/** The changed paths over the unchanged, and the answers before and after. */
function changedFigures(page: Page, trace: Trace | null, changed: Trace | null): SharedFigure[] {
  if (!trace || !changed?.effect) return [];
  const words = experimentWordsOf(page.state.get().language);
  const { answers } = changed.effect;
  const names = answers.map(({ token_str }) => visibleAnswer(token_str, page.words.end));
  const runs = [words.columns.before, words.columns.after].map((name, i): Bars => {
    const points = answers.map(
      ({ before, after }, k): Point => [k + 1 + (i === 0 ? -0.2 : 0.2), i === 0 ? before : after],
    );
    return { kind: 'bars', name, colour: i, points, width: 0.36 };
  });
  const ticks = names.map((label, k) => ({ value: k + 1, label }));
  const effect: Figure = {
    title: words.title,
    caption: captionOf(page),
    panels: [{ x: { label: '', ticks }, y: { label: page.words.probability }, series: runs }],
  };
  const paths = pathsFigure(page, changed, beside(changed, trace));
  return [
    { name: 'effect', figure: effect },
    { name: 'changed', figure: { ...paths, title: words.picture } },
  ];
}

/** The paths in the plane looked at; the flow behind them, if there is one, without names. */
export function pathsFigure(page: Page, trace: Trace, seen: ShownProjection): Figure {
  const { words, state } = page;
  const axes = seen.titles ? [0, 1] : principalPair(state.get().plane);
  const turned = (frames: number[][][]) =>
    frames.map((frame) => frame.map((point) => axes.map((axis) => point[axis])));
  const share = new Intl.NumberFormat(state.get().language, { style: 'percent' });
  const [x, y] = axes.map((axis) => ({
    label: seen.titles?.[axis] ?? words.axis(axis + 1, share.format(seen.explained[axis] ?? 0)),
  }));
  const projection = { points: turned(seen.points), explained: [...seen.explained] };
  const names = trace.tokens.map((_, i) => tokenName(trace, i, words));
  const paths = inTokenColours(trace, trajectoriesFigure(projection, names));
  const behind = turned(seen.flow ?? []);
  const lines = trace.tokens.map((_, i) => ({
    kind: 'line' as const,
    colour: 6,
    points: behind.map((frame): Point => [frame[i][0], frame[i][1]]),
  }));
  return {
    title: words.trajectories,
    caption: captionOf(page),
    panels: [{ x, y, equalUnits: true, series: [...(seen.flow ? lines : []), ...paths] }],
  };
}

/** The paths of a figure of all tokens, each in the colour that it has on the page. */
function inTokenColours(trace: Trace, { panels: [{ series }] }: Figure) {
  const colours = tokenSeries(trace);
  return series.map((path, i) => (path.kind === 'path' ? { ...path, colour: colours[i] } : path));
}

/** The globe as it is turned, looked at from far: without depth, in its outline. */
function globeFigure(page: Page, trace: Trace): Figure {
  const { words, state } = page;
  const globe = onGlobe(trace.hidden_states);
  const turned = turnOf(state.get(), trace, globe);
  const points = globe.points.map((frame) =>
    frame.map((point) => seenFrom(turned, point).slice(0, 2)),
  );
  const names = trace.tokens.map((_, i) => tokenName(trace, i, words));
  const explained = [...globe.explained];
  const series = inTokenColours(trace, trajectoriesFigure({ points, explained }, names));
  const outline: Line = {
    kind: 'line',
    colour: 6,
    points: Array.from({ length: 121 }, (_, k): Point => {
      const angle = (k * Math.PI) / 60;
      return [Math.cos(angle), Math.sin(angle)];
    }),
  };
  const side = { label: words.globeTurned(turned.yaw, turned.pitch), domain: [-1.1, 1.1] as const };
  const panel = { x: side, y: { ...side, label: '' }, equalUnits: true };
  return {
    title: words.globe,
    caption: captionOf(page),
    panels: [{ ...panel, series: [outline, ...series] }],
  };
}

/** The paths over the flow, as soon as that is known. */
export function overFlowFigure(page: Page, trace: Trace): Figure {
  const flow = flowOf(page, trace);
  return pathsFigure(page, trace, flow ? beside(trace, flow) : trace.projection);
}

/** The matrix of the step looked at, of the chosen head. */
export function attentionFigure(page: Page, trace: Trace): Figure {
  const { words, state } = page;
  const { head } = state.get();
  const from = Math.max(0, shownFrame(state.get(), trace) - 1);
  const values = weightsOf(trace.attentions[from] ?? [], head);
  return {
    title: `${words.attention}: ${head === null ? words.meanHead : words.head(head + 1)}`,
    caption: `${words.attentionStep(trace.layers[from], trace.layers[from + 1])} · ${captionOf(page)}`,
    panels: [
      {
        x: tokenAxis(page, trace, words.key),
        y: tokenAxis(page, trace, words.query),
        series: [{ kind: 'heat', values, range: [0, 1] }],
      },
    ],
  };
}

/** The tree of the clusters at the layer looked at, and the tolerance as a line across it. */
function treeFigure(page: Page, trace: Trace): Figure {
  const { words, state } = page;
  const layer = shownFrame(state.get(), trace);
  const tolerance = toleranceOf(state.get(), trace);
  const { order, joints } = layOutTree(treeAt(trace, layer));
  const y = (row: number) => order.length - 1 - row;
  const lines = joints.map(({ height, arms: [upper, lower] }): Line => {
    const points: Point[] = [
      [upper.height, y(upper.row)],
      [height, y(upper.row)],
      [height, y(lower.row)],
      [lower.height, y(lower.row)],
    ];
    return { kind: 'line', colour: height <= tolerance ? 0 : 6, points };
  });
  const across: Line = {
    kind: 'line',
    name: words.tolerance,
    colour: 1,
    points: [
      [tolerance, -0.5],
      [tolerance, order.length - 0.5],
    ],
  };
  const ticks = order.map((i, row) => ({ value: y(row), label: tokenName(trace, i, words) }));
  return {
    title: words.clusters,
    caption: `${layerTitle(page, trace, layer)} · ${captionOf(page)}`,
    panels: [
      {
        x: { label: words.treeAxis, domain: [0, largestTolerance(trace)] },
        y: { label: '', ticks },
        series: [...lines, across],
      },
    ],
  };
}

/** The cosine of every pair at the layer looked at. */
function gramFigure(page: Page, trace: Trace): Figure {
  const frame = shownFrame(page.state.get(), trace);
  const values = gramOf(trace.hidden_states[frame]);
  const names = tokenAxis(page, trace, '');
  return {
    title: page.words.gram,
    caption: `${layerTitle(page, trace, frame)} · ${captionOf(page)}`,
    panels: [{ x: names, y: names, series: [{ kind: 'heat', values, range: [-1, 1] }] }],
  };
}

function cosinesFigure(page: Page, trace: Trace): Figure {
  const { words, state } = page;
  const layer = shownFrame(state.get(), trace);
  const found = trace.diagnostics.cosine_histogram?.[layer];
  const counts = Array.isArray(found) ? found : [];
  const width = 2 / Math.max(1, counts.length);
  const points = counts.map((count, i): Point => [-1 + (i + 0.5) * width, count]);
  return {
    title: words.cosines,
    caption: `${layerTitle(page, trace, layer)} · ${captionOf(page)}`,
    panels: [
      {
        x: { label: words.cosine, domain: [-1, 1] },
        y: { label: words.pairs },
        series: [{ kind: 'bars', points, width }],
      },
    ],
  };
}

function diagnosticsFigure(page: Page, trace: Trace): Figure {
  const panels = chartNames.map((name) => {
    const lines = diagnosticLines(page, trace, name);
    return panelOf(lines, lines.title);
  });
  return { title: page.words.diagnostics, caption: captionOf(page), panels };
}
