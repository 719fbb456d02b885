/** Two particles on a circle: β and the angle to choose, the exact equation with its numbers, the fall. */
import type { LineChart, Lines } from '../charts.ts';
import { createLineChart } from '../charts.ts';
import { fill, fillTrack, h, setAttribute, svg } from '../dom.ts';
import { compact, decimal } from '../format.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import type { State } from '../state.ts';
import { largestPairBeta } from '../state.ts';
import type { Fact } from './context.ts';
import { createFacts } from './facts.ts';
import { formula, prose } from './formula.ts';
import { pairPath, pairRate, pairTime } from './pair.ts';
import type { LearnWords } from './words.ts';

const equation = String.raw`\dot\varphi = -\frac{2 \sin\varphi}{1 + e^{\beta(1 - \cos\varphi)}}`;
const degree = Math.PI / 180;
const points = 120;

export function createPairCard(page: Page, words: LearnWords): HTMLElement {
  const { pair } = words;
  const circle = svg('svg', { class: 'pair', viewBox: '0 0 200 200', role: 'img' });
  const facts = createFacts(pair.facts);
  const canvas = h('canvas', { role: 'img' });
  let chart: LineChart | null = null;
  const card = h(
    'section',
    { class: 'card pair-card' },
    h('h2', {}, pair.title),
    h('p', { class: 'hint' }, ...prose(pair.hint)),
    formula(equation),
    h(
      'div',
      { class: 'pair-columns' },
      h(
        'div',
        { class: 'pair-left' },
        circle,
        createSlider(page, {
          key: 'pairBeta',
          name: pair.beta,
          least: 0,
          most: largestPairBeta,
          step: 0.1,
        }),
        createSlider(page, { key: 'pairAngle', name: pair.angle, least: 1, most: 179, step: 1 }),
      ),
      h(
        'div',
        {},
        facts.element,
        h('div', { class: 'chart pair-chart' }, canvas),
        h('p', { class: 'hint' }, pair.told),
      ),
    ),
  );
  const show = () => {
    if (card.closest('[hidden]') || !card.isConnected) return;
    const { pairBeta, pairAngle, language } = page.state.get();
    const phi = pairAngle * degree;
    drawCircle(circle, phi, pair.picture(`${decimal(pairAngle, language, 0)}°`));
    facts.show(pairFacts(page, words, pairBeta, phi));
    chart ??= createLineChart(page, canvas, (at) => goTo(page, at));
    chart.show(pairLines(page, words));
  };
  page.state.subscribe((now, before) => changed(now, before) && show());
  queueMicrotask(show);
  return card;
}

function changed(now: State, before: State): boolean {
  const keys = ['pairBeta', 'pairAngle', 'step', 'tab', 'theme'] as const;
  return keys.some((key) => now[key] !== before[key]);
}

const pathOf = ({ state }: Page) =>
  pairPath(state.get().pairBeta, state.get().pairAngle * degree, degree, points);

/** A click on the curve sets the angle to where it was clicked. */
function goTo(page: Page, at: number): void {
  const [, phi] = pathOf(page)[at];
  page.state.set({ pairAngle: Math.max(1, Math.round(phi / degree)) });
}

function pairFacts({ state }: Page, { pair }: LearnWords, beta: number, phi: number): Fact[] {
  const { language } = state.get();
  return [
    {
      tex: String.raw`\dot\varphi`,
      name: pair.rate,
      value: decimal(pairRate(beta, phi), language, 5),
    },
    { tex: 't', name: pair.time, value: compact(pairTime(beta, phi, degree), language) },
  ];
}

/** The fall of the two, as the chart shows it. */
export function pairLines(page: Page, { pair }: LearnWords): Lines {
  const path = pathOf(page);
  return {
    title: pair.chart,
    x: path.map(([time]) => time),
    xTitle: pair.timeAxis,
    yTitle: pair.angleAxis,
    series: [{ label: 'φ', values: path.map(([, phi]) => phi / degree), colour: 0 }],
  };
}

interface Slider {
  readonly key: 'pairBeta' | 'pairAngle';
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

function createSlider(page: Page, { key, name, least, most, step }: Slider): HTMLElement {
  const { state } = page;
  const slider = h('input', { type: 'range', id: key, min: least, max: most, step });
  const shown = h('output', { for: key });
  slider.addEventListener('input', () => state.set({ [key]: Number(slider.value) }));
  const show = () => {
    const { language } = state.get();
    const value = state.get()[key];
    slider.value = String(value);
    fillTrack(slider);
    const text =
      key === 'pairBeta' ? decimal(value, language, 1) : `${decimal(value, language, 0)}°`;
    setAttribute(slider, 'aria-valuetext', text);
    fill(shown, text);
  };
  state.subscribe((now, before) => now[key] !== before[key] && show());
  show();
  const control = h(
    'div',
    { class: 'pair-control' },
    h('label', { for: key }, name),
    slider,
    shown,
  );
  return controlsOf(page, key, control);
}

/** Both particles, symmetric about the top, with the arc between them. */
function drawCircle(picture: SVGSVGElement, phi: number, label: string): void {
  const radius = 80;
  const at = (angle: number) => [100 + radius * Math.sin(angle), 100 - radius * Math.cos(angle)];
  const [[x1, y1], [x2, y2]] = [at(-phi / 2), at(phi / 2)];
  setAttribute(picture, 'aria-label', label);
  fill(
    picture,
    svg('circle', { class: 'pair-circle', cx: 100, cy: 100, r: radius }),
    svg('path', { class: 'pair-arc', d: `M${x1} ${y1}A${radius} ${radius} 0 0 1 ${x2} ${y2}` }),
    svg('circle', { class: 'pair-dot first', cx: x1, cy: y1, r: 9 }),
    svg('circle', { class: 'pair-dot second', cx: x2, cy: y2, r: 9 }),
  );
}
