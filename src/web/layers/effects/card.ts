/**
 * Patching and ablation as a tool: one change at a time, layer by layer, and how far each moves the answer. The grid is
 * the library's `effects`; the command that repeats it stands below, beside its files.
 */
import type { Figure } from '../../../figures/figure.ts';
import type { Trace } from '../../api.ts';
import { fill, h } from '../../dom.ts';
import { compact, percent, visibleToken } from '../../format.ts';
import { readInterventions, withIntervention, writeInterventions } from '../../interventions.ts';
import { controlsOf } from '../../locks.ts';
import { describeFailure } from '../../notice.ts';
import type { Page } from '../../page.ts';
import { frameOf, goToFrame, isFlow, shownFrame } from '../../page.ts';
import { createSegments } from '../../segments.ts';
import { operationSpelled } from '../../share/calls.ts';
import { createSnippet } from '../../share/copy.ts';
import { captionOf } from '../../share/figures.ts';
import { createSaveButtons } from '../../share/pictures.ts';
import { shareWordsOf } from '../../share/words.ts';
import { effectKinds } from '../../state.ts';
import { createResource } from '../../store.ts';
import { type Cell, createHeatMap } from '../heat-map.ts';
import type { Panel } from '../panel.ts';
import {
  askEffects,
  EFFECTS_RECORD,
  type EffectsQuestion,
  type EffectsReply,
  effectsQuestion,
  inAllLayers,
} from './ask.ts';
import { type EffectsWords, effectsWordsOf } from './words.ts';

/** Effects that are told in words. */
const named = 3;

export function createEffects(page: Page): Panel {
  const words = effectsWordsOf(page.state.get().language);
  const grids = createResource(askEffects);
  const told = h('div', { class: 'effects-told', 'aria-live': 'polite' });
  const list = h('ol', { class: 'effects-largest' });
  const away = h('div', { class: 'effects-away' });
  let shown: EffectsReply | null = null;
  const map = createHeatMap(page, {
    label: words.label,
    unit: words.unit,
    told: (cell) => (shown ? tell(page, words, shown, cell) : ''),
    rest: () => words.rest,
    pick: (cell) => shown && pick(page, shown, cell),
  });
  const heading = h('h3', {}, words.largest);
  const found = h(
    'div',
    { class: 'effects-found' },
    h('div', {}, map.element, map.readout),
    h('div', {}, told, heading, list),
  );
  let latest: Parameters<Panel['show']> | null = null;

  function show(trace: Trace, layer: number): void {
    latest = [trace, layer];
    const question = effectsQuestion(page);
    if (typeof question === 'object') grids.load(question);
    else if (question !== 'nothing') grids.clear();
    const { status, value, failure } = grids.get();
    found.classList.toggle('stale', status === 'loading');
    found.hidden = away.hidden = failure !== null || value === null;
    message.hidden = !found.hidden;
    if (failure) fill(message, describeFailure(page, failure, {}));
    else fill(message, h('p', { class: 'hint' }, waiting(words, question)));
    if (found.hidden || value === null) return;
    const chosen = value.rows.indexOf(trace.layers[layer]);
    const drawn = shown === value;
    shown = value;
    map.show({
      rows: value.rows.map((row) => rowName(words, row)),
      columns: value.columns.map((_, j) => columnName(page, words, value, j)),
      values: value.divergences,
      most: Math.max(0, ...value.divergences.flat().map((nats) => nats ?? 0)),
      chosen: value.rows.length > 1 && chosen >= 0 ? chosen : null,
    });
    if (drawn) return;
    fill(told, ...sentences(page, words, value).map((text) => h('p', {}, text)));
    fill(list, ...largest(value).map((cell) => createEffect(page, words, value, cell)));
    fill(away, ...createAway(page, words, value, question));
  }

  const message = h('div', { role: 'status' });
  grids.subscribe(() => latest && show(...latest));
  return {
    element: h('div', { class: 'effects' }, createControls(page, words), message, found, away),
    show,
  };
}

const waiting = (words: EffectsWords, question: ReturnType<typeof effectsQuestion>) =>
  typeof question === 'object' ? words.loading : words.unasked[question];

/** What is changed, where, and the sentence that tokens are moved from. */
function createControls(page: Page, words: EffectsWords): HTMLElement {
  const { state } = page;
  const kinds = createSegments(page, {
    id: 'effects-of',
    label: words.of,
    values: effectKinds,
    name: (kind) => words.kinds[kind],
    chosen: (now) => now.effects,
    choose: (effects) => state.set({ effects }),
    shown: (now, kind) => kind !== 'swaps' || !isFlow(now, page),
  });
  const where = createSegments(page, {
    id: 'effects-in',
    label: words.where,
    values: ['all', 'one'] as const,
    name: (value) => (value === 'all' ? words.all : words.one(0)),
    chosen: () => (inAllLayers(page) ? 'all' : 'one'),
    choose: (effectsIn) => state.set({ effectsIn }),
  });
  const one = where[1].querySelector('#effects-in-one');
  const input = h('input', {
    type: 'text',
    id: 'effects-other',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: words.otherPlaceholder,
    'aria-describedby': 'effects-other-hint',
    change: () => state.set({ other: input.value }),
  });
  const other = h(
    'div',
    { class: 'effects-other' },
    h('label', { for: 'effects-other' }, words.other),
    controlsOf(page, 'other', input),
    h('p', { class: 'hint', id: 'effects-other-hint' }, words.otherHint),
  );
  const follow = () => {
    const now = state.get();
    other.hidden = now.effects !== 'patches';
    if (document.activeElement !== input) input.value = now.other;
    const trace = page.traces.get().value;
    const layer = trace ? trace.layers[shownFrame(now, trace)] : 0;
    if (one) fill(one, words.one(now.effects === 'patches' ? layer : Math.max(1, layer)));
  };
  state.subscribe(follow);
  page.traces.subscribe(follow);
  follow();
  return h(
    'div',
    { class: 'effects-controls' },
    h('div', { class: 'control' }, ...kinds),
    h('div', { class: 'control' }, ...where),
    other,
  );
}

const rowName = (words: EffectsWords, row: number) => (row === 0 ? words.start : words.layer(row));

/** The library counts heads from 0 and names tokens with their place. */
function columnName(page: Page, words: EffectsWords, found: EffectsReply, j: number): string {
  const { settings, tokens, columns, rows } = found;
  if (settings.of === 'heads' || settings.of === 'beta') return page.words.head(j + 1);
  if (settings.of === 'parts') return words.parts[columns[j]] ?? columns[j];
  if (settings.of === 'swaps') return words.layerTitle(rows[j]);
  return j < tokens.length ? visibleToken(tokens[j], page.words.start) : words.everyToken;
}

/** What a change does, with the place that it is made in. */
function tell(page: Page, words: EffectsWords, found: EffectsReply, cell: Cell): string {
  const { row, column } = cell;
  const place = `${rowName(words, found.rows[row])}, ${columnName(page, words, found, column)}`;
  return `${place}: ${effectText(page, words, found, cell)}.`;
}

function effectText(
  page: Page,
  words: EffectsWords,
  found: EffectsReply,
  { row, column }: Cell,
): string {
  const { language } = page.state.get();
  const nats = found.divergences[row][column];
  const answer = found.answers[row][column];
  const kept = found.probabilities[row][column];
  if (nats === null || answer === null || kept === null) return words.nothing;
  const { token } = found.answer;
  const share = percent(kept, language);
  const text =
    answer === token
      ? words.stays(compact(nats, language), visible(page, token), share)
      : words.becomes(compact(nats, language), visible(page, answer), visible(page, token), share);
  const other = found.other_probabilities?.[row][column] ?? null;
  if (other === null || !found.other_answer || found.other_answer.token === token) return text;
  return text + words.otherShare(visible(page, found.other_answer.token), percent(other, language));
}

const visible = ({ words }: Page, token: string) => visibleToken(token, words.end);

function sentences(page: Page, words: EffectsWords, found: EffectsReply): string[] {
  const { language } = page.state.get();
  const { answer, other_answer: other, answers } = found;
  const all = answers.flat().filter((one) => one !== null);
  const changed = all.filter((one) => one !== answer.token).length;
  return [
    words.answer(visible(page, answer.token), percent(answer.probability, language)),
    ...(other
      ? [words.otherAnswer(visible(page, other.token), percent(other.probability, language))]
      : []),
    words.counts(changed, all.length),
  ];
}

function largest({ divergences }: EffectsReply): Cell[] {
  const cells = divergences.flatMap((values, row) =>
    values.flatMap((value, column) => (value === null ? [] : [{ row, column, value }])),
  );
  return cells.sort((a, b) => b.value - a.value).slice(0, named);
}

function createEffect(page: Page, words: EffectsWords, found: EffectsReply, cell: Cell) {
  const click = () => pick(page, found, cell);
  const text = tell(page, words, found, cell);
  return h('li', {}, h('button', { type: 'button', class: 'plain', click }, text));
}

/** Goes to the layer; a head is tried in "What if", a token is pinned. */
function pick(page: Page, { rows, settings, tokens }: EffectsReply, { row, column }: Cell): void {
  const { state, traces } = page;
  const layer = rows[row];
  const { value } = traces.get();
  if (value) goToFrame(page, frameOf(value.layers, layer));
  if (settings.of === 'heads' || settings.of === 'beta') {
    const factor = settings.of === 'heads' ? null : settings.factor;
    const change = { head: column, layer, factor };
    const changes = writeInterventions(
      withIntervention(readInterventions(state.get().changes), change),
    );
    state.set({ head: column, changes });
  }
  if (settings.of === 'patches' && column < tokens.length) state.set({ token: column });
}

/** The picture and its numbers as files, and the command that repeats them. */
function createAway(
  page: Page,
  words: EffectsWords,
  found: EffectsReply,
  question: ReturnType<typeof effectsQuestion>,
): HTMLElement[] {
  const share = shareWordsOf(page.state.get().language);
  const failed = h('p', { class: 'hint', role: 'status' });
  const figure = figureOf(page, words, found);
  const { command } = operationSpelled(page, 'effects', EFFECTS_RECORD, (options) => ({
    coupling: options.coupling,
    depth: options.depth,
    ...asked(question),
  }));
  return [
    h(
      'div',
      { class: 'effects-files' },
      createSaveButtons(share, { name: 'effects', figure }, failed),
    ),
    failed,
    ...(command ? [createSnippet(share, `${share.command}: effects`, command)] : []),
  ];
}

function asked(question: ReturnType<typeof effectsQuestion>) {
  if (typeof question !== 'object') return {};
  const { of, other, layers }: EffectsQuestion = question;
  return { of, other, layers };
}

function figureOf(page: Page, words: EffectsWords, found: EffectsReply): Figure {
  const { rows, divergences, settings } = found;
  const names = found.columns.map((_, j) => columnName(page, words, found, j));
  return {
    title: `${words.title}: ${words.kinds[settings.of]}`,
    caption: [captionOf(page), settings.other, words.unit].filter(Boolean).join(' · '),
    panels: [
      {
        x: { label: '', ticks: names.map((label, value) => ({ value, label })) },
        y: {
          label: words.axis,
          ticks: rows.map((row, value) => ({ value, label: rowName(words, row) })),
        },
        series: [
          {
            kind: 'heat',
            name: words.unit,
            values: divergences.map((row) => row.map((nats) => nats ?? Number.NaN)),
          },
        ],
      },
    ],
  };
}
