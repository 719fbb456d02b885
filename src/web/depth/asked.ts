/** A card whose numbers are asked for by a button, for they take seconds, or more than a server gives. */
import type { Question } from '../api.ts';
import { fill, h, setAttribute } from '../dom.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { ownLayers, questionOf } from '../page.ts';
import { operationSpelled } from '../share/calls.ts';
import type { Resource } from '../store.ts';
import { DEPTH_RECORD, LAYER_RECORD } from './records.ts';

const RECORDS = { 'limit depth': DEPTH_RECORD, 'limit layer': LAYER_RECORD };

/** The text, the model and how it is read. */
export type Pass = Pick<Question, 'text' | 'model' | 'coupling'>;

interface Asked<Q extends Pass, T> {
  readonly id: string;
  readonly words: { readonly title: string; readonly hint: string; readonly ask: string };
  /** Labels and fields that the options are read from. */
  readonly fields: readonly HTMLElement[];
  /** What is asked besides the pass, by the names of the operation. */
  readonly options: () => Omit<Q, keyof Pass>;
  readonly operation: keyof typeof RECORDS;
  readonly resource: Resource<Q, T>;
  readonly body: readonly Element[];
  readonly show: (found: T) => void;
}

export interface AskedCard {
  readonly element: HTMLElement;
  show(): void;
}

/** Of which pass the reader asked a resource last; what it found is shown of that pass alone. */
const passes = new WeakMap<object, string>();

export function createAsked<Q extends Pass, T>(
  page: Page,
  { id, words, fields, options, operation, resource, body, show: showFound }: Asked<Q, T>,
): AskedCard {
  const { state } = page;
  const ask = h('button', { type: 'button', class: 'button', id: `${id}-ask` }, words.ask);
  const told = h('div', { role: 'status' });
  const found = h('div', { class: 'asked-found' }, ...body);
  const element = h(
    'section',
    { class: 'card asked' },
    h('h2', {}, words.title),
    h('p', { class: 'hint' }, words.hint),
    h('div', { class: 'asked-fields' }, ...fields, ask),
    told,
    found,
  );
  const passNow = (): Pass | null => {
    const question = questionOf(state.get(), page);
    if (!question) return null;
    const { text, model, coupling } = question;
    return { text, model, coupling };
  };
  ask.addEventListener('click', () => {
    const pass = passNow();
    if (!pass) return;
    passes.set(resource, JSON.stringify(pass));
    resource.load({ ...pass, ...options() } as Q);
    show();
  });
  let shown: { readonly value: T; readonly theme: string } | null = null;
  const show = () => {
    const { value, failure, status } = resource.get();
    const pass = passNow();
    const own = pass !== null && passes.get(resource) === JSON.stringify(pass);
    ask.disabled = pass === null || (own && status === 'loading');
    setAttribute(element, 'aria-busy', String(own && status === 'loading'));
    found.hidden = !own || value === null || failure !== null;
    found.classList.toggle('stale', status === 'loading');
    if (own && failure) fill(told, ...refusal(page, operation, options(), failure));
    else fill(told, own && value === null && h('p', { class: 'hint' }, page.words.parts.loading));
    const { theme } = state.get();
    if (found.hidden || !value || (shown?.value === value && shown.theme === theme)) return;
    shown = { value, theme };
    showFound(value);
  };
  resource.subscribe(show);
  return { element, show };
}

/** Why not, and the command that does it without a server. */
function refusal(
  page: Page,
  operation: keyof typeof RECORDS,
  options: object,
  failure: Parameters<typeof describeFailure>[1],
): (HTMLElement | null)[] {
  const { command } = operationSpelled(page, operation, RECORDS[operation], ({ coupling }) => ({
    coupling,
    ...options,
  }));
  const tooMuch = failure.status === 422;
  return [
    describeFailure(page, failure, { remark: tooMuch && page.words.parts.tooMuch }),
    tooMuch && command
      ? h('pre', { class: 'asked-command', tabindex: '0' }, h('code', {}, command))
      : null,
  ];
}

export interface Choice {
  readonly element: HTMLElement;
  readonly value: () => string;
  /** Replaces what there is to choose from, and keeps what is chosen where that is still there. */
  offer(options: readonly (readonly [value: string, name: string])[]): void;
}

/** A labelled choice of one of a few. */
export function createChoice(
  id: string,
  label: string,
  options: readonly (readonly [value: string, name: string])[],
): Choice {
  const select = h('select', { id, class: 'picker' });
  const offer: Choice['offer'] = (now) => {
    const before = select.value;
    fill(select, ...now.map(([value, name]) => h('option', { value }, name)));
    if (now.some(([value]) => value === before)) select.value = before;
  };
  offer(options);
  return {
    element: h('span', { class: 'asked-field' }, h('label', { for: id }, label), ' ', select),
    value: () => select.value,
    offer,
  };
}

/** A layer of the model that answers; its layers are known with the list of models. */
export function createLayerChoice(page: Page, id: string, all: boolean) {
  const { words, models, state } = page;
  const choice = createChoice(id, words.parts.which, []);
  let count = 0;
  const follow = () => {
    const now = ownLayers(state.get(), page);
    if (now === count) return;
    count = now;
    const layers = Array.from({ length: count }, (_, k): [string, string] => [
      String(k + 1),
      words.parts.layer(k + 1),
    ]);
    choice.offer(all && count > 0 ? [...layers, [ALL, words.parts.allLayers]] : layers);
  };
  models.subscribe(follow);
  state.subscribe(follow);
  follow();
  return {
    element: choice.element,
    /** Null for all. */
    layer: () => (choice.value() === ALL ? null : Number(choice.value())),
  };
}

const ALL = 'all';

/** As `limit depth` takes it: absent for all. */
export function layersOf(choice: { layer: () => number | null }): { layers?: [number] } {
  const layer = choice.layer();
  return layer === null ? {} : { layers: [layer] };
}

/** A table of few columns, wide ones in a box that scrolls. */
export function createTable(
  label: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  return h(
    'div',
    { class: 'refined-scroll', tabindex: '0', role: 'region', 'aria-label': label },
    h(
      'table',
      { class: 'refined-table' },
      h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
      h(
        'tbody',
        {},
        ...rows.map(([first, ...rest]) =>
          h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((cell) => h('td', {}, cell))),
        ),
      ),
    ),
  );
}
