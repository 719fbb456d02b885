/**
 * Answers for a blank, or next tokens for a text without one, with exact probabilities by the chain
 * rule. The record it returns is that of `predict --json`; it knows no clock and no screen.
 */
import type { CouplingName } from '../attention/coupling.ts';
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import { type AnswerRules, answerRules } from './answers.ts';
import { finalChainScores } from './chains.ts';
import type { LanguageModel } from './checkpoint.ts';
import { type FlownFollower, type Follower, followCached, followTogether } from './followers.ts';
import { type Layout, layOut } from './layout.ts';
import { type FillOptions, type FillSettings, fillSchema } from './options.ts';
import { type Expand, type Node, type SearchResult, searchAnswers } from './search.ts';
import type { Token } from './tokenizer.ts';
import {
  type Changes,
  type ContextFlow,
  type Depth,
  runContext,
  tokenProbabilities,
} from './transformer.ts';

export interface Answer {
  /** Probability of the whole answer. */
  readonly score: number;
  /** What is put in; '' says that the text ends here (next tokens only). */
  readonly token_str: string;
  /** The texts of its tokens. */
  readonly tokens: readonly string[];
  /** The text with the answer in it. */
  readonly sequence: string;
  /** Of an answer that was found: p of each token, given those before it; then the answer has to end as well. */
  readonly token_scores?: readonly number[];
}

export interface TargetAnswer extends Answer {
  /** 1 for the most likely; null when too unlikely to have been found, or no answer at all. */
  readonly rank: number | null;
}

export interface Prediction {
  readonly model: string;
  readonly text: string;
  readonly kind: 'blank' | 'next-token';
  readonly depth: Depth;
  readonly scheme: 'layer' | 'dopri5';
  readonly coupling: CouplingName;
  /** The particles; offsets in UTF-16 units. */
  readonly tokens: readonly Token[];
  readonly blank: { readonly start: number; readonly end: number } | null;
  readonly predictions: readonly Answer[];
  /** Probability of the answers that were found but are not listed. */
  readonly unlisted: number;
  /** Probability of everything else. Scores, `unlisted` and this sum to 1. */
  readonly unexplored: number;
  /** Whether it is certain that no answer above the last one listed is missing. */
  readonly certain: boolean;
  /** In nats, of the answers found and everything else as one. */
  readonly entropy: number;
  readonly targets?: readonly TargetAnswer[];
}

/** Everything that a search has brought to light, for records, lens and trace. */
export interface Findings {
  readonly model: LanguageModel;
  readonly settings: FillSettings;
  readonly layout: Layout;
  readonly context: ContextFlow;
  /** How an answer ends; null for next tokens. */
  readonly rules: AnswerRules | null;
  readonly result: SearchResult;
}

/**
 * The most likely answers for the blank of `text`; for a text without a blank its next tokens.
 * Throws InputError or LimitError for a text or option that cannot be used.
 */
export function fillBlank(model: LanguageModel, text: string, options?: FillOptions): Prediction {
  return predictionOf(findAnswers(model, text, parseOptions(fillSchema, options)));
}

/**
 * The probability of each given answer, in their order, without any search: exact by the chain rule.
 * Throws as `fillBlank`.
 */
export function scoreAnswers(
  model: LanguageModel,
  text: string,
  { targets, ...options }: FillOptions & { readonly targets: readonly string[] },
): Float64Array {
  const settings = parseOptions(fillSchema, { ...options, targets: [...targets] });
  const parts = openText(model, text, settings);
  const texts = settings.targets.map((target) => targetText(parts, target));
  const chains = texts.map((answered) => targetTokens(parts, answered));
  return finalChainScores({ ...parts, chains }).scores;
}

/** The text laid out, its own particles' flow, and how an answer ends. */
function openText(
  model: LanguageModel,
  text: string,
  { coupling, depth = model.config.depth }: FillSettings,
  changes?: Changes,
) {
  const layout = layOut(model, text, coupling);
  const ids = layout.tokens.map((token) => token.id);
  const context = runContext(model, ids, layout.positions, layout.coupling, depth, changes);
  const rules = layout.kind === 'next-token' ? null : answerRules(model, layout);
  return { model, layout, context, rules };
}

/** Runs the context and the search, with changes in the flow of both where there are any. */
export function findAnswers(
  model: LanguageModel,
  text: string,
  settings: FillSettings,
  changes?: Changes,
): Findings {
  const parts = openText(model, text, settings, changes);
  const { layout, context, rules } = parts;
  if (rules === null) return { ...parts, settings, result: nextTokens(model, layout, context) };
  const expand = expander(model, layout, context);
  const batch = context.cache ? 16 : 32;
  const result = searchAnswers(rules, model.tokenizer.size, expand, { ...settings, batch });
  return { ...parts, settings, result };
}

/** The state at the particle where the answer's first token is read. */
function firstState(layout: Layout, { frames }: ContextFlow, d: number): Float64Array {
  const { data } = frames[frames.length - 1].positions;
  return data.subarray(layout.readAt * d, (layout.readAt + 1) * d);
}

function nextTokens(model: LanguageModel, layout: Layout, context: ContextFlow): SearchResult {
  const { tokenizer, config } = model;
  const p = tokenProbabilities(model, firstState(layout, context, config.dimension));
  const answers = Array.from(p, (score, id) => ({
    text: id === tokenizer.special.end ? '' : tokenizer.decodeStrict([id]),
    tokens: [id],
    steps: [score],
    score,
  }))
    .filter((answer): answer is typeof answer & { text: string } => answer.text !== undefined)
    .sort((a, b) => b.score - a.score);
  const found = answers.reduce((sum, { score }) => sum + score, 0);
  return { answers, bound: 0, unexplored: Math.max(0, 1 - found), expansions: 1 };
}

/** Distributions behind nodes of the search, from followers in the context's field. */
function expander(model: LanguageModel, layout: Layout, context: ContextFlow): Expand {
  const d = model.config.dimension;
  const flown = new Map<Node, FlownFollower>();
  const waiting = new Map<Node, Follower>();
  const describe = <F extends Follower>(node: Node, known: Map<Node, F>) => ({
    parent: (node.parent && known.get(node.parent)) ?? null,
    token: node.beginning.tokens.at(-1) as number,
    position: layout.followFrom + node.beginning.tokens.length - 1,
  });

  function states(nodes: readonly Node[]): Float64Array[] {
    if (!context.cache) {
      for (const node of nodes) waiting.set(node, describe(node, waiting));
      return followTogether(
        model,
        context,
        nodes.map((node) => waiting.get(node) as Follower),
      );
    }
    const requests = nodes.map((node) => describe(node, flown));
    const followers = followCached(model, context, context.cache, requests);
    nodes.forEach((node, b) => {
      flown.set(node, followers[b]);
    });
    return followers.map(({ state }) => state);
  }

  return (nodes) => {
    if (nodes[0].parent === null) return tokenProbabilities(model, firstState(layout, context, d));
    const x = new Float64Array(nodes.length * d);
    states(nodes).forEach((state, b) => {
      x.set(state, b * d);
    });
    return tokenProbabilities(model, x);
  };
}

/** The record of what was found. */
export function predictionOf(findings: Findings): Prediction {
  const { model, settings, layout, context, result } = findings;
  const listed = result.answers.slice(0, settings.top);
  const last = listed.length === settings.top ? (listed.at(-1)?.score ?? 0) : 0;
  return {
    model: model.config.name,
    text: layout.text,
    kind: layout.kind,
    depth: context.depth,
    scheme: context.depth === 'ode' ? 'dopri5' : 'layer',
    coupling: layout.coupling,
    tokens: layout.tokens,
    blank: layout.blank && { start: layout.blank.start, end: layout.blank.end },
    predictions: listed.map(({ score, text, tokens, steps }) => ({
      ...answer(findings, score, text, tokens),
      token_scores: steps,
    })),
    unlisted: result.answers.slice(settings.top).reduce((sum, { score }) => sum + score, 0),
    unexplored: result.unexplored,
    certain: result.bound <= last,
    entropy: entropy([...result.answers.map(({ score }) => score), result.unexplored]),
    ...(settings.targets.length > 0 && { targets: scoreTargets(findings) }),
  };
}

/** One answer as a record. */
export function answer(
  { model, layout }: Findings,
  score: number,
  text: string,
  tokens: readonly number[],
): Answer {
  const { blank } = layout;
  return {
    score,
    token_str: text,
    tokens: tokens.map((id) => model.tokenizer.decode([id])),
    sequence: blank
      ? blank.before + text + blank.after
      : layout.text.slice(0, (layout.tokens.at(-1) as Token).end) + text,
  };
}

function entropy(probabilities: readonly number[]): number {
  return -probabilities.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0);
}

function scoreTargets(findings: Findings): TargetAnswer[] {
  const { settings, result } = findings;
  const texts = settings.targets.map((target) => targetText(findings, target));
  const chains = texts.map((text) => targetTokens(findings, text));
  const { scores } = finalChainScores({ ...findings, chains });
  return texts.map((text, i) => {
    const place = result.answers.findIndex((found) => found.text === text);
    const ranked = place >= 0 && result.answers[place].score >= result.bound;
    return { ...answer(findings, scores[i], text, chains[i]), rank: ranked ? place + 1 : null };
  });
}

/** A target as it is put in: for a blank without blanks around it, for next tokens with its leading blank. */
function targetText({ layout }: Pick<Findings, 'layout'>, target: string): string {
  const text = target.trim();
  if (text === '')
    throw new InputError(
      'targets',
      `the target "${target}" is empty, expected an answer: write a word`,
    );
  const opens = layout.kind === 'next-token' && layout.leadingBlank && /^[\p{L}\p{N}]/u.test(text);
  return opens ? ` ${text}` : text;
}

function targetTokens(
  { model, layout }: Pick<Findings, 'model' | 'layout'>,
  text: string,
): number[] {
  const opens = layout.kind === 'blank' && layout.leadingBlank;
  const tokens = model.tokenizer.encodeIds(opens ? ` ${text}` : text);
  const most = model.config.slots - 1;
  if (tokens.length > most)
    throw new InputError(
      'targets',
      `the target "${text}" has ${tokens.length} tokens, expected at most ${most}: shorten it`,
    );
  return tokens;
}
