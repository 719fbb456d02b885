/**
 * The sampled output layer: which tokens a softmax runs over while it is not over the vocabulary.
 * Only the draw is here; the loss over it is crossEntropy of the training algebra.
 */
import type { Candidates } from '../../engines/training-engine.ts';
import { log } from '../../numerics/elementary.ts';
import type { Random } from '../../numerics/random.ts';

export interface DrawnCandidates extends Candidates {
  /** The targets as places in `ids`. */
  readonly targets: Int32Array;
}

/**
 * The distinct targets T, ascending, then m = `negatives` other tokens of the V − |T|, uniformly
 * and without replacement; with fewer left, all of them, which makes it the full softmax.
 *
 * The offset of a target is 0, that of a negative log((V − |T|) / m): by importance sampling,
 * Σ_T e^z + (V − |T|)/m Σ_negatives e^z has, given the targets, the full partition function as its
 * mean (Bengio & Senécal 2008, DOI 10.1109/TNN.2007.912312; Jean et al. 2015, arXiv 1412.2007). Its
 * logarithm, and so the loss, is low by a term of order 1/m.
 */
export function drawCandidates(
  targets: Int32Array,
  vocabularySize: number,
  negatives: number,
  random: Random,
): DrawnCandidates {
  const present = Int32Array.from(new Set(targets)).sort();
  const others = everyOther(present, vocabularySize);
  const drawn = pick(others, Math.min(negatives, others.length), random);
  const offsets = new Float32Array(present.length + drawn.length);
  offsets.fill(log(others.length / drawn.length), present.length);
  const ids = new Int32Array(offsets.length);
  ids.set(present);
  ids.set(drawn, present.length);
  return { ids, offsets, targets: placesIn(present, targets, vocabularySize) };
}

/** The tokens that are not in `present`, ascending. */
function everyOther(present: Int32Array, vocabularySize: number): Int32Array {
  const taken = new Uint8Array(vocabularySize);
  for (const id of present) taken[id] = 1;
  return Int32Array.from({ length: vocabularySize }, (_, id) => id).filter((id) => !taken[id]);
}

/** `count` of `items`, by the first steps of a shuffle (Fisher–Yates), which reorders `items`. */
function pick(items: Int32Array, count: number, random: Random): Int32Array {
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(items.length - i);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items.subarray(0, count);
}

function placesIn(present: Int32Array, targets: Int32Array, vocabularySize: number): Int32Array {
  const places = new Int32Array(vocabularySize);
  present.forEach((id, place) => {
    places[id] = place;
  });
  return targets.map((id) => places[id]);
}
