/** What every view is handed: the state, the replies, the selection and the words. */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { Token } from '../language/tokenizer.ts';
import type {
  ChangedQuestion,
  ContrastQuestion,
  ContrastReply,
  DepthReply,
  LayerQuestion,
  LayerReply,
  Models,
  PartsQuestion,
  Prediction,
  Question,
  RefinedReply,
  StackReply,
  SurveyQuestion,
  SurveyReply,
  Trace,
} from './api.ts';
import { blanks, endsInBlank, splitTargets } from './sentence.ts';
import type { State } from './state.ts';
import type { Reply, Resource, Store } from './store.ts';
import type { Reach } from './undo.ts';
import type { Words } from './words.ts';

export interface Page {
  /** What a link has locked does not change by it. */
  readonly state: Store<State>;
  /** How far undo and redo go. */
  readonly reach: Store<Reach>;
  /** The particle under the pointer; it goes before the pinned one. */
  readonly hover: Store<{ readonly token: number | null }>;
  readonly answers: Resource<Question, Prediction>;
  /** Of the sentence to compare with, with the first one's answers as targets. */
  readonly others: Resource<Question, Prediction>;
  readonly traces: Resource<Question, Trace>;
  /** The same pass with the reader's interventions in it, asked for where it is shown. */
  readonly changed: Resource<ChangedQuestion, Trace>;
  /** What can be said of the layers of such a pass, asked for by hand. */
  readonly surveys: Resource<SurveyQuestion, SurveyReply>;
  /** Asked for when the Depth tab is open. */
  readonly depthLimit: Resource<Question, DepthReply>;
  /** The same of a model whose layers have weights of their own. */
  readonly refined: Resource<Question, RefinedReply>;
  /** Of such a model, asked for by hand: Jacobians of its parts, parts as flows, a layer alone. */
  readonly jacobians: Resource<PartsQuestion, RefinedReply>;
  readonly partFlows: Resource<PartsQuestion, RefinedReply>;
  readonly layerFlows: Resource<LayerQuestion, LayerReply>;
  /** Asked for when the Depth tab is open. */
  readonly stacks: Resource<null, StackReply>;
  /** Traces of the flow itself, asked for where layers are drawn over it. */
  readonly flows: Resource<Question, Trace>;
  /** The particles between two answers, asked for where that plane is looked at. */
  readonly contrasts: Resource<ContrastQuestion, ContrastReply>;
  readonly models: Resource<null, Models>;
  readonly words: Words;
  /** Asks again what failed. */
  readonly retry: () => void;
}

/** The coupling that will be used: the reader's, where the model and the text allow it. */
export function couplingOf(state: State, page: Pick<Page, 'models'>): CouplingName {
  const { text, coupling } = state;
  if (blanks(text).length === 0) return 'causal';
  if (!hasCoupling(state, page, coupling)) return 'full';
  return coupling === 'causal' && !endsInBlank(text) ? 'full' : coupling;
}

/** Whether the model that answers knows a coupling at all: Sinkhorn's is for flows. */
export const hasCoupling = (
  state: State,
  page: Pick<Page, 'models'>,
  coupling: CouplingName,
): boolean => coupling !== 'sinkhorn' || isFlow(state, page);

/** Whether somebody else's model answers, whose depth and coupling are its own. False while models are unknown. */
export const isPretrained = (state: State, page: Pick<Page, 'models'>): boolean =>
  hasEntry(state, page, 'family') ?? false;

/** Whether a flow answers, whose depth is chosen; other models have theirs. True while models are unknown. */
export const isFlow = (state: State, page: Pick<Page, 'models'>): boolean =>
  hasEntry(state, page, 'horizon') ?? true;

/**
 * Whether the model that answers fills masks: of an answer of several tokens it would need as many, so that nobody is
 * asked for candidates. False while models are unknown.
 */
export function fillsMasks(state: State, page: Pick<Page, 'models'>): boolean {
  const record = recordOf(state, page);
  return record !== undefined && 'masks' in record && record.masks;
}

/** Layers of a model that has its own, each with an MLP; 0 for a flow, and while models are unknown. */
export function ownLayers(state: State, page: Pick<Page, 'models'>): number {
  const record = recordOf(state, page);
  return record && !('problem' in record) && !isFlow(state, page) ? record.depth : 0;
}

/**
 * Why somebody else's model refused an answer though its layers can be looked at: it has no head, or fills masks and
 * the text has none. null where it answered, or failed for another reason.
 */
export function unasked(
  state: State,
  page: Pick<Page, 'models'>,
  { failure }: Reply<Prediction>,
): 'head' | 'blank' | null {
  const record = recordOf(state, page);
  const refused = failure !== null && failure.status >= 400 && failure.status < 500;
  if (!refused || failure.status === 429 || !record || !('masks' in record)) return null;
  if (!record.head) return 'head';
  return record.masks && blanks(state.text).length === 0 ? 'blank' : null;
}

/** What the list says of the model that answers; undefined where it says nothing. */
function recordOf(state: State, { models }: Pick<Page, 'models'>) {
  const { value } = models.get();
  const name = state.model ?? value?.default;
  return value?.models.find((model) => model.name === name && !('problem' in model));
}

/** Whether the record of the model that answers has an entry; undefined where there is no record. */
function hasEntry(state: State, page: Pick<Page, 'models'>, entry: string) {
  const record = recordOf(state, page);
  return record && entry in record;
}

/** What to ask the server in this state; null where the text is empty. */
export function questionOf(state: State, page: Pick<Page, 'models'>): Question | null {
  const text = state.text.trim();
  if (text === '') return null;
  const model = state.model && { model: state.model };
  const asks = blanks(text).length > 0 && !fillsMasks(state, page);
  const targets = asks ? splitTargets(state.targets) : [];
  const own = targets.length > 0 && { targets };
  if (isPretrained(state, page)) return { text, ...model, ...own };
  const asked = { text, ...(isFlow(state, page) && { depth: state.depth }), ...model };
  if (blanks(text).length === 0) return asked;
  return { ...asked, coupling: couplingOf(state, page), ...own };
}

/**
 * What the Predict tab asks: the same, read as the reader chose. The other tabs look at the flow of the
 * blank's particle, so they ask for its own reading.
 */
export function predictQuestionOf(state: State, page: Pick<Page, 'models'>): Question | null {
  const question = questionOf(state, page);
  const own = state.reading === 'blank' || state.tab !== 'predict' || !question?.coupling;
  return own ? question : { ...question, reading: state.reading };
}

/** What to survey; null where that is not asked for, or the model is a flow, whose layers are the reader's choice. */
export function surveyQuestionOf(state: State, page: Pick<Page, 'models'>): SurveyQuestion | null {
  const question = questionOf(state, page);
  const asked = state.tab === 'layers' && state.survey === 'open' && !isFlow(state, page);
  if (!asked || !question) return null;
  const { text, model, coupling } = question;
  const reference = state.reference.trim();
  return { text, model, coupling, ...(reference && { reference }) };
}

/** What to ask of the sentence to compare with, once the first one is answered; null where there is none. */
export function otherQuestion({ state, answers, models }: Page): Question | null {
  const { value, status } = answers.get();
  const text = state.get().other.trim();
  if (status !== 'ready' || value?.kind === 'next-token' || !value || text === '') return null;
  const question = predictQuestionOf({ ...state.get(), text }, { models });
  if (!question) return null;
  if (isPretrained(state.get(), { models })) return question;
  return {
    ...question,
    targets: value.predictions
      .map(({ token_str }) => token_str.trim())
      .filter((answer) => answer !== ''),
  };
}

/** The flow of the same tokens as a trace's, once it is there. */
export function flowOf({ flows }: Page, { tokens }: Trace): Trace | null {
  const { status, value } = flows.get();
  return status === 'ready' && value && isSameText(value.tokens, tokens) ? value : null;
}

/** The changed run of the same particles in as many frames as a trace's, once it is there. */
export function changedOf({ changed }: Page, { tokens, hidden_states }: Trace): Trace | null {
  const { value } = changed.get();
  const same = value?.hidden_states.length === hidden_states.length;
  return value && same && isSameText(value.tokens, tokens) ? value : null;
}

const isSameText = (one: readonly Token[], other: readonly Token[]) =>
  one.length === other.length && one.every(({ id }, i) => other[i].id === id);

/** The particle that all panels show: the one pointed at, else the pinned one. */
export function selectedToken({ hover, state }: Page): number | null {
  return hover.get().token ?? state.get().token;
}

/** Pins a particle, or lets go of it if it was pinned. */
export function pinToken({ state }: Page, token: number): void {
  state.set({ token: state.get().token === token ? null : token });
}

/** The frame looked at: the last that has no more layers behind it than the state says. */
export function shownFrame({ layer }: State, { layers }: Trace): number {
  return layer === null ? layers.length - 1 : frameOf(layers, layer);
}

/** Which frame a layer belongs to. */
export const frameOf = (layers: readonly number[], layer: number): number =>
  layers.findLastIndex((behind) => behind <= layer);

/** "Layer 5 of 8" for a frame. */
export const layerTitle = ({ words }: Page, { layers }: Trace, frame: number): string =>
  words.layerOf(layers[frame], layers[layers.length - 1]);

/** Goes to a frame; the last is kept as "the last", so that another depth shows its own end. */
export function goToFrame({ state, traces }: Page, frame: number): void {
  const trace = traces.get().value;
  if (!trace) return;
  const last = trace.layers.length - 1;
  const bounded = Math.max(0, Math.min(last, Math.round(frame)));
  state.set({ layer: bounded === last ? null : trace.layers[bounded] });
}

/** How a particle is called: its text without blanks around it, or the name of what it stands for. */
export function tokenName(trace: Trace, index: number, words: Words): string {
  const { text, start, end } = trace.tokens[index];
  if (text === '' && start === end) return words.start;
  return text === '__' ? words.blank : text.trim() || '␣';
}

/** Whether the depth of a trace is a time, not a count of layers. */
export function isContinuous(page: Page): boolean {
  return page.answers.get().value?.depth === 'ode';
}
