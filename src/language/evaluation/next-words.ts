/**
 * KL(exact ‖ model) for the next word where the grammar leaves little choice: that is where the
 * text must be looked back at. A word's probability is that of its tokens times that of a token
 * behind it which begins something new.
 */
import { log } from '../../numerics/elementary.ts';
import { entropy } from '../../numerics/statistics.ts';
import type { Depth } from '../model.ts';
import type { OwnModel } from '../own-model.ts';
import { nextSymbolLaws } from '../world/derive.ts';
import type { World } from '../world/grammar.ts';

/** KL in nats at every place of the text whose exact conditional entropy is below `limit` nats. */
export function nextWordDivergences(
  model: OwnModel,
  world: World,
  text: string,
  depth: Depth,
  limit = 1,
): number[] {
  const laws = nextSymbolLaws(world, text).filter(({ law }) => entropy([...law.values()]) < limit);
  return laws.map(({ before, law }) =>
    [...law].reduce((sum, [word, p]) => {
      const q = wordLogProbability(model, before, word, depth);
      return sum + p * (log(p) - q);
    }, 0),
  );
}

/** log p(word | before): '' asks for the end of the text. */
export function wordLogProbability(
  model: OwnModel,
  before: string,
  word: string,
  depth: Depth,
): number {
  const { tokenizer } = model;
  const { special, size, beginsWord } = tokenizer;
  const given = tokenizer.encodeIds(before);
  const isWord = /^[\p{L}\p{N}]/u.test(word);
  const spaced = isWord && before !== '' ? ` ${word}` : word;
  const tokens = word === '' ? [special.end] : tokenizer.encodeIds(spaced);
  const ids = [special.start, ...given, ...(isWord ? tokens : tokens.slice(0, -1))];
  const { last } = model.causalEnds(ids, { depth });
  const p = model.tokenProbabilities(last.data.subarray(given.length * model.sizes.dimension));
  const known = tokens.reduce((sum, id, j) => sum + log(p[j * size + id]), 0);
  if (!isWord) return known;
  let boundary = 0;
  for (let id = 0; id < size; id++) if (beginsWord[id]) boundary += p[tokens.length * size + id];
  return known + log(boundary);
}
