/**
 * Best-first search over the tree of answers: beginnings are looked behind in the order of their
 * probability, so that what has not been found is always less likely than a known bound.
 * It knows probabilities of tokens, not where they come from.
 */
import type { AnswerRules, Beginning } from './answers.ts';
import { createHeap, type Heap } from './heap.ts';

/** A beginning of an answer that may be looked behind, with its probability. */
export interface Node {
  readonly beginning: Beginning;
  readonly parent: Node | null;
  readonly mass: number;
}

/** p(next token | beginning) of each of the nodes, one row of `size` each. The root has no tokens. */
export type Expand = (nodes: readonly Node[]) => Float64Array;

export interface SearchSettings {
  readonly top: number;
  readonly maximumUnexplored: number;
  readonly maximumExpansions: number;
  /** Nodes looked behind together. */
  readonly batch: number;
}

export interface FoundAnswer {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly score: number;
}

export interface SearchResult {
  /** All answers found, the most likely first. */
  readonly answers: readonly FoundAnswer[];
  /** No answer that was not found is more likely than this. */
  readonly bound: number;
  /** Probability of everything that was not found or is no answer. */
  readonly unexplored: number;
  readonly expansions: number;
}

/** Beginnings less likely than this are not kept; their probability stays unexplored. */
const SMALLEST = 1e-7;

interface State {
  readonly rules: AnswerRules;
  readonly size: number;
  readonly open: Heap<Node>;
  readonly answers: FoundAnswer[];
  /** Probability of the open nodes; of the answers. */
  openMass: number;
  foundMass: number;
  /** The largest beginning that was let go. */
  dropped: number;
  expansions: number;
}

/**
 * Searches until the best `top` answers are certain and at most `maximumUnexplored` is unexplored,
 * or the limit is reached. Where that little cannot be reached, because too much probability lies
 * on what is no answer, until a fifth of it is open.
 */
export function searchAnswers(
  rules: AnswerRules,
  size: number,
  expand: Expand,
  settings: SearchSettings,
): SearchResult {
  const root: Node = { beginning: { tokens: [], stage: 'nothing' }, parent: null, mass: 1 };
  const state: State = {
    ...{ rules, size, open: createHeap<Node>(), answers: [] },
    ...{ openMass: 1, foundMass: 0, dropped: 0, expansions: 0 },
  };
  state.open.push(root);
  for (;;) {
    const nodes = nextNodes(state, settings);
    if (nodes.length === 0) break;
    const probabilities = expand(nodes);
    nodes.forEach((node, b) => {
      lookBehind(state, node, probabilities.subarray(b * size, (b + 1) * size));
    });
    state.expansions += nodes.length;
  }
  state.answers.sort((a, b) => b.score - a.score);
  return {
    answers: state.answers,
    bound: Math.max(state.open.peek()?.mass ?? 0, state.dropped),
    unexplored: Math.max(0, 1 - state.foundMass),
    expansions: state.expansions,
  };
}

/** The most likely open nodes, no more than are needed; none when the search is done. */
function nextNodes(state: State, settings: SearchSettings): Node[] {
  const room = Math.min(settings.batch, settings.maximumExpansions - state.expansions);
  const certain = scoreOfRank(state.answers, settings.top);
  const nodes: Node[] = [];
  while (nodes.length < room) {
    const best = state.open.peek();
    if (!best || (best.mass <= certain && isExplored(state, settings.maximumUnexplored))) break;
    nodes.push(best);
    state.open.pop();
    state.openMass -= best.mass;
  }
  return nodes;
}

function isExplored({ openMass, foundMass }: State, maximumUnexplored: number): boolean {
  const lost = 1 - foundMass - openMass;
  return openMass <= Math.max(maximumUnexplored - lost, maximumUnexplored / 5);
}

/** The score of the answer of this rank, 0 when fewer are found. */
function scoreOfRank(answers: readonly FoundAnswer[], rank: number): number {
  if (answers.length < rank) return 0;
  return Float64Array.from(answers, (answer) => answer.score).sort()[answers.length - rank];
}

/** Shares the node's probability out among the answer that ends here and the longer beginnings. */
function lookBehind(state: State, node: Node, probabilities: Float64Array): void {
  const { rules, open } = state;
  let ended = 0;
  for (let token = 0; token < probabilities.length; token++) {
    if (rules.ends(node.beginning, token)) {
      ended += probabilities[token];
      continue;
    }
    const mass = node.mass * probabilities[token];
    if (mass < SMALLEST) {
      if (mass > state.dropped) state.dropped = mass;
      continue;
    }
    const beginning = rules.extend(node.beginning, token);
    if (!beginning) continue;
    open.push({ beginning, parent: node, mass });
    state.openMass += mass;
  }
  keepAnswer(state, node, node.mass * ended);
}

function keepAnswer(state: State, { beginning }: Node, score: number): void {
  const text = score > 0 ? state.rules.text(beginning.tokens) : undefined;
  if (text === undefined) return;
  state.answers.push({ text, tokens: beginning.tokens, score });
  state.foundMass += score;
}
