/** What the card of effects asks, and the words of the library for what is changed. */
import type { Effects } from '../../../language/effects/effects.ts';
import type { ResultJson } from '../../../numerics/result-json.ts';
import type { Repeatable } from '../../../operations/snippets.ts';
import type { Question } from '../../api.ts';
import type { Page } from '../../page.ts';
import { isFlow, questionOf, shownFrame } from '../../page.ts';
import type { EffectKind } from '../../state.ts';
import { ask } from '../../transport.ts';

export type EffectsReply = ResultJson<Effects>;

export interface EffectsQuestion extends Pick<Question, 'text' | 'depth' | 'coupling' | 'model'> {
  readonly of: EffectKind;
  readonly other?: string;
  /** All where absent. */
  readonly layers?: readonly number[];
}

/** Of the operation's record, which would bring what computes it: a test holds the two together. */
export const EFFECTS_RECORD: Repeatable = { subject: 'any text', library: ['effects'] };

/** Throws RequestError, or TypeError without a network. */
export const askEffects = (question: EffectsQuestion, signal: AbortSignal) =>
  ask('api/effects', signal, question) as Promise<EffectsReply>;

/** Whether all layers are changed in turn: the reader's choice, else those of a flow, which are cheap. */
export function inAllLayers(page: Page): boolean {
  const { effectsIn } = page.state.get();
  return effectsIn === null ? isFlow(page.state.get(), page) : effectsIn === 'all';
}

/** Why there is nothing to ask yet. */
export type Unasked = 'continuous' | 'other' | 'nothing';

/** The grid that the card shows. */
export function effectsQuestion(page: Page): EffectsQuestion | Unasked {
  const state = page.state.get();
  const question = questionOf(state, page);
  const trace = page.traces.get().value;
  if (!question || !trace || page.answers.get().status !== 'ready') return 'nothing';
  const { text, depth, coupling, model } = question;
  if (depth === 'ode') return 'continuous';
  const of = state.effects;
  const other = state.other.trim();
  if (of === 'patches' && other === '') return 'other';
  const frame = trace.layers[shownFrame(state, trace)];
  const layer = of === 'patches' ? frame : Math.max(1, frame);
  return {
    text,
    depth,
    coupling,
    model,
    of,
    ...(of === 'patches' && { other }),
    ...(!inAllLayers(page) && { layers: [layer] }),
  };
}
