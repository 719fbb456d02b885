/** The angles of all particles to the one that is pinned, over the layers: lines that meet 0 are mergers. */
import type { Trace } from '../api.ts';
import { createLineChart, type Lines } from '../charts.ts';
import { fill, h } from '../dom.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous, tokenName } from '../page.ts';
import { tokenSeries } from '../token-colours.ts';
import { pinnedToken } from './inside/ask.ts';
import type { Panel } from './panel.ts';
import { layersWordsOf } from './words.ts';

export function createAngles(page: Page): Panel {
  const { help } = layersWordsOf(page.state.get().language).angles;
  const title = h('strong');
  const canvas = h('canvas', { role: 'img' });
  const chart = createLineChart(page, canvas, (frame) => goToFrame(page, frame));
  let drawn: readonly unknown[] = [];
  return {
    element: h(
      'figure',
      { class: 'angles' },
      h('figcaption', {}, title, h('span', { class: 'hint' }, help)),
      h('div', { class: 'chart' }, canvas),
    ),
    show(trace, layer) {
      const token = pinnedToken(page, trace);
      const now = [trace, layer, token, page.state.get().theme];
      if (now.every((one, i) => one === drawn[i])) return;
      drawn = now;
      const lines = angleLines(page, trace, token);
      fill(title, lines.title);
      chart.show({ ...lines, marked: layer });
    },
  };
}

/** A line for every other particle, in degrees. */
export function angleLines(page: Page, trace: Trace, token: number): Lines {
  const { angles } = layersWordsOf(page.state.get().language);
  const continuous = isContinuous(page);
  const colours = tokenSeries(trace);
  const others = trace.tokens.flatMap((_, i) => (i === token ? [] : [i]));
  return {
    title: angles.title(tokenName(trace, token, page.words)),
    x: continuous ? trace.times : trace.layers,
    xTitle: continuous ? page.words.timeAxis : page.words.layerAxis,
    yTitle: angles.axis,
    legend: true,
    series: others.map((i) => ({
      label: tokenName(trace, i, page.words),
      colour: colours[i],
      values: trace.hidden_states.map((frame) => degreesBetween(frame[token], frame[i])),
    })),
  };
}

/** From the chord, which is accurate for small angles too. */
function degreesBetween(x: readonly number[], y: readonly number[]): number {
  const chord = Math.hypot(...x.map((value, c) => value - y[c]));
  return (2 * Math.asin(Math.min(1, chord / 2)) * 180) / Math.PI;
}
