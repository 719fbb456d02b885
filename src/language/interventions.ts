/**
 * Experiments on the flow of a text: switch heads off, scale β, put tokens where they were in another run, exchange
 * layers, and see what the answers become. The flow is the one of every prediction; here it is changed on the way,
 * for the text and for the tokens of possible answers alike.
 */
import type { z } from 'zod';
import { parseOptions } from '../numerics/options.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { divergence } from '../numerics/statistics.ts';
import { finalChainScores } from './chains.ts';
import {
  type Changes,
  changedRun,
  changesNothing,
  changesSchema,
  checkChanges,
} from './changes.ts';
import { type Findings, findAnswers, says } from './findings.ts';
import { particleCount } from './layout.ts';
import type { LanguageModel } from './model.ts';
import { traceSchema } from './options.ts';
import { type Trace, traceOf, traceToJson } from './trace.ts';

export const interventionSchema = traceSchema.omit({ survey: true }).extend(changesSchema.shape);

/**
 * Those of `trace`, and what is changed: heads, attention or MLPs switched off, β scaled, particles put where another
 * run had them, layers swapped, repeated or left out.
 */
export type InterventionOptions = z.input<typeof interventionSchema>;

/** An answer's probability without and with the interventions. */
export interface AnswerChange {
  readonly tokenStr: string;
  readonly before: number;
  readonly after: number;
}

export interface Effect {
  /** The best answers of both, those that changed most first. */
  readonly answers: readonly AnswerChange[];
  /** KL(before ‖ after) of the answer's first token, in nats. */
  readonly divergence: number;
}

/** The trace of the changed run, and how its answers differ from those of the model as it is. */
export interface InterventionRun extends Trace {
  /** null where nothing was changed. */
  readonly effect: Effect | null;
}

/**
 * The trace of a text under interventions, and what they did to the answers; without any it is `trace`,
 * and serves as the `from` of patches. A patched particle stays where it is put until the next layer moves
 * it; the tokens of longer answers see the text as it was before that layer, and as it is patched from there. Ablating head h leaves its term O_h Σ_j A_ij V_h x_j out of the velocity.
 * Throws InputError or LimitError like `trace`, and for heads, layers, particles or runs that do not fit.
 */
export function runWithCache(
  model: LanguageModel,
  text: string,
  options?: InterventionOptions,
): InterventionRun {
  const all = parseOptions(interventionSchema, options);
  const { firstTokens, tolerances, frames, ...rest } = all;
  const inside = { firstTokens, tolerances, frames, parts: rest.parts };
  const [changes, settings] = parted(rest);
  const depth = settings.depth ?? model.sizes.depth;
  const particles = particleCount(model, text, settings.coupling);
  checkChanges(model, changes, { depth, particles });
  if (changesNothing(changes))
    return { ...traceOf(findAnswers(model, text, settings), inside), effect: null };
  const after = findAnswers(model, text, settings, changedRun(model, changes));
  const before = findAnswers(model, text, settings);
  return { ...traceOf(after, inside), effect: says(before) ? effectOf(before, after) : null };
}

/** What is changed, and how the text is answered. */
function parted<T extends Changes>(all: T): [Changes, Omit<T, keyof Changes>] {
  const { ablate, scaleBeta, patch, ablateAttention, ablateMlp, swap, repeat, skip, ...others } =
    all;
  const changes = { ablate, scaleBeta, patch, ablateAttention, ablateMlp, swap, repeat, skip };
  return [changes, others];
}

/** The record of `trace --json`, with the effect where there is one. */
export const interventionToJson = ({ effect, ...trace }: InterventionRun) => ({
  ...traceToJson(trace),
  ...(effect && { effect: resultToJson(effect) }),
});

/** The union of both lists, each answer scored by the chain rule in both flows. */
function effectOf(before: Findings, after: Findings): Effect {
  const { top } = before.settings;
  const listed = [before, after].flatMap(({ result }) => result.answers.slice(0, top));
  const answers = [...new Map(listed.map((one) => [one.text, one])).values()];
  const chains = answers.map(({ tokens }) => tokens);
  const [first, second] = [before, after].map((one) => finalChainScores({ ...one, chains }));
  const changed = answers.map(({ text }, i) => ({
    tokenStr: text,
    before: first.scores[i],
    after: second.scores[i],
  }));
  const size = (one: AnswerChange) => Math.abs(one.after - one.before);
  return {
    answers: changed.sort((a, b) => size(b) - size(a)),
    divergence: divergence(first.first, second.first),
  };
}
