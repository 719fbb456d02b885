/** Where training takes its texts from: worlds that draw, files that are gone through, and their mixture. */
import { InputError } from '../../numerics/errors.ts';
import { type Random, random } from '../../numerics/random.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { World } from '../world/grammar.ts';
import { sampleText } from '../world/sample.ts';
import { shuffled } from './shuffle.ts';

export interface SequenceSource {
  /**
   * One text as token ids, a function of its arguments alone.
   * @param place How many texts all workers together have drawn from this source before.
   */
  draw(stream: Random, place: number): Int32Array;
}

/** A source with its share of the texts; the shares of a mixture add up to 1. */
export interface SharedSource {
  readonly source: SequenceSource;
  readonly share: number;
}

/** New texts for ever. */
export function worldSource(world: World, tokenizer: Tokenizer): SequenceSource {
  return {
    draw: (stream) => Int32Array.from(tokenizer.encodeIds(sampleText(world, stream).text)),
  };
}

/** Texts in one flat array: text i is tokens[starts[i]] … tokens[starts[i + 1] − 1]. */
export interface EncodedSequences {
  readonly tokens: Int32Array;
  readonly starts: Int32Array;
}

/** Every text once in each pass, each pass in another order. */
export function fileSource(
  { tokens, starts }: EncodedSequences,
  ...seeds: number[]
): SequenceSource {
  const count = starts.length - 1;
  const orders = new Map<number, Int32Array>();
  const orderOf = (pass: number) => {
    const known = orders.get(pass);
    if (known) return known;
    const order = shuffled(count, random(...seeds, pass));
    for (const old of orders.keys()) if (Math.abs(old - pass) > 1) orders.delete(old);
    orders.set(pass, order);
    return order;
  };
  return {
    draw(_, place) {
      const text = orderOf(Math.floor(place / count))[place % count];
      return tokens.subarray(starts[text], starts[text + 1]);
    },
  };
}

/** How many of `count` texts each source gives: its share, rounded so that they add up. */
export function quotas(shares: readonly number[], count: number): number[] {
  let sum = 0;
  let given = 0;
  return shares.map((share) => {
    sum += share;
    const quota = Math.round(sum * count) - given;
    given += quota;
    return quota;
  });
}

/** Throws InputError for a source that so small a share of `count` texts would leave out. */
export function checkShares(shares: readonly number[], count: number): void {
  const missing = quotas(shares, count).indexOf(0);
  if (missing >= 0)
    throw new InputError(
      'corpus',
      `corpus ${missing + 1} has a share of ${shares[missing].toPrecision(2)}, which is none of ${count} texts drawn at once: give it a larger weight, or raise "texts" in the config`,
    );
}

/** `count` texts for one worker: the `turn`-th such draw of all workers together. */
export function drawSequences(
  sources: readonly SharedSource[],
  count: number,
  turn: number,
  stream: Random,
): Int32Array[] {
  const shares = sources.map(({ share }) => share);
  return quotas(shares, count).flatMap((quota, s) =>
    Array.from({ length: quota }, (_, i) => sources[s].source.draw(stream, turn * quota + i)),
  );
}
