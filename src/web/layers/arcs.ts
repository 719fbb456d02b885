/** Lines between the words of the sentence itself: who looks at whom in the step, by the head that is chosen. */
import type { Trace } from '../api.ts';
import { type Child, fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import { weightsOf } from './heads.ts';
import type { Panel } from './panel.ts';
import { layersWordsOf } from './words.ts';

const letter = 8.2; // px of a character, roughly
const gap = 14;
const least = 0.1; // of a weight whose line is drawn while nobody is selected
const foot = 34;

export function createArcs(page: Page): Panel {
  const words = layersWordsOf(page.state.get().language);
  const picture = svg('svg', { class: 'arcs', role: 'img' });
  const scroll = h(
    'div',
    { class: 'arcs-scroll', tabindex: 0, role: 'region', 'aria-label': words.arcs.title },
    picture,
  );
  const step = h('p', { class: 'hint' });
  let width = 0;
  let latest: Parameters<Panel['show']> | null = null;
  const show: Panel['show'] = (trace, layer) => {
    latest = [trace, layer];
    const from = Math.max(0, layer - 1); // the step that led here; from the input the first
    const all = trace.attentions[from] ?? [];
    scroll.hidden = all.length === 0;
    if (scroll.hidden) return fill(step, page.words.attentionNone);
    const { head } = page.state.get();
    const which =
      head === null || head >= all.length ? page.words.meanHead : page.words.head(head + 1);
    fill(
      step,
      `${page.words.attentionStep(trace.layers[from], trace.layers[from + 1])} · ${which}. ${words.arcs.hint}`,
    );
    if (width > 0) draw(page, picture, trace, weightsOf(all, head), width);
  };
  picture.addEventListener('pointerleave', () => page.hover.set({ token: null }));
  new ResizeObserver(() => {
    width = scroll.clientWidth;
    if (latest) show(...latest);
  }).observe(scroll);
  return {
    element: h('section', { class: 'card arcs-card' }, h('h2', {}, words.arcs.title), step, scroll),
    show,
  };
}

/** Words in a row, as far apart as the place allows; a line goes up from who looks and comes down at whom. */
function draw(
  page: Page,
  picture: SVGSVGElement,
  trace: Trace,
  weights: readonly (readonly number[])[],
  room: number,
): void {
  const names = trace.tokens.map((_, i) => tokenName(trace, i, page.words));
  const wide = names.map((name) => name.length * letter + gap);
  const sum = wide.reduce((all, one) => all + one, 0);
  const stretch = Math.max(1, Math.min(2.2, room / sum));
  const width = Math.max(room, sum);
  const left = (width - sum * stretch) / 2;
  const x = names.map(
    (_, i) => left + stretch * (wide.slice(0, i).reduce((all, one) => all + one, 0) + wide[i] / 2),
  );
  const reach = Math.max(...x) - Math.min(...x);
  const height = Math.min(190, 34 + reach / 3.2);
  const base = height - 6;
  const chosen = selectedToken(page);
  const colours = tokenColours(trace);
  const lines: Child[] = [];
  for (const [query, row] of weights.entries())
    for (const [key, weight] of row.entries()) {
      if (query === key || (chosen === null ? weight < least : chosen !== query && chosen !== key))
        continue;
      const top = base - Math.min(height - 12, 16 + Math.abs(x[key] - x[query]) / 2.6);
      const d = `M${x[query].toFixed(1)} ${base}C${x[query].toFixed(1)} ${top.toFixed(1)} ${x[key].toFixed(1)} ${top.toFixed(1)} ${x[key].toFixed(1)} ${base}`;
      const line = svg('path', {
        class: chosen === null || chosen === query ? 'arc' : 'arc heard',
        d,
        'stroke-width': (0.5 + 6 * weight).toFixed(2),
        opacity: Math.min(1, 0.12 + weight).toFixed(3),
      });
      setVariable(line, '--colour', colours[query]);
      lines.push(line);
    }
  const words = names.map((name, i) => {
    const mark = svg(
      'g',
      {
        class: `arc-word${chosen === i ? ' selected' : chosen === null ? '' : ' dimmed'}`,
        click: () => pinToken(page, i),
        pointerenter: () => page.hover.set({ token: i }),
      },
      svg('circle', { cx: x[i], cy: base, r: 4 }),
      svg('text', { x: x[i], y: base + 20, 'text-anchor': 'middle' }, name),
    );
    setVariable(mark, '--colour', colours[i]);
    return mark;
  });
  setAttribute(picture, 'width', width.toFixed(0));
  setAttribute(picture, 'height', (height + foot).toFixed(0));
  setAttribute(picture, 'aria-label', describe(page, names, weights));
  fill(picture, ...lines, ...words);
}

/** The strongest look of each word. */
function describe(
  page: Page,
  names: readonly string[],
  weights: readonly (readonly number[])[],
): string {
  const { arcs } = layersWordsOf(page.state.get().language);
  const told = names.map((name, i) => {
    const key = weights[i].indexOf(Math.max(...weights[i]));
    return arcs.look(name, names[key], decimal(weights[i][key], page.state.get().language, 2));
  });
  return `${arcs.title}. ${told.join('; ')}`;
}
