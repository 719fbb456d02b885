/** The whole o200k table (1 MB compressed): loaded by training to choose a vocabulary, never to answer. */
import { BytePairEncodingCore } from 'gpt-tokenizer/BytePairEncodingCore';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import type { Vocabulary } from '../vocabulary.ts';

export interface FullVocabulary {
  readonly ranks: Vocabulary;
  /** Text → ranks, special tokens read as plain text. */
  encode(text: string): number[];
}

/** Loads o200k. Takes a fraction of a second and some 100 MB. */
export async function loadFullVocabulary(): Promise<FullVocabulary> {
  const ranks = (await import('gpt-tokenizer/bpeRanks/o200k_base')).default;
  const core = new BytePairEncodingCore({
    bytePairRankDecoder: ranks,
    tokenSplitRegex: O200K_TOKEN_SPLIT_REGEX,
  });
  return { ranks, encode: (text) => core.encodeNative(text) };
}
