/** Boots the page: asks for the models and then for the first answer, and builds meanwhile what shows it. */
import {
  askChanged,
  askContrast,
  askDepths,
  askFlow,
  askLayer,
  askModels,
  askParts,
  askPrediction,
  askRefined,
  askStacks,
  askSurvey,
  askTrace,
  type Question,
} from './api.ts';
import { interventionsOf } from './interventions.ts';
import { guarded } from './locks.ts';
import { dropUnknownModel } from './models.ts';
import type { Page } from './page.ts';
import {
  isFlow,
  isPretrained,
  otherQuestion,
  ownLayers,
  predictQuestionOf,
  questionOf,
  surveyQuestionOf,
  unasked,
} from './page.ts';
import { createShell } from './shell.ts';
import type { State } from './state.ts';
import { defaults, readFragment, writeFragment } from './state.ts';
import { createResource, createStore } from './store.ts';
import { createUndo, undoWay } from './undo.ts';
import { wordsOf } from './words.ts';

const base: State = { ...defaults, language: navigator.language.startsWith('de') ? 'de' : 'en' };
const state = createStore<State>(readFragment(location.hash, base));
const undo = createUndo(history);
const hover = createStore<{ token: number | null }>({ token: null });
const models = createResource(askModels);
/** Settles with the first list of models, or without one: only then it is known what a question may say. */
let settle = (): void => {};
const known = new Promise<void>((settled) => {
  settle = settled;
});
const answers = createResource(async (question: Question, signal) => {
  await known;
  signal.throwIfAborted(); // another question is asked of the model that is known now
  return askPrediction(question, signal);
});
const others = createResource(askPrediction);
const traces = createResource(askTrace);
const changed = createResource(askChanged);
const surveys = createResource(askSurvey);
const depthLimit = createResource(askDepths);
const refined = createResource(askRefined);
const jacobians = createResource(askParts);
const partFlows = createResource(askParts);
const layerFlows = createResource(askLayer);
const stacks = createResource(askStacks);
const flows = createResource(askFlow);
const contrasts = createResource(askContrast);

function ask(): void {
  const question = predictQuestionOf(state.get(), { models });
  if (question) answers.load(question);
  else {
    answers.clear();
    for (const resource of [others, traces, changed, flows, surveys, depthLimit, refined])
      resource.clear();
    for (const resource of [jacobians, partFlows, layerFlows]) resource.clear();
  }
}

/** Once there is an answer; a body without a head answers nothing, and is looked into all the same. */
function mayLookInside(): boolean {
  const { status } = answers.get();
  return status === 'ready' || (status === 'failed' && isPretrained(state.get(), { models }));
}

/** The layers are asked for after the answer, which the reader waits for. */
function askForLayers(): void {
  const question = questionOf(state.get(), { models });
  if (question && mayLookInside()) {
    const { targets: _, ...pass } = question;
    traces.load(pass);
  }
}

/** The same pass with the reader's interventions, where it is shown. */
function askForChanged(): void {
  const question = questionOf(state.get(), { models });
  const interventions = interventionsOf(state.get().changes, ownLayers(state.get(), { models }));
  if (!interventions) {
    changed.clear();
    return;
  }
  if (state.get().tab !== 'layers' || !question || answers.get().status !== 'ready') return;
  const { targets: _, ...pass } = question;
  changed.load({ ...pass, ...interventions });
}

/** A survey takes seconds too, and waits for the reader to open its card. */
function askForSurvey(): void {
  const question = surveyQuestionOf(state.get(), { models });
  if (question && mayLookInside()) surveys.load(question);
}

/** Layers against the flow take seconds, so they wait for the reader to look; the depth chosen changes nothing. */
function askForDepthLimit(): void {
  const question = questionOf(state.get(), { models });
  if (state.get().tab !== 'depth' || !question || !mayLookInside()) return;
  const { targets: _, depth: __, ...pass } = question;
  if (isFlow(state.get(), { models })) depthLimit.load({ ...pass, depth: 8 });
  else refined.load(pass);
}

/** Stacks know no sentence; they are asked for behind it, once. */
function askForStacks(): void {
  if (!isFlow(state.get(), { models })) return;
  if (state.get().tab === 'depth' && depthLimit.get().status === 'ready') stacks.load(null);
}

/** The flow that layers are drawn over, where it is shown. */
function askForFlow(): void {
  const question = questionOf(state.get(), { models });
  const { tab, step } = state.get();
  const flow = isFlow(state.get(), { models });
  const shown = flow && (tab === 'depth' || (tab === 'learn' && step === 3));
  if (!shown || !question || answers.get().status !== 'ready') return;
  const { targets: _, ...pass } = question;
  flows.load({ ...pass, depth: 'ode' });
}

/** A list that could not be had is asked for again with the next answer. */
function askForModels(): void {
  if (answers.get().status !== 'loading') models.load(null);
}

/** Where nothing can be asked, what another sentence was answered does not stay. */
function forgetAnswer(): void {
  const answer = answers.get();
  if (answer.value && unasked(state.get(), { models }, answer)) answers.set({ value: null });
}

function retry(): void {
  if (answers.get().status === 'failed') ask();
  else {
    askForLayers();
    askForChanged();
    askForSurvey();
    askForDepthLimit();
    askForFlow();
  }
}

/** `follow` listens first, so that the theme is set before a chart reads its colours. */
function build(): void {
  const resources = {
    answers,
    others,
    traces,
    changed,
    flows,
    surveys,
    depthLimit,
    refined,
    jacobians,
    partFlows,
    layerFlows,
    stacks,
    contrasts,
    models,
  };
  for (const store of [state, hover, undo.reach, ...Object.values(resources)]) store.silence();
  const { language, theme } = state.get();
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme;
  const words = wordsOf(language);
  const page: Page = {
    state: guarded(state),
    hover,
    reach: undo.reach,
    ...resources,
    words,
    retry,
  };
  state.subscribe(follow);
  const askForOther = () => {
    const question = otherQuestion(page);
    if (question) others.load(question);
    else if (state.get().other.trim() === '') others.clear();
  };
  answers.subscribe(askForOther);
  state.subscribe(askForOther);
  answers.subscribe(askForLayers);
  answers.subscribe(askForChanged);
  answers.subscribe(askForSurvey);
  answers.subscribe(askForDepthLimit);
  answers.subscribe(askForFlow);
  depthLimit.subscribe(askForStacks);
  answers.subscribe(askForModels);
  answers.subscribe(forgetAnswer);
  models.subscribe(() => {
    dropUnknownModel({ ...page, state });
    if (!isFlow(state.get(), page)) ask();
    if (models.get().status !== 'loading') settle();
  });
  const focused = document.activeElement?.id;
  document.getElementById('page')?.replaceChildren(createShell(page));
  if (focused) document.getElementById(focused)?.focus();
}

function follow(now: State, before: State): void {
  const fragment = writeFragment(now, base);
  undo.write(now, before, fragment ? `#${fragment}` : location.pathname + location.search);
  if (now.text !== before.text) hover.set({ token: null });
  if (now.theme !== before.theme) document.documentElement.dataset.theme = now.theme;
  if (now.language !== before.language) build();
  ask();
  askForChanged();
  askForSurvey();
  askForDepthLimit();
  askForStacks();
  askForFlow();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', build);
const restore = () => undo.restore(() => state.set(readFragment(location.hash, base)));
addEventListener('popstate', restore);
// an address that was typed or clicked
addEventListener('hashchange', restore);
addEventListener('keydown', (event) => {
  const way = undoWay(event);
  if (way === 0) return;
  event.preventDefault();
  if (way < 0 ? undo.reach.get().before > 0 : undo.reach.get().after > 0) history.go(way);
});
/** Paper is light; charts are drawn in the colours of the theme. */
let themeOnScreen: State['theme'] | null = null;
addEventListener('beforeprint', () => {
  themeOnScreen = state.get().theme;
  state.set({ theme: 'light' });
});
addEventListener('afterprint', () => {
  if (themeOnScreen) state.set({ theme: themeOnScreen });
});
models.load(null);
ask();
build();
