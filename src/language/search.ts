/**
 * Best-first search over the tree of answers: beginnings are looked behind in the order of their
 * probability, so that what has not been found is always less likely than a known bound.
 * It knows probabilities of tokens, not where they come from.
 */
import { createHeap, type Heap } from '../numerics/heap.ts';
import type { AnswerRules, Beginning } from './answers.ts';

/** A beginning of an answer that may be looked behind, with its probability. */
interface Node {
  readonly beginning: Beginning;
  readonly parent: Node | null;
  readonly mass: number;
}

/** p(next token | beginning) of each of the beginnings, one row of `size` each. The root has no tokens. */
export type Expand = (beginnings: readonly (readonly number[])[]) => Float64Array;

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
  /** p of each token behind those before it; with the probability that the answer ends there they make the score. */
  readonly steps: readonly number[];
  readonly score: number;
}

export interface SearchResult {
  /** All answers found, the most likely first. */
  readonly answers: readonly FoundAnswer[];
  /** No answer that was not found is more likely than this. */
  readonly bound: number;
  /** Probability of everything that was not found or is no answer. */
  readonly unexplored: number;
  /** The part of it that may belong to answers: what was not looked behind. */
  readonly open: number;
  readonly expansions: number;
  /** p of every token behind the text itself, where a search reads nothing else. */
  readonly law?: Float64Array;
}

/** Beginnings less likely than this are not kept; their probability stays unexplored. */
const SMALLEST = 1e-7;

interface State {
  readonly rules: AnswerRules;
  readonly size: number;
  readonly open: Heap<Node>;
  readonly answers: FoundAnswer[];
  /** The `top` best scores, the best first; fewer while fewer are found. */
  readonly best: number[];
  /** Probability of the open nodes; of the answers. */
  openMass: number;
  foundMass: number;
  /** No beginning that was let go was likelier than this; probability of all of them. */
  dropped: number;
  droppedMass: number;
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
    rules,
    size,
    open: createHeap<Node>(),
    answers: [],
    best: [],
    openMass: 1,
    foundMass: 0,
    dropped: 0,
    droppedMass: 0,
    expansions: 0,
  };
  state.open.push(root);
  for (;;) {
    const nodes = nextNodes(state, settings);
    if (nodes.length === 0) break;
    const probabilities = expand(nodes.map(({ beginning }) => beginning.tokens));
    nodes.forEach((node, b) => {
      lookBehind(state, node, probabilities.subarray(b * size, (b + 1) * size), settings.top);
    });
    state.expansions += nodes.length;
  }
  state.answers.sort((a, b) => b.score - a.score);
  return {
    answers: state.answers,
    bound: Math.max(state.open.peek()?.mass ?? 0, state.dropped),
    unexplored: Math.max(0, 1 - state.foundMass),
    open: Math.max(0, state.openMass) + state.droppedMass,
    expansions: state.expansions,
  };
}

/** The most likely open nodes, no more than are needed; none when the search is done. */
function nextNodes(state: State, settings: SearchSettings): Node[] {
  const room = Math.min(settings.batch, settings.maximumExpansions - state.expansions);
  const certain = state.best[settings.top - 1] ?? 0;
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

/** Shares the node's probability out among the answer that ends here and the longer beginnings. */
function lookBehind(state: State, node: Node, probabilities: Float64Array, top: number): void {
  const { rules, open } = state;
  const smallest = SMALLEST / node.mass;
  let dropped = 0;
  let droppedSum = 0;
  for (let token = 0; token < probabilities.length; token++) {
    const p = probabilities[token];
    if (p < smallest) {
      if (p > dropped) dropped = p;
      droppedSum += p;
      continue;
    }
    const beginning = rules.extend(node.beginning, token);
    if (!beginning) continue;
    open.push({ beginning, parent: node, mass: node.mass * p });
    state.openMass += node.mass * p;
  }
  state.dropped = Math.max(state.dropped, node.mass * dropped);
  state.droppedMass += node.mass * droppedSum;
  const endings = rules.endings(node.beginning);
  const ended = endings.reduce((sum, token) => sum + probabilities[token], 0);
  keepAnswer(state, node, node.mass * ended, top);
}

function keepAnswer(state: State, node: Node, score: number, top: number): void {
  const { beginning } = node;
  const text = score > 0 ? state.rules.text(beginning.tokens) : undefined;
  if (text === undefined) return;
  state.answers.push({ text, tokens: beginning.tokens, steps: stepsTo(node), score });
  state.foundMass += score;
  insertDescending(state.best, score);
  if (state.best.length > top) state.best.pop();
}

function stepsTo({ parent, mass }: Node): number[] {
  return parent === null ? [] : [...stepsTo(parent), mass / parent.mass];
}

function insertDescending(list: number[], value: number): void {
  let place = list.length;
  while (place > 0 && list[place - 1] < value) place--;
  list.splice(place, 0, value);
}
