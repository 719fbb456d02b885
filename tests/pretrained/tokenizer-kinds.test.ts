/** Tokenizers of each kind, against what the Rust library reads: 2,000 strings each. */
import { describe, expect, it } from 'vitest';
import { createTokenizerCore } from '../../src/pretrained/tokenizer/tokenizer.ts';
import { differences, fixture, type Reading, seededStrings } from './tokenizer-strings.ts';

const KINDS = [
  'albert',
  'bert-cased',
  'bert-german',
  'bert-uncased',
  'camembert',
  'gemma',
  'gpt-neox',
  'gpt2',
  'llama2',
  'llama3',
  'mistral',
  'modernbert',
  'qwen2',
  'roberta',
  'smollm',
  'xlm-roberta',
];

const STRINGS = seededStrings();

describe('the tokenizer of each kind', () => {
  it.each(KINDS)('reads all strings of %s as the Rust library does', (kind) => {
    const { tokenizer, reading } = fixture<{ tokenizer: unknown; reading: Reading }>(kind);
    const found = differences(createTokenizerCore(tokenizer), STRINGS, reading);
    expect(found).toEqual({ ids: 0, offsets: 0, decoded: 0 });
  });
});
