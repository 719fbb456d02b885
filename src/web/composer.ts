/** The sentence box with its examples and the two choices of the flow: depth and coupling. */
import { COUPLING_NAMES, type CouplingName } from '../attention/model-coupling.ts';
import { MAXIMUM_DEPTH } from '../language/choices.ts';
import { fill, fillTrack, h, setAttribute } from './dom.ts';
import { lockIcon } from './icons.ts';
import { controlsOf, locksOf } from './locks.ts';
import { couplingOf, hasCoupling, isFlow, isPretrained, type Page } from './page.ts';
import { createSegments } from './segments.ts';
import { blanks, endsInBlank } from './sentence.ts';
import type { State } from './state.ts';
import { examples } from './words.ts';

/** How long the reader pauses before an answer is asked for, ms. */
const pause = 280;

export function createComposer(page: Page): HTMLElement {
  return h(
    'section',
    { class: 'composer card', 'aria-label': page.words.box },
    controlsOf(page, 'text', createBox(page), createExamples(page)),
    createFlowControls(page),
    createLockedNote(page),
  );
}

/** Depth and coupling; hidden for a model that has its own. */
function createFlowControls(page: Page): HTMLElement {
  const { state, models } = page;
  const depth = controlsOf(page, 'depth', createDepth(page));
  const coupling = controlsOf(page, 'coupling', createCoupling(page));
  const controls = h('div', { class: 'controls' }, depth, coupling);
  const show = () => {
    depth.hidden = !isFlow(state.get(), page);
    coupling.hidden = isPretrained(state.get(), page);
    controls.hidden = depth.hidden && coupling.hidden;
  };
  state.subscribe(show);
  models.subscribe(show);
  show();
  return controls;
}

/** Says what the link has locked, so that nobody takes it for a fault. */
function createLockedNote({ state, words }: Page): HTMLElement {
  const told = h('span', {});
  const note = h('p', { class: 'locked-note' }, lockIcon(), told);
  const show = () => {
    const locks = locksOf(state.get()).map((name) => words.lockNames[name]);
    note.hidden = locks.length === 0;
    fill(told, words.locked(locks.join(', ')));
  };
  state.subscribe(show);
  show();
  return note;
}

/** Changes the sentence; what was selected in the old one goes. */
export function setText({ state }: Page, text: string): void {
  state.set({ text, layer: null, token: null });
}

function createBox(page: Page): HTMLElement {
  const { words, state } = page;
  const box = h('textarea', {
    id: 'sentence',
    rows: 1,
    dir: 'auto',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: words.boxPlaceholder,
    'aria-describedby': 'sentence-hint',
  });
  box.value = state.get().text;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const submit = () => {
    clearTimeout(timer);
    setText(page, oneLine(box.value));
  };
  box.addEventListener('input', () => {
    grow(box);
    clearTimeout(timer);
    timer = setTimeout(submit, pause);
  });
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  state.subscribe((now, before) => {
    if (now.text !== before.text && now.text !== oneLine(box.value)) box.value = now.text;
    grow(box);
  });
  new ResizeObserver(() => grow(box)).observe(box);
  return h(
    'div',
    { class: 'box' },
    h('label', { for: 'sentence' }, words.box),
    box,
    h('p', { id: 'sentence-hint', class: 'hint' }, words.boxHint),
  );
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/** The box is as high as its text. */
function grow(box: HTMLTextAreaElement): void {
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight}px`;
}

function createExamples(page: Page): HTMLElement {
  const chips = examples.map(({ language, text }) =>
    h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'chip', lang: language, click: () => setText(page, text) },
        text,
      ),
    ),
  );
  return h(
    'div',
    { class: 'examples' },
    h('span', { class: 'label', id: 'examples-label' }, page.words.examples),
    h('ul', { 'aria-labelledby': 'examples-label' }, ...chips),
  );
}

/** Numbers of layers that the slider stops at: every one of few, then ever fewer of many. */
const depthStops = Array.from({ length: MAXIMUM_DEPTH }, (_, i) => i + 1).filter(
  (depth) => depth % 2 ** Math.max(0, Math.floor(Math.log2(depth)) - 3) === 0, // eight an octave
);

/** A box for any number of layers, a slider over a few of them, and the flow itself. */
function createDepth(page: Page): HTMLElement {
  const { words, state } = page;
  const box = h('input', {
    type: 'number',
    id: 'depth',
    class: 'entry depth-box',
    min: 1,
    max: MAXIMUM_DEPTH,
    step: 1,
  });
  const last = depthStops.length - 1;
  const name = { class: 'depth-slider', 'aria-label': words.depth };
  const slider = h('input', { type: 'range', ...name, min: 0, max: last, step: 1 });
  const flow = h(
    'button',
    {
      type: 'button',
      class: 'toggle',
      id: 'ode',
      title: words.odeHint,
      click: () => turnOde(page, box),
    },
    words.ode,
  );
  const choose = (depth: number) => state.set({ depth, layer: null });
  slider.addEventListener('input', () => choose(depthStops[Number(slider.value)]));
  box.addEventListener('input', () => {
    const depth = Number(box.value);
    if (Number.isInteger(depth) && depth >= 1 && depth <= MAXIMUM_DEPTH) choose(depth);
  });
  const show = () => {
    const { depth } = state.get();
    if (depth !== 'ode') {
      if (box.value !== String(depth)) box.value = String(depth);
      slider.value = String(depthStops.findLastIndex((stop) => stop <= depth));
    }
    fillTrack(slider);
    const told = depth === 'ode' ? words.odeValue : words.depthValue(depth);
    setAttribute(slider, 'aria-valuetext', told);
    for (const input of [box, slider]) input.classList.toggle('idle', depth === 'ode');
    setAttribute(flow, 'aria-pressed', String(depth === 'ode'));
  };
  box.addEventListener('change', show); // what is no number of layers gives way to the one in force
  state.subscribe(show);
  show();
  return h(
    'div',
    { class: 'control depth' },
    h('label', { for: 'depth' }, words.depth),
    h('div', { class: 'row' }, slider, box, flow),
  );
}

function turnOde({ state }: Page, box: HTMLInputElement): void {
  const { depth } = state.get();
  state.set({ depth: depth === 'ode' ? Number(box.value) : 'ode', layer: null });
}

function createCoupling(page: Page): HTMLElement {
  const { words, state, models } = page;
  const hint = h('p', { id: 'coupling-hint', class: 'hint' });
  const show = () => fill(hint, couplingHint(page, state.get()));
  state.subscribe(show);
  models.subscribe(show);
  show();
  const segments = createSegments(page, {
    id: 'coupling',
    label: words.coupling,
    values: COUPLING_NAMES,
    name: (coupling) => words.couplings[coupling],
    chosen: (now) => couplingOf(now, page),
    choose: (coupling) => state.set({ coupling }),
    offered: canCouple,
    shown: (now, coupling) => hasCoupling(now, page, coupling),
    explained: hint.id,
  });
  return h('div', { class: 'control' }, ...segments, hint);
}

function canCouple({ text }: State, coupling: CouplingName): boolean {
  if (blanks(text).length === 0) return coupling === 'causal';
  return coupling !== 'causal' || endsInBlank(text);
}

function couplingHint(page: Page, state: State): string {
  const { none, inside, choice, sinkhorn } = page.words.couplingHint;
  if (blanks(state.text).length === 0) return none;
  if (!endsInBlank(state.text)) return inside;
  return hasCoupling(state, page, 'sinkhorn') ? `${choice} ${sinkhorn}` : choice;
}
