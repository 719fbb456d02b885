/** Parts of the page as figures: the charts' own data, and what is drawn without a chart. */
import type { Axis, Figure, Line, Panel, Point } from '../../figures/figure.ts';
import type { Trace } from '../api.ts';
import type { Lines } from '../charts.ts';
import type { Page } from '../page.ts';
import { tokenName } from '../page.ts';
import type { Bar } from '../predict/bars.ts';

/** The panel of a line chart of the page: the same points, colours and names. */
export function panelOf(lines: Lines, title?: string): Panel {
  const { x, xTitle = '', xTicks, yTitle = '', series, legend } = lines;
  return {
    ...(title !== undefined && { title }),
    x: { label: xTitle, ...(xTicks && { ticks: xTicks }) },
    y: { label: yTitle },
    series: series.map(({ label, values, colour }): Line => {
      const points = values.map((y, i): Point => [x[i], y ?? Number.NaN]);
      return {
        kind: 'line',
        name: legend || series.length > 1 ? label : undefined,
        colour,
        points,
      };
    }),
  };
}

/** A line chart alone. */
export function figureOfLines(page: Page, lines: Lines): Figure {
  return { title: lines.title, caption: captionOf(page), panels: [panelOf(lines)] };
}

/** What every picture says below: sentence, model, depth. */
export function captionOf({ state, answers, words }: Page, text = state.get().text): string {
  const { depth } = state.get();
  const length = depth === 'ode' ? words.odeValue : words.depthValue(depth);
  const model = answers.get().value?.model;
  return [text.trim(), model, length].filter(Boolean).join(' · ');
}

/** Bars under their names, in the order of a list. */
export function figureOfBars(page: Page, title: string, bars: readonly Bar[]): Figure {
  const points = bars.map(({ score }, i): Point => [i + 1, score]);
  return {
    title,
    caption: captionOf(page),
    panels: [
      {
        x: { label: '', ticks: bars.map(({ label }, i) => ({ value: i + 1, label })) },
        y: { label: page.words.probability },
        series: [{ kind: 'bars', points, width: 0.7 }],
      },
    ],
  };
}

/** The tokens along an axis, from 0. */
export function tokenAxis(page: Page, trace: Trace, label: string): Axis {
  const ticks = trace.tokens.map((_, i) => ({ value: i, label: tokenName(trace, i, page.words) }));
  return { label, ticks };
}
