/** The symbols: what they mean, the control or picture that goes with each, and where the code has it. */
import { h } from '../dom.ts';
import type { Page } from '../page.ts';
import type { State } from '../state.ts';
import { inlineFormula, prose } from './formula.ts';
import type { LearnWords } from './words.ts';

type Meaning = keyof LearnWords['notation']['meanings'];
type Place = keyof LearnWords['notation']['places'];

interface Row {
  readonly tex: string;
  readonly meaning: Meaning;
  readonly place: Place;
  /** A file of the repository. */
  readonly code: string;
}

export const rows: readonly Row[] = [
  { tex: 'n', meaning: 'particles', place: 'sentence', code: 'src/language/layout.ts' },
  { tex: 'd', meaning: 'dimension', place: 'vectors', code: 'src/language/checkpoint.ts' },
  { tex: 'E, P', meaning: 'embedding', place: 'vectors', code: 'src/language/transformer.ts' },
  { tex: 'x_i(t)', meaning: 'position', place: 'trajectories', code: 'src/flow/frames.ts' },
  {
    tex: String.raw`\mu_t`,
    meaning: 'measure',
    place: 'trajectories',
    code: 'src/transport/measure.ts',
  },
  { tex: 'Q, K, V, O', meaning: 'weights', place: 'attention', code: 'src/attention/scores.ts' },
  { tex: String.raw`\beta`, meaning: 'beta', place: 'pair', code: 'src/attention/coupling.ts' },
  { tex: 'A_{ij}', meaning: 'coupling', place: 'coupling', code: 'src/attention/coupling.ts' },
  {
    tex: String.raw`v_i,\ \mathsf P_{x_i} v_i`,
    meaning: 'velocity',
    place: 'trajectories',
    code: 'src/attention/field.ts',
  },
  {
    tex: String.raw`L,\ T,\ h = T/L`,
    meaning: 'depth',
    place: 'depth',
    code: 'src/integrators/schemes.ts',
  },
  {
    tex: String.raw`\dot x_i,\ L = \infty`,
    meaning: 'flow',
    place: 'limit',
    code: 'src/limits/depth/depth.ts',
  },
  {
    tex: String.raw`\tau`,
    meaning: 'tolerance',
    place: 'tolerance',
    code: 'src/diagnostics/clusters.ts',
  },
  {
    tex: String.raw`\mathcal E_\beta`,
    meaning: 'energy',
    place: 'diagnostics',
    code: 'src/diagnostics/energy.ts',
  },
  { tex: 'U, b, p', meaning: 'readout', place: 'answers', code: 'src/language/lens.ts' },
];

/** The view that shows a place, and the element to go to there. */
export const places: Readonly<Record<Place, { patch: Partial<State>; target: string }>> = {
  sentence: { patch: {}, target: '#sentence' },
  vectors: { patch: { tab: 'learn', step: 1 }, target: '#step-1' },
  trajectories: { patch: { tab: 'layers' }, target: '#panel-layers .trajectories' },
  attention: { patch: { tab: 'layers' }, target: '#panel-layers .attention' },
  coupling: { patch: {}, target: '#coupling-full' },
  pair: { patch: { tab: 'learn', step: 4 }, target: '#pairBeta' },
  depth: { patch: {}, target: '#depth' },
  limit: { patch: { tab: 'depth' }, target: '#panel-depth .card' },
  tolerance: { patch: { tab: 'layers', open: 'more' }, target: '#tolerance' },
  diagnostics: { patch: { tab: 'layers', open: 'more' }, target: '#panel-layers .diagnostics' },
  answers: { patch: { tab: 'predict' }, target: '#panel-predict .ranking' },
};

export function createNotation(page: Page, words: LearnWords): HTMLElement {
  const { title, hint, columns } = words.notation;
  const heads = [columns.symbol, columns.meaning, columns.page, columns.code];
  const table = h(
    'table',
    { class: 'notation' },
    h('thead', {}, h('tr', {}, ...heads.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows.map((row) => createRow(page, words, row))),
  );
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, title),
    h('p', { class: 'hint' }, hint),
    h('div', { class: 'notation-scroll', tabindex: 0, role: 'region', 'aria-label': title }, table),
  );
}

function createRow(page: Page, words: LearnWords, { tex, meaning, place, code }: Row): HTMLElement {
  const { meanings, places: names } = words.notation;
  const go = () => void open(page, place);
  const link = h('button', { type: 'button', class: 'plain link', click: go }, names[place]);
  return h(
    'tr',
    {},
    h('td', {}, inlineFormula(tex)),
    h('th', { scope: 'row' }, ...prose(meanings[meaning])),
    h('td', {}, link),
    h('td', {}, h('code', {}, code)),
  );
}

/** Opens the tab, waits until what is meant is there, and goes to it. */
async function open(page: Page, place: Place): Promise<void> {
  const { patch, target } = places[place];
  page.state.set(patch);
  const found = await appearing(target);
  if (!found) return;
  if (found.tabIndex < 0) found.tabIndex = -1;
  found.scrollIntoView({ block: 'center' });
  found.focus({ preventScroll: true });
}

/** The element once it can be seen; null if it does not come within some seconds. */
async function appearing(selector: string): Promise<HTMLElement | null> {
  for (let tries = 0; tries < 200; tries++) {
    const found = document.querySelector<HTMLElement>(selector);
    if (found?.checkVisibility()) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return null;
}
