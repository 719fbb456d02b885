/** What was found for a text: answers with exact probabilities, and what they leave over; `predictionToJson` gives the record of `predict --json`. */

import type { CouplingName } from '../attention/model-coupling.ts';
import { counted } from '../numerics/counted.ts';
import { log } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { entropyBounds } from './answer-entropy.ts';
import { finalChainScores } from './chains.ts';
import type { Reading } from './choices.ts';
import type { Findings } from './findings.ts';
import type { Depth } from './model.ts';
import type { BothReadings, WeighedAnswer, Weighing } from './readings.ts';
import type { FoundAnswer } from './search.ts';
import { plain } from './text.ts';
import type { Token } from './tokenizer.ts';

/** One answer for the blank, or one next token. */
export interface Answer {
  /** Probability of the whole answer. */
  readonly score: number;
  /** What is put in; '' says that the text ends here (next tokens only). */
  readonly tokenStr: string;
  /** The texts of its tokens. */
  readonly tokens: readonly string[];
  /** The text with the answer in it. */
  readonly sequence: string;
  /** Of an answer that was found: p of each token, given those before it; then the answer has to end as well. */
  readonly tokenScores?: readonly number[];
  /** Of an answer that was read twice: what either reading says. */
  readonly readings?: BothReadings;
}

export interface TargetAnswer extends Answer {
  /** 1 for the most likely; null when too unlikely to have been found, or no answer at all. */
  readonly rank: number | null;
}

/**
 * What was found for a text: answers, the likeliest first, with exact probabilities, and bounds on what they
 * leave over.
 */
export interface Prediction {
  readonly model: string;
  /** As it was typed. */
  readonly text: string;
  readonly kind: 'blank' | 'next-token' | 'text';
  readonly depth: Depth;
  readonly scheme: 'layer' | 'dopri5';
  readonly coupling: CouplingName;
  /** How the blank was read. */
  readonly reading: Reading;
  /** The particles; offsets in UTF-16 units of `text`. */
  readonly tokens: readonly Token[];
  readonly blank: { readonly start: number; readonly end: number } | null;
  readonly predictions: readonly Answer[];
  /** Probability of the answers that were found but are not listed. */
  readonly unlisted: number;
  /** Probability of everything else. Scores, `unlisted` and this sum to 1. */
  readonly unexplored: number;
  /** Whether it is certain that no answer above the last one listed is missing; never by a second reading. */
  readonly certain: boolean;
  /** The least entropy of the answer, in nats, that what was not found leaves possible (answer-entropy.ts). */
  readonly entropy: number;
  /** The largest; null where no answer was found. */
  readonly entropyUpper: number | null;
  readonly targets?: readonly TargetAnswer[];
  /** Of a model that fills masks: answers of 2 and 3 tokens, each list by itself. */
  readonly longer?: readonly SlotAnswers[];
  /** How many masks the blank was. */
  readonly slots?: number;
  /** What somebody else's model is computed in. */
  readonly precision?: 'float32' | 'float64';
  /** What was decided where its files say two things, and what of them was left aside. */
  readonly notes?: readonly string[];
}

/** The answers of so many tokens. */
export type SlotAnswers = Pick<Prediction, 'predictions' | 'unlisted' | 'unexplored'> & {
  readonly slots: number;
};

/** What was found; with a weighing, of findings that begin with its answers. */
export function predictionOf(findings: Findings, weighing?: Weighing): Prediction {
  const { model, settings, layout, run, result } = findings;
  const listed = result.answers.slice(0, settings.top);
  const last = listed.length === settings.top ? (listed.at(-1)?.score ?? 0) : 0;
  const { low, high } = entropyBounds({
    scores: result.answers.map(({ score }) => score),
    bound: result.bound,
    open: result.open,
    logCount: (settings.slots ?? model.sizes.answerTokens) * log(model.tokenizer.size),
  });
  return {
    model: model.name,
    text: layout.text,
    kind: layout.kind,
    depth: run.depth,
    scheme: run.depth === 'ode' ? 'dopri5' : 'layer',
    coupling: layout.coupling,
    reading: weighing?.reading ?? 'blank',
    tokens: layout.tokens,
    blank: layout.blank && { start: layout.blank.start, end: layout.blank.end },
    predictions: listed.map((found: FoundAnswer | WeighedAnswer) => ({
      ...answer(findings, found.score, found.text, found.tokens),
      tokenScores: found.steps,
      ...('readings' in found && { readings: found.readings }),
    })),
    unlisted: result.answers.slice(settings.top).reduce((sum, { score }) => sum + score, 0),
    unexplored: result.unexplored,
    certain: weighing === undefined && result.bound <= last,
    entropy: low,
    entropyUpper: Number.isFinite(high) ? high : null,
    ...(settings.targets.length > 0 && { targets: scoreTargets(findings, weighing) }),
    ...(model.masks && { slots: settings.slots ?? 1 }),
    ...(model.precision && { precision: model.precision }),
    ...((model.precision || model.notes) && { notes: model.notes ?? [] }),
  };
}

/** The record of `predict --json`; keys in snake_case. */
export const predictionToJson = (prediction: Prediction) => resultToJson(prediction);

/** One answer. */
export function answer(
  { model, layout }: Findings,
  score: number,
  text: string,
  tokens: readonly number[],
): Answer {
  const { blank } = layout;
  return {
    score,
    tokenStr: text,
    tokens: tokens.map((id) => model.tokenizer.decode([id])),
    sequence: blank
      ? blank.before + text + blank.after
      : layout.text.slice(0, (layout.tokens.at(-1) as Token).end) + text,
  };
}

function scoreTargets(findings: Findings, weighing?: Weighing): TargetAnswer[] {
  const { settings, result } = findings;
  const texts = settings.targets.map((target) => targetText(findings, target));
  const chains = texts.map((text) => targetTokens(findings, text, settings.slots));
  const { scores: blank } = finalChainScores({ ...findings, chains });
  const scores = weighing ? weighing.scores(blank, chains) : blank;
  return texts.map((text, i) => {
    const place = result.answers.findIndex((found) => found.text === text);
    const ranked =
      place >= 0 &&
      (weighing ? place < weighing.answers.length : result.answers[place].score >= result.bound);
    return { ...answer(findings, scores[i], text, chains[i]), rank: ranked ? place + 1 : null };
  });
}

/** A target as it is put in: for a blank without blanks around it, for next tokens with its leading blank. */
export function targetText({ layout }: Pick<Findings, 'layout'>, target: string): string {
  const text = plain(target);
  if (text === '')
    throw new InputError(
      'targets',
      `the target "${target}" is empty, expected an answer: write a word`,
    );
  const opens = layout.kind === 'next-token' && layout.leadingBlank && /^[\p{L}\p{N}]/u.test(text);
  return opens ? ` ${text}` : text;
}

export function targetTokens(
  { model, layout }: Pick<Findings, 'model' | 'layout'>,
  text: string,
  slots = 1,
): number[] {
  const tokens = model.answerTokens(layout, text);
  if (model.masks && tokens.length !== slots)
    throw new InputError(
      'targets',
      `the target "${text}" has ${counted(tokens.length, 'token')} and the blank is ${counted(slots, 'mask')}: expected as many, so ask for slots ${tokens.length}`,
    );
  const most = model.sizes.answerTokens;
  if (tokens.length > most)
    throw new InputError(
      'targets',
      `the target "${text}" has ${counted(tokens.length, 'token')}, expected at most ${most}: shorten it`,
    );
  return tokens;
}
