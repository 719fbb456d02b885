/** Heads and MLPs to be switched off and β to be scaled, in every layer or in the one looked at. */
import { fill, fillTrack, h, setAttribute } from '../../dom.ts';
import type { Intervention, Part } from '../../interventions.ts';
import {
  readInterventions,
  withIntervention,
  withoutIntervention,
  writeInterventions,
} from '../../interventions.ts';
import { rested } from '../../lab/controls/field.ts';
import { controlsOf } from '../../locks.ts';
import type { Page } from '../../page.ts';
import { isContinuous, ownLayers } from '../../page.ts';
import type { Panel } from '../panel.ts';
import { createChangedList, factorText, headName } from './changed-list.ts';
import type { ExperimentWords } from './words.ts';

/** What β is multiplied by, from everyone alike to eight times as sharp: about half powers of two. */
const factors = [0, 0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8];
/** Milliseconds that a slider rests before the flow is computed anew. */
const REST = 150;

interface Row {
  readonly element: HTMLElement;
  show(): void;
}

/** What the controls speak of. */
interface Scope {
  readonly element: HTMLElement;
  /** null is all of them. */
  layer(): number | null;
  show(layer: number): void;
}

export function createControls(page: Page, words: ExperimentWords): Panel {
  const table = h('div', { class: 'experiment-heads' });
  const list = createChangedList(page, words);
  let rows: Row[] = [];
  const showRows = () => {
    for (const row of rows) row.show();
  };
  const scope = createScope(page, words, showRows);
  const element = h('div', { class: 'experiment-controls' }, scope.element, table, list.element);
  return {
    element: controlsOf(page, 'changes', element),
    show(trace, frame) {
      const heads = trace.attentions[0]?.length ?? 0;
      const mlp: Part[] = ownLayers(page.state.get(), page) > 0 ? ['mlp'] : [];
      if (rows.length !== heads + 1 + mlp.length) {
        const all: Part[] = [null, ...Array.from({ length: heads }, (_, head) => head), ...mlp];
        rows = all.map((head) => createRow(page, words, head, scope));
        fill(table, ...rows.map((row) => row.element));
      }
      scope.show(Math.max(1, trace.layers[frame]));
      showRows();
      list.show();
    },
  };
}

/** Every layer, or the step that leads to the one looked at. */
function createScope(page: Page, words: ExperimentWords, changed: () => void): Scope {
  let here = false;
  let now = 1;
  const choose = (one: boolean) => () => {
    here = one;
    show(now);
    changed();
  };
  const every = h('button', { type: 'button', click: choose(false) }, words.everyLayer);
  const single = h('button', { type: 'button', click: choose(true) });
  const show = (layer: number) => {
    now = layer;
    if (isContinuous(page)) here = false;
    single.disabled = isContinuous(page);
    setAttribute(single, 'title', isContinuous(page) && words.noLayers);
    setAttribute(every, 'aria-pressed', String(!here));
    setAttribute(single, 'aria-pressed', String(here));
    fill(single, words.oneLayer(layer));
  };
  const named = { class: 'segments', role: 'group', 'aria-label': words.where };
  return { element: h('div', named, every, single), layer: () => (here ? now : null), show };
}

function createRow(page: Page, words: ExperimentWords, head: Part, scope: Scope): Row {
  const name = headName(words, head);
  const interventionsHere = () =>
    readInterventions(page.state.get().changes).filter(
      (intervention) => intervention.head === head && intervention.layer === scope.layer(),
    );
  const set = (edit: typeof withIntervention, factor: number | null) => {
    const intervention: Intervention = { head, layer: scope.layer(), factor };
    const next = edit(readInterventions(page.state.get().changes), intervention);
    page.state.set({ changes: writeInterventions(next) });
  };
  const scaling =
    head === 'mlp'
      ? null
      : createScaling(page, words, head, (factor) => set(withIntervention, factor));
  const off = h(
    'button',
    { type: 'button', class: 'toggle', 'aria-label': words.offLabel(name) },
    words.off,
  );
  const isOff = () => interventionsHere().some(({ factor }) => factor === null);
  off.addEventListener('click', () => set(isOff() ? withoutIntervention : withIntervention, null));
  return {
    element: h(
      'div',
      { class: 'experiment-head', role: 'group', 'aria-label': name },
      h('span', {}, name),
      // All heads together are not switched off: nothing would move.
      head === null ? h('span') : off,
      ...(scaling?.elements ?? []),
    ),
    show() {
      setAttribute(off, 'aria-pressed', String(isOff()));
      scaling?.show(interventionsHere().find(({ factor }) => factor !== null)?.factor ?? 1);
    },
  };
}

/** A slider of factors of β with its number. */
function createScaling(
  page: Page,
  words: ExperimentWords,
  head: number | null,
  set: (factor: number) => void,
) {
  const id = `beta-${head ?? 'all'}`;
  const slider = h('input', {
    type: 'range',
    id,
    min: 0,
    max: factors.length - 1,
    step: 1,
    'aria-label': words.betaLabel(headName(words, head)),
  });
  const shown = h('output', { for: id });
  const commit = rested(set, REST);
  const say = (factor: number) => {
    const text = words.beta(factorText(page, factor));
    setAttribute(slider, 'aria-valuetext', text);
    fillTrack(slider);
    fill(shown, text);
  };
  const slide = (now: boolean) => {
    const factor = factors[Number(slider.value)];
    say(factor);
    commit(now, factor);
  };
  slider.addEventListener('input', () => slide(false));
  slider.addEventListener('change', () => slide(true));
  return {
    elements: [slider, shown],
    show(factor: number) {
      slider.value = String(placeOf(factor));
      say(factor);
    },
  };
}

/** The place of the factor that is nearest by ratio; 0 has its own. */
function placeOf(factor: number): number {
  if (factor === 0) return 0;
  const away = factors.map((one) => Math.abs(Math.log(one / factor)));
  return away.indexOf(Math.min(...away));
}
