/** What the folds of single particles ask: the inside of a layer, the nearest words. */
import type { InsideLayer } from '../../../language/inside/layer.ts';
import type { Nearest } from '../../../language/inside/nearest.ts';
import type { ResultJson } from '../../../numerics/result-json.ts';
import type { Repeatable } from '../../../operations/snippets.ts';
import type { Question, Trace } from '../../api.ts';
import type { Page } from '../../page.ts';
import { isFlow, questionOf, selectedToken, shownFrame } from '../../page.ts';
import { ask } from '../../transport.ts';

/** Of the operations' records, which would bring what computes them: a test holds the two together. */
export const INSIDE_RECORD: Repeatable = { subject: 'text', library: ['insideLayer'] };
export const NEAREST_RECORD: Repeatable = { subject: 'any text', library: ['nearestWords'] };

type Pass = Pick<Question, 'text' | 'depth' | 'coupling' | 'model'>;

export type InsideReply = ResultJson<InsideLayer>;

export interface InsideQuestion extends Pass {
  readonly layer: number;
  readonly token: number;
}

/** Throws RequestError, or TypeError without a network. */
export const askInside = (question: InsideQuestion, signal: AbortSignal) =>
  ask('api/inside/layer', signal, question) as Promise<InsideReply>;

export type NearestReply = ResultJson<Nearest>;

export interface NearestQuestion extends Pass {
  readonly layers?: readonly number[];
  readonly count: number;
}

/** Throws as `askInside`. */
export const askNearest = (question: NearestQuestion, signal: AbortSignal) =>
  ask('api/inside/nearest', signal, question) as Promise<NearestReply>;

/** The particle that is looked at: the one chosen, the selected one where none is named, else the blank, else the last. */
export function watchedToken(
  page: Page,
  { tokens }: Pick<Trace, 'tokens'>,
  chosen = selectedToken(page),
): number {
  if (chosen !== null && chosen < tokens.length) return chosen;
  const blank = tokens.findIndex(({ text }) => text === '__');
  return blank >= 0 ? blank : tokens.length - 1;
}

/** The pinned one: for what is asked or drawn at length, which a pointer that passes by does not change. */
export const pinnedToken = (page: Page, trace: Pick<Trace, 'tokens'>): number =>
  watchedToken(page, trace, page.state.get().token);

/** The pass of the trace that is shown; null while it is on its way. */
function passOf(page: Page): Pass | null {
  const question = questionOf(page.state.get(), page);
  if (!question || page.traces.get().status !== 'ready') return null;
  const { text, depth, coupling, model } = question;
  return { text, depth, coupling, model };
}

/** The pinned particle in the step that led to the layer. */
export function insideQuestion(page: Page, trace: Trace): InsideQuestion | 'continuous' | null {
  const pass = passOf(page);
  if (!pass) return null;
  if (pass.depth === 'ode') return 'continuous';
  const layer = Math.max(1, trace.layers[shownFrame(page.state.get(), trace)]);
  return { ...pass, layer, token: pinnedToken(page, trace) };
}

/** Words that are listed of each particle. */
export const LISTED = 8;

/** Of a flow all frames that are shown, of a network the one that is looked at: its vocabulary is large. */
export function nearestQuestion(page: Page, trace: Trace): NearestQuestion | 'continuous' | null {
  const pass = passOf(page);
  if (!pass) return null;
  if (pass.depth === 'ode') return 'continuous';
  const here = [trace.layers[shownFrame(page.state.get(), trace)]];
  const few = trace.layers.length * trace.tokens.length <= 200;
  const layers = isFlow(page.state.get(), page) && few ? trace.layers : here;
  return { ...pass, layers, count: LISTED };
}
