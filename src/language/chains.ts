/**
 * Given answers, scored by the chain rule at every frame of the flow: candidates for the lens,
 * and answers that a caller names.
 */
import { exp, log } from '../numerics/elementary.ts';
import type { AnswerRules } from './answers.ts';
import type { LanguageModel } from './checkpoint.ts';
import { type Follower, flowTogether } from './followers.ts';
import type { Layout } from './layout.ts';
import { type ContextFlow, type ModelFrame, tokenProbabilities } from './transformer.ts';

/** What one frame says: the score of each chain, and p of every token at the answer's first place. */
export interface FrameScores {
  readonly time: number;
  readonly scores: Float64Array;
  /** Their logarithms, of long chains too, whose scores may be too small for a number. */
  readonly logScores: Float64Array;
  readonly first: Float64Array;
}

export interface ChainSettings {
  readonly model: LanguageModel;
  readonly layout: Layout;
  readonly context: ContextFlow;
  /** The rules by which an answer ends; null when chains are left open (next tokens). */
  readonly rules: AnswerRules | null;
  /** Tokens of each answer, one at least. */
  readonly chains: readonly (readonly number[])[];
}

/** The scores at the frames of these layers, the start being layer 0, read from the particles' states there. */
export function* chainScores(
  settings: ChainSettings,
  layers: readonly number[],
): Generator<FrameScores> {
  const tree = followerTree(settings);
  const wanted = new Set(layers);
  let layer = 0;
  for (const frame of framesWith(settings, tree))
    if (wanted.has(layer++)) yield frameScores(settings, tree, frame);
}

/** The scores at the last frame alone. */
export function finalChainScores(settings: ChainSettings): FrameScores {
  const tree = followerTree(settings);
  let last: ModelFrame | undefined;
  for (const frame of framesWith(settings, tree)) last = frame;
  return frameScores(settings, tree, last as ModelFrame);
}

/** Followers by their tokens, parents first: common beginnings flow once. */
type Tree = ReadonlyMap<string, Follower>;

const keyOf = (tokens: readonly number[]) => tokens.join(' ');

/** A follower for every token that something is read behind. */
function followerTree({ chains, rules, layout }: ChainSettings): Tree {
  const tree = new Map<string, Follower>();
  for (const chain of chains) {
    let parent: Follower | null = null;
    const read = rules === null ? chain.length - 1 : chain.length;
    for (let j = 0; j < read; j++) {
      const key = keyOf(chain.slice(0, j + 1));
      const known: Follower | undefined = tree.get(key);
      parent = known ?? { parent, token: chain[j], position: layout.followFrom + j };
      tree.set(key, parent);
    }
  }
  return tree;
}

function framesWith({ model, context }: ChainSettings, tree: Tree): Iterable<ModelFrame> {
  return tree.size === 0 ? context.frames : flowTogether(model, context, [...tree.values()]);
}

function frameScores(settings: ChainSettings, tree: Tree, frame: ModelFrame): FrameScores {
  const { model, layout, context, chains } = settings;
  const size = model.tokenizer.size;
  const rows = [layout.readAt, ...Array.from(tree, (_, f) => context.ids.length + f)];
  const p = tokenProbabilities(model, gather(frame.positions.data, rows, model.config.dimension));
  const place = new Map([...tree.keys()].map((key, f) => [key, f + 1]));
  const at = (tokens: readonly number[]) => {
    const r = tokens.length === 0 ? 0 : (place.get(keyOf(tokens)) as number);
    return p.subarray(r * size, (r + 1) * size);
  };
  const logScores = Float64Array.from(chains, (chain) => logChainScore(settings, chain, at));
  return {
    time: frame.time,
    scores: logScores.map(exp),
    logScores,
    first: p.subarray(0, size),
  };
}

function gather(data: Float64Array, rows: readonly number[], d: number): Float64Array {
  const out = new Float64Array(rows.length * d);
  rows.forEach((r, i) => {
    out.set(data.subarray(r * d, (r + 1) * d), i * d);
  });
  return out;
}

/** Σ_j log p(a_j | a_1 … a_{j−1}) + log p(the answer ends | a_1 … a_J). */
function logChainScore(
  { rules }: ChainSettings,
  chain: readonly number[],
  at: (tokens: readonly number[]) => Float64Array,
): number {
  const steps = chain.map((token, j) => at(chain.slice(0, j))[token]);
  if (rules !== null) steps.push(endProbability(rules, chain, at(chain)));
  return steps.reduce((sum, p) => sum + log(p), 0);
}

function endProbability(rules: AnswerRules, chain: readonly number[], p: Float64Array): number {
  // What is no answer by the rules may still be asked for: it ends as a second word does.
  const beginning = rules.begin(chain) ?? { tokens: chain, stage: 'second word' as const };
  return rules.endings(beginning).reduce((sum, token) => sum + p[token], 0);
}
