/**
 * Sinks: tokens whose states dwarf those of all others, or to which the later tokens attend whatever they mean. They
 * dominate every mean over pairs, so a survey tells each number with them and without. Source: Xiao et al., Efficient
 * streaming language models with attention sinks (arXiv 2309.17453); Sun et al., Massive activations (arXiv 2402.17762).
 */

import type { Matrix } from '../../numerics/matrix.ts';
import { median } from '../../numerics/statistics.ts';

export interface SinkSettings {
  /** A sink's norm is over so many times the median of the frame. */
  readonly sinkNorm: number;
  /** Or the attention that it receives from all later rows is over so many times 1/n, in the mean. */
  readonly sinkAttention: number;
}

export interface Sink {
  readonly token: number;
  /** Its norm in units of the frame's median. */
  readonly norm: number;
  /** Mean attention from later rows and all heads, in units of 1/n; null without attention, and of the last token. */
  readonly attention: number | null;
  /** Which of the two rules it meets. */
  readonly rules: readonly ('norm' | 'attention')[];
}

/** The sinks of a frame: `norms` [n] of its states, `heads` the attentions [n, n] of the layer that led to it, if any. */
export function sinksOf(
  norms: ArrayLike<number>,
  heads: readonly Matrix[] | null,
  { sinkNorm, sinkAttention }: SinkSettings,
): Sink[] {
  const middle = median(norms);
  const received = heads && heads.length > 0 ? receivedAttention(heads) : null;
  return Array.from(norms).flatMap((own, token): Sink[] => {
    const norm = middle > 0 ? own / middle : 1;
    const attention = received && token < norms.length - 1 ? received[token] : null;
    const rules = [
      ...(norm > sinkNorm ? (['norm'] as const) : []),
      ...(attention !== null && attention > sinkAttention ? (['attention'] as const) : []),
    ];
    return rules.length > 0 ? [{ token, norm, attention, rules }] : [];
  });
}

/** Of each token the mean of A_ij over all heads and rows i > j, in units of 1/n. */
export function receivedAttention(heads: readonly Matrix[]): Float64Array {
  const n = heads[0].columns;
  const sums = new Float64Array(n);
  for (const { data } of heads)
    for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) sums[j] += data[i * n + j];
  return sums.map((sum, j) => (j < n - 1 ? (n * sum) / (heads.length * (n - 1 - j)) : 0));
}
