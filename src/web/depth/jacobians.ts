/** How fast differences may grow within a step of each part, and so which steps are too large. */
import { type PartsQuestion, REFINEMENT, type RefinedReply } from '../api.ts';
import { fill, h } from '../dom.ts';
import { compact, percent, visibleToken } from '../format.ts';
import type { Page } from '../page.ts';
import { type AskedCard, createAsked, createLayerChoice, createTable, layersOf } from './asked.ts';

type Jacobian = NonNullable<RefinedReply['jacobians']>[number];

export function createJacobians(page: Page): AskedCard {
  const { words, jacobians: resource } = page;
  const choice = createLayerChoice(page, 'jacobians-layer', true);
  const told = h('ul', { class: 'told' });
  const table = h('div', {});
  return createAsked<PartsQuestion, RefinedReply>(page, {
    id: 'jacobians',
    words: words.parts.jacobians,
    fields: [choice.element],
    operation: 'limit depth',
    options: () => ({
      ...layersOf(choice),
      jacobians: true,
    }),
    resource,
    body: [table, told],
    show({ jacobians }) {
      const all = jacobians ?? [];
      fill(table, createRows(page, all));
      fill(told, ...sentences(page, all).map((sentence) => h('li', {}, sentence)));
    },
  });
}

function createRows(page: Page, all: readonly Jacobian[]): HTMLElement {
  const { words, state, traces } = page;
  const { language } = state.get();
  const { columns, title } = words.parts.jacobians;
  const number = (value: number) => compact(value, language);
  const tokens = traces.get().value?.tokens ?? [];
  const nameOf = (token: number) =>
    tokens[token - 1] ? visibleToken(tokens[token - 1].text, words.start) : String(token);
  const behind = all.some(({ norm_behind }) => norm_behind !== null);
  return createTable(
    title,
    [
      columns.layer,
      columns.part,
      columns.lipschitz,
      columns.refined(REFINEMENT.alone),
      columns.eigenvalue,
      columns.token,
      ...(behind ? [columns.behind] : []),
    ],
    all.map((one) => [
      String(one.layer),
      words.refined.parts[one.part] ?? one.part,
      `${number(one.singular_value)}${one.converged ? '' : ' *'}`,
      number(one.singular_value / REFINEMENT.alone),
      one.eigenvalue.im === 0
        ? number(one.eigenvalue.re)
        : `${number(one.eigenvalue.re)} ± ${number(Math.abs(one.eigenvalue.im))} i`,
      `${nameOf(one.token)} (${percent(one.share, language)})`,
      ...(behind ? [one.norm_behind === null ? '–' : number(one.norm_behind)] : []),
    ]),
  );
}

/** Where a step times the Lipschitz constant is above 1, for a step of 1 and for the smaller ones of the matrix. */
function sentences({ words }: Page, all: readonly Jacobian[]): string[] {
  const { above, open, rule } = words.parts.jacobians;
  const parts = [...new Set(all.map(({ part }) => part))];
  const told = parts.map((part) => {
    const own = all.filter((one) => one.part === part);
    const count = (steps: number) => own.filter((one) => one.singular_value > steps).length;
    const name = words.refined.parts[part] ?? part;
    return above(name, own.length, count(1), count(REFINEMENT.alone), REFINEMENT.alone);
  });
  return [...told, ...(all.some(({ converged }) => !converged) ? [open] : []), rule];
}
