/** The tokenizer of a folder: older files, tokens with a role, what AutoTokenizer does otherwise, refusals. */
import { describe, expect, it } from 'vitest';
import {
  checkVocabulary,
  openTokenizer,
  type TokenizerFiles,
} from '../../src/pretrained/tokenizer/files.ts';
import { createTokenizerCore } from '../../src/pretrained/tokenizer/tokenizer.ts';
import { differences, fixture, type Reading, seededStrings } from './tokenizer-strings.ts';

interface Kind {
  readonly tokenizer: Record<string, unknown> & {
    readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
    readonly model: {
      readonly vocab: Readonly<Record<string, number>>;
      readonly merges: readonly string[][];
    };
  };
  readonly reading: Reading;
}

const STRINGS = seededStrings();
const NONE = { ids: 0, offsets: 0, decoded: 0 };

const vocabText = ({ tokenizer }: Kind): string =>
  Object.entries(tokenizer.model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => `${token}\n`)
    .join('');

const bytePairs = ({ tokenizer }: Kind): TokenizerFiles => ({
  'vocab.json': JSON.stringify(tokenizer.model.vocab),
  'merges.txt': `#version: 0.2\n${tokenizer.model.merges.map((pair) => `${pair.join(' ')}\n`).join('')}`,
});

const whole = (kind: string, config: object = {}): TokenizerFiles => ({
  'tokenizer.json': JSON.stringify(fixture<Kind>(kind).tokenizer),
  'tokenizer_config.json': JSON.stringify(config),
});

describe('files from before there was a tokenizer.json', () => {
  it('vocab.txt is read as the Rust library reads its tokenizer.json', () => {
    const uncased = fixture<Kind>('bert-uncased');
    const plain = openTokenizer({ 'vocab.txt': vocabText(uncased) }, 'bert');
    expect(differences(plain, STRINGS, uncased.reading)).toEqual(NONE);
    expect(plain.special).toMatchObject({ mask: { id: 4 } });
    const german = fixture<Kind>('bert-german');
    const cased = openTokenizer(
      {
        'vocab.txt': vocabText(german).replaceAll('\n', '\r\n'),
        'tokenizer_config.json': '{"do_lower_case": false, "strip_accents": false}',
      },
      'distilbert',
    );
    expect(differences(cased, STRINGS, german.reading)).toEqual(NONE);
  });

  it('so are vocab.json and merges.txt of GPT-2, RoBERTa and Qwen', () => {
    const gpt2 = fixture<Kind>('gpt2');
    const ids = (tokenizer: ReturnType<typeof openTokenizer>, { reading }: Kind) =>
      differences(tokenizer, STRINGS, { ...reading, offsets: undefined });
    expect(ids(openTokenizer(bytePairs(gpt2), 'gpt2'), gpt2)).toEqual(NONE);
    const roberta = fixture<Kind>('roberta');
    const files = {
      ...bytePairs(roberta),
      'special_tokens_map.json': '{"mask_token": {"content": "<mask>", "lstrip": true}}',
    };
    const read = openTokenizer(files, 'roberta');
    expect(differences(read, STRINGS, roberta.reading)).toEqual(NONE);
    expect(read.special.mask).toEqual({ id: 4, piece: '<mask>' });
    const qwen = fixture<Kind>('qwen2');
    const added = Object.fromEntries(
      qwen.tokenizer.added_tokens.map(({ id, content }) => [content, id]),
    );
    const qwenFiles = { ...bytePairs(qwen), 'added_tokens.json': JSON.stringify(added) };
    expect(ids(openTokenizer(qwenFiles, 'qwen2'), qwen)).toEqual(NONE);
  });
});

describe('a model without a type, as older files have it', () => {
  it.each(['bert-cased', 'gpt2', 'xlm-roberta'])('is known by its fields: %s', (kind) => {
    const { tokenizer, reading } = fixture<Kind>(kind);
    const model = Object.fromEntries(
      Object.entries(tokenizer.model).filter(([name]) => name !== 'type'),
    );
    const read = createTokenizerCore({ ...tokenizer, model });
    expect(differences(read, STRINGS.slice(0, 200), reading)).toEqual(NONE);
  });
});

describe('tokens with a role', () => {
  it('are those that the files name; a mask is found by its usual names', () => {
    const { special, template } = openTokenizer(
      whole('llama3', { bos_token: '<|begin_of_text|>', pad_token: { content: '<pad>' } }),
      'llama',
    );
    expect(special).toEqual({ bos: { id: 700, piece: '<|begin_of_text|>' } });
    expect(template.before).toEqual([{ id: 700, piece: '<|begin_of_text|>', typeId: 0 }]);
    expect(openTokenizer(whole('modernbert'), 'modernbert').special.mask?.piece).toBe('[MASK]');
  });

  it('one that the vocabulary lacks is said', () => {
    const { notes } = openTokenizer(whole('gpt2', { mask_token: '<mask>' }), 'gpt2');
    expect(notes).toEqual(['mask_token "<mask>" is not in the vocabulary: the model has none']);
  });

  it('stand around a text as the file says, and have no place in it', () => {
    const bert = openTokenizer(whole('bert-cased'), 'bert');
    const { ids, offsets, typeIds } = bert.encode('Mein [MASK]');
    expect([ids[0], ids.at(-2), ids.at(-1)]).toEqual([2, 4, 3]);
    expect([offsets[0], offsets.at(-2), offsets.at(-1)]).toEqual([null, [5, 11], null]);
    expect(new Set(typeIds)).toEqual(new Set([0]));
    expect(bert.encode('Mein [MASK]', { special: false }).ids).toEqual(ids.slice(1, -1));
    expect(bert.decode(ids)).toBe('Mein');
    expect(bert.decode(ids, { special: true })).toBe('[CLS] Mein [MASK] [SEP]');
  });
});

describe('a token', () => {
  it('is shown as its piece and as what it adds to a text', () => {
    const bert = openTokenizer(whole('bert-cased'), 'bert');
    expect(bert.token(bert.idOf('##e') as number)).toEqual({
      piece: '##e',
      text: 'e',
      special: false,
    });
    const gpt2 = openTokenizer(whole('gpt2'), 'gpt2');
    expect(gpt2.token(gpt2.idOf('Ġ') as number)).toMatchObject({ piece: 'Ġ', text: ' ' });
    expect(gpt2.token(0)).toMatchObject({ piece: '<|endoftext|>', special: true });
    expect(() => gpt2.token(7000)).toThrow('id 7000 has no token: the tokenizer has 700 ids');
  });

  it('has a whole character where it is a part of one, and half a pair is U+FFFD', () => {
    const gpt2 = openTokenizer(whole('gpt2'), 'gpt2');
    const { ids, offsets } = gpt2.encode('a🦋b');
    expect(new Set(offsets.slice(1, -1).map(String))).toEqual(new Set(['1,3']));
    expect(gpt2.decode(ids)).toBe('a🦋b');
    expect(gpt2.decode(gpt2.encode('a\ud83eb').ids)).toBe('a\ufffdb');
  });
});

describe('what AutoTokenizer makes otherwise', () => {
  it('is said for each part', () => {
    const { notes } = openTokenizer(whole('bert-cased'), 'bert');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/normalizer BertNormalizer \(.*lowercase false\), which counts/);
    expect(notes[0]).toMatch(/AutoTokenizer .* makes BertNormalizer \(.*lowercase true\)/);
    expect(openTokenizer(whole('xlm-roberta'), 'xlm-roberta').notes).toHaveLength(2);
    const llama = whole('llama2', { tokenizer_class: 'LlamaTokenizer' });
    expect(openTokenizer(llama, 'llama').notes).toHaveLength(2);
  });

  it('is nothing where both agree, or where it follows the file', () => {
    const notes = (kind: string, type: string, config = {}) =>
      openTokenizer(whole(kind, config), type).notes;
    expect(notes('bert-cased', 'bert', { do_lower_case: false })).toEqual([]);
    expect(notes('gpt2', 'gpt2')).toEqual([]);
    expect(notes('gpt-neox', 'gpt_neox')).toEqual([]);
    expect(notes('qwen2', 'qwen2')).toEqual([]);
    expect(notes('llama3', 'llama', { tokenizer_class: 'PreTrainedTokenizerFast' })).toEqual([]);
    expect(notes('llama2', 'llama', { tokenizer_class: 'PreTrainedTokenizerFast' })).toEqual([]);
    expect(notes('mistral', 'mistral', { tokenizer_class: 'LlamaTokenizer' })).toEqual([]);
  });
});

describe('refusals', () => {
  const changed =
    (part: string, entry: unknown, kind = 'gpt2') =>
    () =>
      createTokenizerCore({ ...fixture<Kind>(kind).tokenizer, [part]: entry });
  const model = (fields: object) => () =>
    createTokenizerCore({ model: { ...fixture<Kind>('gpt2').tokenizer.model, ...fields } });

  it('of missing and broken files', () => {
    expect(() => openTokenizer({}, 'llama')).toThrow(
      /no tokenizer: expected tokenizer.json, vocab.txt, or vocab.json with merges.txt/,
    );
    expect(() => openTokenizer({ 'tokenizer.json': '{"model": ' }, 'llama')).toThrow(
      /^tokenizer.json: is no JSON: .* Fetch the file again$/,
    );
    expect(() => openTokenizer({ 'tokenizer.json': '[]' }, 'llama')).toThrow('is no object');
    expect(() => openTokenizer({ 'vocab.txt': 'a\nb\n' }, 'bert')).toThrow(
      'vocab.txt: has no line "[UNK]"',
    );
    expect(() => openTokenizer(bytePairs(fixture<Kind>('gpt2')), 'opt')).toThrow(
      /a opt folder with vocab.json and merges.txt.*gpt2, roberta, qwen2/,
    );
  });

  it.each([
    ['normalizer', { type: 'Nmt2' }, /normalizer "Nmt2": read are BertNormalizer, Lowercase/],
    ['pre_tokenizer', { type: 'UnicodeScripts' }, /pre_tokenizer "UnicodeScripts": read are/],
    ['decoder', { type: 'CTC' }, /decoder "CTC": read are BPEDecoder/],
    ['model', { type: 'Morphemes' }, /model "Morphemes": read are BPE, WordPiece/],
    ['version', '2.0', /version 2.0: read is 1.0/],
    ['normalizer', { type: 'Strip' }, /normalizer Strip.strip_left is missing, expected boolean/],
    [
      'normalizer',
      { type: 'Replace', pattern: { Regex: 'a*' }, content: '' },
      /normalizer Replace: its pattern matches where there is nothing/,
    ],
    [
      'normalizer',
      { type: 'Precompiled', precompiled_charsmap: 'AAAA' },
      /precompiled_charsmap has 3 bytes/,
    ],
    [
      'pre_tokenizer',
      { type: 'Metaspace', replacement: '▁', add_prefix_space: false, prepend_scheme: 'first' },
      /add_prefix_space is false and prepend_scheme first/,
    ],
    [
      'post_processor',
      { type: 'TemplateProcessing', single: [], special_tokens: {} },
      /single template does not hold the text once/,
    ],
    [
      'added_tokens',
      [
        {
          id: 705,
          content: '<new>',
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
      /added token "<new>" with id 705: the reference library gives it id 700/,
    ],
  ])('of %s %j', (part, entry, message) => {
    expect(changed(part, entry)).toThrow(message);
  });

  it.each([
    ['(a)\\1', '\\1'],
    ['(?<name>a)', '(?<n'],
    ['(?i)a', '(?i)'],
    ['(?i:[a-z])', '[a-z]'],
    ['(?i:straße)', 'st'],
    ['(?i:ä)', 'ä'],
    ['a**', '**'],
    ['a{2}?', '}?'],
    ['\\p{Alnum}', '\\p{Alnum}'],
    ['[[:punct:]]', '[:punct:]'],
    ['\\G', '\\G'],
    ['a)', ')'],
    ['(a', '('],
    ['[a', '[a'],
  ])('of the pattern %s', (Regex, part) => {
    const split = { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
    expect(changed('pre_tokenizer', split)).toThrow(`"${part}" in it is not translated`);
  });

  it('of models that cut by chance, or whose parts do not fit', () => {
    expect(model({ dropout: 0.1 })).toThrow(/model BPE with dropout 0.1: it cuts a text by chance/);
    expect(model({ merges: [['a']] })).toThrow(/model BPE.merges.0 is .*: expected two tokens/);
    const lacking = model({ merges: [['a', 'b']], vocab: { a: 0, b: 1 }, type: 'BPE' });
    expect(() => lacking().encode('ab')).toThrow(/merges.0 needs "ab", which the vocabulary lacks/);
    const words = model({ type: 'WordLevel', vocab: { a: 0 }, unk_token: '?' });
    expect(() => words().encode('xy')).toThrow(/"xy" is not in the model's vocabulary/);
    const wrong = model({ vocab: { a: 'x' }, merges: [] });
    expect(() => wrong().size).toThrow(/model.vocab has "a" with the id "x"/);
  });

  it('of more ids than the embedding has rows', () => {
    const tokenizer = openTokenizer(whole('gpt2'), 'gpt2');
    expect(() => checkVocabulary(tokenizer, 700)).not.toThrow();
    expect(() => checkVocabulary(tokenizer, 699)).toThrow(
      /ids up to 699 \(".*"\) and the embedding 699 rows: expected at most 699 ids/,
    );
  });

  it('of nothing that is a name in JavaScript', () => {
    const vocab = { '?': 0, constructor: 1 };
    const tokenizer = createTokenizerCore({ model: { type: 'WordLevel', vocab, unk_token: '?' } });
    expect(tokenizer.idOf('toString')).toBeUndefined();
    expect(tokenizer.idOf('constructor')).toBe(1);
  });
});
