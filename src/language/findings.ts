/** The search for the answers of a text: its particles flow, and answers follow in their field. It knows no records. */
import { type AnswerRules, answerRules } from './answers.ts';
import type { LanguageModel } from './checkpoint.ts';
import { type FlownFollower, type Follower, followCached, followTogether } from './followers.ts';
import { type Layout, layOut } from './layout.ts';
import type { AnswerSettings } from './options.ts';
import { type Expand, type Node, type SearchResult, searchAnswers } from './search.ts';
import {
  type ContextFlow,
  type Depth,
  type FlowHooks,
  runContext,
  tokenProbabilities,
} from './transformer.ts';

/** Everything that a search has brought to light, for records, lens and trace. */
export interface Findings {
  readonly model: LanguageModel;
  readonly settings: AnswerSettings;
  readonly layout: Layout;
  readonly context: ContextFlow;
  /** How an answer ends; null for next tokens. */
  readonly rules: AnswerRules | null;
  readonly result: SearchResult;
}

/** The text laid out, its own particles' flow, and how an answer ends. */
export function openText(
  model: LanguageModel,
  text: string,
  { coupling, depth }: Pick<AnswerSettings, 'coupling' | 'depth'>,
  hooks?: FlowHooks,
) {
  return openLayout(model, layOut(model, text, coupling), depth, hooks);
}

/** The same of a text that is laid out. */
export function openLayout(
  model: LanguageModel,
  layout: Layout,
  depth: Depth = model.config.depth,
  hooks?: FlowHooks,
) {
  const ids = layout.tokens.map((token) => token.id);
  const context = runContext(model, ids, layout.positions, layout.coupling, depth, hooks);
  const rules = layout.kind === 'next-token' ? null : answerRules(model, layout);
  return { model, layout, context, rules };
}

/** Runs the context and the search, with hooks in the flow of both where there are any. */
export function findAnswers(
  model: LanguageModel,
  text: string,
  settings: AnswerSettings,
  hooks?: FlowHooks,
): Findings {
  const parts = openText(model, text, settings, hooks);
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
  return { answers, bound: 0, unexplored: Math.max(0, 1 - found), open: 0, expansions: 1 };
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
