/**
 * What attention with the heads' own queries and keys would climb, E_h = (1/2β) of the mean of e^{β⟨q_i, k_j⟩} over the
 * pairs that it sees (arXiv 2312.10794 with Q, K of a head): its logarithm, for scores of real models overflow.
 */
import { exp, log } from '../numerics/elementary.ts';
import type { Norm, Tensor } from './arithmetic.ts';
import { type BlockSettings, normedBefore, scoresAt } from './block.ts';
import type { Numbers } from './stored.ts';

/**
 * ln of the mean of e^{β⟨q_i, k_j⟩} of each head at states [n, d] of one text. Where norms come before, that before
 * attention divides as it does at `scaledAs`: the states' own size then counts in units of those.
 */
export function logEnergiesAt(
  states: Tensor,
  scaledAs: Tensor | undefined,
  settings: BlockSettings,
): Float64Array {
  const { architecture, weights, shape, mask, tokens } = settings;
  const { attentionNorm: norm } = weights;
  const read = normedBefore(settings, norm, states);
  if (scaledAs && norm && read !== states) rescale(read, norm, states, scaledAs);
  const { data } = scoresAt(read, settings);
  const size = tokens * tokens;
  return Float64Array.from({ length: architecture.heads }, (_, head) =>
    logMeanExp(data.subarray(head * size, (head + 1) * size), shape.scale, mask?.data ?? null),
  );
}

/** ln of the mean of e^{β s} over scores whose mask is not 0. */
export function logMeanExp(scores: Numbers, beta: number, mask: Numbers | null): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < scores.length; at++)
    if (mask?.[at] !== 0) most = Math.max(most, beta * scores[at]);
  let [sum, count] = [0, 0];
  for (let at = 0; at < scores.length; at++) {
    if (mask?.[at] === 0) continue;
    sum += exp(beta * scores[at] - most);
    count++;
  }
  return most + log(sum / count);
}

/** What a norm has made of states, as if it had divided each row by the scale of another. */
function rescale(read: Tensor, { bias, ...norm }: Norm, states: Tensor, scaledAs: Tensor): void {
  const width = norm.gain.length;
  for (let start = 0; start < read.data.length; start += width) {
    const factor = scaleAt(norm, states.data, start) / scaleAt(norm, scaledAs.data, start);
    for (let c = 0; c < width; c++) {
      const shift = bias ? bias[c] : 0;
      read.data[start + c] = shift + factor * (read.data[start + c] - shift);
    }
  }
}

/** √(variance + ε) of the row that begins there; of `rms` √(mean of squares + ε). */
function scaleAt({ kind, gain, epsilon }: Omit<Norm, 'bias'>, data: Numbers, start: number) {
  const width = gain.length;
  let mean = 0;
  if (kind === 'layer') for (let c = 0; c < width; c++) mean += data[start + c] / width;
  let square = 0;
  for (let c = 0; c < width; c++) square += (data[start + c] - mean) * (data[start + c] - mean);
  return Math.sqrt(square / width + epsilon);
}
