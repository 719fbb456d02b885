/** The Gram matrix of the particles of a frame: the cosine of every pair. */
import { h } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { selectedToken } from '../page.ts';
import { createMatrix } from './matrix.ts';
import type { Panel } from './panel.ts';

/** ⟨x_i, x_j⟩ [n, n] of unit vectors. */
export function gramOf(points: readonly number[][]): number[][] {
  return points.map((x) => points.map((y) => x.reduce((sum, value, k) => sum + value * y[k], 0)));
}

export function createGram(page: Page): Panel {
  const { words } = page;
  const table = createMatrix(page, {
    label: words.gramLabel,
    unit: words.gramUnit,
    signed: true,
    cell: (one, other, value) =>
      words.gramCell(one, other, decimal(value, page.state.get().language, 4)),
    rest: (names, values) => restText(page, names, values),
  });
  return {
    element: h(
      'section',
      { class: 'card gram' },
      h('h2', {}, words.gram),
      h('p', { class: 'hint' }, words.gramHint),
      table.element,
      table.readout,
    ),
    show(trace, frame) {
      table.show(trace, gramOf(trace.hidden_states[frame]));
    },
  };
}

/** The particle nearest to the selected one, and the farthest. */
function restText(page: Page, names: string[], values: number[][]): string {
  const { words, state } = page;
  const chosen = selectedToken(page);
  if (chosen === null || names.length < 2 || !values[chosen]) return words.attentionIdle;
  const others = [...names.keys()].filter((i) => i !== chosen);
  others.sort((a, b) => values[chosen][b] - values[chosen][a]);
  const named = (i: number) =>
    `${names[i]} (${decimal(values[chosen][i], state.get().language, 2)})`;
  return words.gramNear(names[chosen], named(others[0]), named(others[others.length - 1]));
}
