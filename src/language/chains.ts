/**
 * Given answers, scored by the chain rule at every frame of a run: candidates for the lens, and answers that a
 * caller names.
 */
import { exp, log } from '../numerics/elementary.ts';
import { sumOf } from '../numerics/vectors.ts';
import type { AnswerRules } from './answers.ts';
import type { LanguageModel, ModelRun, StatesBehind, Tokens } from './model.ts';

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
  readonly run: ModelRun;
  /** The rules by which an answer ends; null when chains are left open (next tokens). */
  readonly rules: AnswerRules | null;
  /** Tokens of each answer, one at least. */
  readonly chains: readonly Tokens[];
  /** p of every token behind the text at the last frame, where it has been read: large vocabularies are dear. */
  readonly law?: Float64Array;
}

/** The scores at the frames of these layers, the start being layer 0, read from the particles' states there. */
export function* chainScores(
  settings: ChainSettings,
  layers: readonly number[],
): Generator<FrameScores> {
  const beginnings = beginningsOf(settings);
  const wanted = new Set(layers);
  const together = Math.max(1, Math.floor(READ_AT_ONCE / beginnings.length));
  const law = beginnings.length === 1 ? settings.law : undefined;
  const last = settings.run.frames.length - 1;
  let waiting: Reading[] = [];
  let layer = 0;
  for (const behind of settings.run.framesBehind(beginnings)) {
    if (wanted.has(layer)) waiting.push(layer === last ? { ...behind, law } : behind);
    layer++;
    if (waiting.length < together) continue;
    yield* frameScores(settings, beginnings, waiting);
    waiting = [];
  }
  yield* frameScores(settings, beginnings, waiting);
}

/** States that are read, or what has been read of them before. */
interface Reading extends StatesBehind {
  readonly law?: Float64Array;
}

/** States that are read in one product: of large vocabularies the weights are read seldom, and what comes out is large. */
const READ_AT_ONCE = 32;

/** The scores at the last frame alone. */
export function finalChainScores(settings: ChainSettings): FrameScores {
  const beginnings = beginningsOf(settings);
  let last: StatesBehind | undefined;
  for (const behind of settings.run.framesBehind(beginnings)) last = behind;
  const [scores] = frameScores(settings, beginnings, [last as StatesBehind]);
  return scores;
}

const keyOf = (tokens: Tokens) => tokens.join(' ');

/** Every beginning that something is read behind, each once, the empty one first and shorter before longer. */
function beginningsOf({ chains, rules }: ChainSettings): Tokens[] {
  const found = new Map<string, Tokens>([['', []]]);
  for (const chain of chains) {
    const read = rules === null ? chain.length - 1 : chain.length;
    for (let length = 1; length <= read; length++) {
      const beginning = chain.slice(0, length);
      found.set(keyOf(beginning), beginning);
    }
  }
  return [...found.values()];
}

function* frameScores(
  settings: ChainSettings,
  beginnings: readonly Tokens[],
  frames: readonly Reading[],
): Generator<FrameScores> {
  const { model, chains } = settings;
  const size = model.tokenizer.size;
  const unread = frames.filter(({ law }) => !law).map(({ states }) => states);
  const p = unread.length > 0 ? model.tokenProbabilities(belowEachOther(unread)) : null;
  const place = new Map(beginnings.map((tokens, b) => [keyOf(tokens), b]));
  let read = 0;
  for (const { time, law } of frames) {
    const from = law ? 0 : read++ * beginnings.length * size;
    const own = (law ?? (p as Float64Array)).subarray(from, from + beginnings.length * size);
    const at = (tokens: Tokens) => {
      const row = place.get(keyOf(tokens)) as number;
      return own.subarray(row * size, (row + 1) * size);
    };
    const logScores = Float64Array.from(chains, (chain) => logChainScore(settings, chain, at));
    yield { time, scores: logScores.map(exp), logScores, first: at([]) };
  }
}

function belowEachOther(states: readonly Float64Array[]): Float64Array {
  if (states.length === 1) return states[0];
  const out = new Float64Array(sumOf(states.map(({ length }) => length)));
  let next = 0;
  for (const some of states) {
    out.set(some, next);
    next += some.length;
  }
  return out;
}

/** Σ_j log p(a_j | a_1 … a_{j−1}) + log p(the answer ends | a_1 … a_J). */
function logChainScore(
  { rules }: ChainSettings,
  chain: Tokens,
  at: (tokens: Tokens) => Float64Array,
): number {
  const steps = chain.map((token, j) => at(chain.slice(0, j))[token]);
  if (rules !== null) steps.push(endProbability(rules, chain, at(chain)));
  return steps.reduce((sum, p) => sum + log(p), 0);
}

function endProbability(rules: AnswerRules, chain: Tokens, p: Float64Array): number {
  // What is no answer by the rules may still be asked for: it ends as a second word does.
  const beginning = rules.begin(chain) ?? { tokens: chain, stage: 'second word' as const };
  return rules.endings(beginning).reduce((sum, token) => sum + p[token], 0);
}
