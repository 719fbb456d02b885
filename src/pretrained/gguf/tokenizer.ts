/**
 * The tokenizer in the metadata of a GGUF file, brought into the form of a tokenizer.json: byte-level pairs, cut by
 * the pieces that `tokenizer.ggml.pre` names, and SentencePiece's, whose merges follow from its vocabulary. Which
 * pieces a name means: llama.cpp's llama-vocab.cpp; merges: as transformers (generate_merges) and sentencepiece make them.
 */
import { z } from 'zod';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { quoted } from '../../numerics/printable.ts';
import { type PretrainedTokenizer, withRoles } from '../tokenizer/files.ts';
import { GPT4_PIECES } from '../tokenizer/reference.ts';
import { createTokenizerCore } from '../tokenizer/tokenizer.ts';
import type { Metadata } from './header.ts';

const id = z.int().nonnegative().optional();
const FIELDS = z.object({
  model: z.string(),
  pre: z.string().optional(),
  tokens: z.array(z.string()).min(1),
  scores: z.array(z.number()).optional(),
  token_type: z.array(z.number()).optional(),
  merges: z.array(z.string()).optional(),
  bos_token_id: id,
  eos_token_id: id,
  unknown_token_id: id,
  padding_token_id: id,
  mask_token_id: id,
  add_bos_token: z.boolean().optional(),
  add_eos_token: z.boolean().optional(),
  add_space_prefix: z.boolean().optional(),
});
type Fields = z.output<typeof FIELDS>;

/** Kinds of tokens: ones with a meaning, which no text has unless it is meant, and ones that are found whole. */
const [CONTROL, USER_DEFINED] = [3, 4];

const LLAMA3_PIECES = GPT4_PIECES.replace('|\\p{N}|', '|\\p{N}{1,3}|');
const CASED = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const SMALL = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const words = (ending: string, digits: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${CASED}*${SMALL}+${ending}|[^\\r\\n\\p{L}\\p{N}]?${CASED}+${SMALL}*${ending}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const TEKKEN_PIECES = words('', '\\p{N}');
const GPT4O_PIECES = words("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", '\\p{N}{1,3}');

/** How a text is cut before its pairs are merged. */
interface Pieces {
  /** Absent: GPT-2's. */
  readonly pattern?: string;
  /** Each digit alone, then GPT-2's pieces. */
  readonly digits?: boolean;
  /** A piece that is a token is that token, whatever its merges. */
  readonly wholeFirst?: boolean;
  /** Texts begin with the token for it where the file does not say. */
  readonly begins?: boolean;
}
const LLAMA3: Pieces = { pattern: LLAMA3_PIECES, wholeFirst: true, begins: true };
const QWEN2: Pieces = { pattern: GPT4_PIECES };
const DIGITS: Pieces = { digits: true };
const GPT4O: Pieces = { pattern: GPT4O_PIECES };

const PIECES: Readonly<Record<string, Pieces>> = {
  'gpt-2': {},
  'phi-2': {},
  mpt: {},
  olmo: {},
  jais: {},
  llama3: LLAMA3,
  'llama-v3': LLAMA3,
  'llama-bpe': LLAMA3,
  falcon3: LLAMA3,
  pixtral: LLAMA3,
  'smaug-bpe': { pattern: LLAMA3_PIECES },
  dbrx: { pattern: LLAMA3_PIECES },
  tekken: { pattern: TEKKEN_PIECES, wholeFirst: true, begins: true },
  qwen2: QWEN2,
  'deepseek-r1-qwen': QWEN2,
  megrez: QWEN2,
  stablelm2: QWEN2,
  'gpt-4o': GPT4O,
  llama4: GPT4O,
  smollm: DIGITS,
  starcoder: DIGITS,
  refact: DIGITS,
  'command-r': DIGITS,
  codeshell: DIGITS,
  exaone: DIGITS,
  'minerva-7b': DIGITS,
};

/**
 * The tokenizer of a file. Throws InputError, naming it, for a kind that is not read, DamagedFileError for metadata
 * that is none of a tokenizer.
 */
export function openGgufTokenizer(metadata: Metadata): PretrainedTokenizer {
  const prefix = 'tokenizer.ggml.';
  const given = [...metadata].filter(([key]) => key.startsWith(prefix));
  const parsed = FIELDS.safeParse(
    Object.fromEntries(given.map(([key, value]) => [key.slice(prefix.length), value])),
  );
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new DamagedFileError(
      `the GGUF file’s ${prefix}${path.join('.')}: ${message}: expected the tokenizer that belongs to its weights`,
    );
  }
  const fields = parsed.data;
  for (const name of ['scores', 'token_type'] as const) {
    const list = fields[name];
    if (list && list.length !== fields.tokens.length)
      throw new DamagedFileError(
        `the GGUF file has ${fields.tokens.length} tokens and ${list.length} entries in ${prefix}${name}: expected as many`,
      );
  }
  const notes: string[] = [];
  const content = contentOf(fields, String(metadata.get('general.architecture')), notes);
  const token = (id: number | undefined) => (id === undefined ? undefined : fields.tokens[id]);
  const roles = {
    bos_token: token(fields.bos_token_id),
    eos_token: token(fields.eos_token_id),
    unk_token: token(fields.unknown_token_id),
    pad_token: token(fields.padding_token_id),
    mask_token: token(fields.mask_token_id),
  };
  return withRoles(createTokenizerCore(content), roles, notes);
}

function contentOf(fields: Fields, architecture: string, notes: string[]): object {
  if (fields.model === 'gpt2') return ofBytes(fields, notes);
  if (fields.model === 'llama') return ofSentencePiece(fields, architecture);
  throw new InputError(
    'model',
    `tokenizer.ggml.model is ${quoted(fields.model)}: expected "gpt2" (pairs of bytes) or "llama" (SentencePiece); take the model's folder`,
  );
}

/** Without a prototype: `constructor` is a token or none. */
function vocabularyOf(tokens: readonly string[]): Record<string, number> {
  const ids: Record<string, number> = Object.create(null);
  for (const [id, token] of tokens.entries()) ids[token] = id;
  return ids;
}

/** Those that are found in a text before anything else. */
const addedTokens = ({ tokens, token_type: types = [] }: Fields, spelled = tokens) =>
  spelled.flatMap((content, id) =>
    types[id] === CONTROL || (types[id] === USER_DEFINED && content === tokens[id])
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: types[id] === CONTROL,
          },
        ]
      : [],
  );

/** What stands before and behind every text. */
function template(
  { tokens, bos_token_id: bos, eos_token_id: eos }: Fields,
  begins: boolean,
  ends: boolean,
) {
  const special = [
    ...(begins && bos !== undefined ? [bos] : []),
    ...(ends && eos !== undefined ? [eos] : []),
  ];
  const named = (id: number) => ({ SpecialToken: { id: tokens[id], type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [
      ...(begins && bos !== undefined ? [named(bos)] : []),
      { Sequence: { id: 'A', type_id: 0 } },
      ...(ends && eos !== undefined ? [named(eos)] : []),
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: Object.fromEntries(
      special.map((id) => [tokens[id], { id: tokens[id], ids: [id], tokens: [tokens[id]] }]),
    ),
  };
}

function ofBytes(fields: Fields, notes: string[]): object {
  const { tokens, merges, pre = 'default' } = fields;
  if (!merges)
    throw new DamagedFileError('the GGUF file has no tokenizer.ggml.merges: expected them');
  if (pre === 'default')
    notes.push('tokenizer.ggml.pre does not say how texts are cut: as GPT-2 cuts them');
  const pieces = pre === 'default' ? {} : PIECES[pre];
  if (!pieces)
    throw new InputError(
      'model',
      `tokenizer.ggml.pre is ${quoted(pre)}, a way to cut texts that is not read: expected ${Object.keys(PIECES).join(', ')}; take the model's folder`,
    );
  const bytes = (use_regex: boolean) => ({
    type: 'ByteLevel',
    add_prefix_space: fields.add_space_prefix ?? false,
    trim_offsets: true,
    use_regex,
  });
  const cut = pieces.pattern
    ? [
        { type: 'Split', pattern: { Regex: pieces.pattern }, behavior: 'Isolated', invert: false },
        bytes(false),
      ]
    : [...(pieces.digits ? [{ type: 'Digits', individual_digits: true }] : []), bytes(true)];
  return {
    added_tokens: addedTokens(fields),
    pre_tokenizer: { type: 'Sequence', pretokenizers: cut },
    post_processor: template(
      fields,
      fields.add_bos_token ?? pieces.begins ?? false,
      fields.add_eos_token ?? false,
    ),
    decoder: bytes(true),
    model: {
      type: 'BPE',
      vocab: vocabularyOf(tokens),
      merges,
      ignore_merges: pieces.wholeFirst ?? false,
    },
  };
}

/** What SentencePiece writes for a space. */
const SPACE = '\u2581';

function ofSentencePiece(fields: Fields, architecture: string): object {
  const { tokens, scores, token_type: types = [] } = fields;
  const gemma = architecture.startsWith('gemma');
  // Gemma's runs of spaces are written as spaces, and its scores are not the order of its merges
  const spelled = gemma
    ? tokens.map((token) => (/^ {2,}$/.test(token) ? SPACE.repeat(token.length) : token))
    : tokens;
  if (!scores)
    throw new DamagedFileError('the GGUF file has no tokenizer.ggml.scores: expected them');
  const vocab = vocabularyOf(spelled);
  const unknown = fields.unknown_token_id ?? types.indexOf(2);
  const begins = fields.add_bos_token ?? true;
  const opens = !gemma && (fields.add_space_prefix ?? true);
  const replace = (from: string, content: string) => ({
    type: 'Replace',
    pattern: { String: from },
    content,
  });
  return {
    added_tokens: addedTokens(fields, spelled),
    normalizer: gemma ? replace(' ', SPACE) : null,
    pre_tokenizer: gemma
      ? { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false }
      : {
          type: 'Metaspace',
          replacement: SPACE,
          prepend_scheme: opens ? 'first' : 'never',
          split: false,
        },
    post_processor: template(fields, begins, fields.add_eos_token ?? false),
    decoder: {
      type: 'Sequence',
      decoders: [
        replace(SPACE, ' '),
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(opens ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      vocab,
      merges: fields.merges ?? mergesOf(spelled, gemma ? null : scores),
      unk_token: spelled[unknown] ?? null,
      fuse_unk: true,
      byte_fallback: true,
    },
  };
}

/**
 * The merges of a vocabulary: all pairs of tokens that are one, those of the best token first, by its score or, without
 * scores, its place; of one score the longer left half first, then the longer right one, then the earlier token.
 */
function mergesOf(
  tokens: readonly string[],
  scores: readonly number[] | null,
): (readonly [string, string])[] {
  const known = new Map(tokens.map((token, id) => [token, id]));
  const pairsOf = (token: string): [string, string][] => {
    const pairs: [string, string][] = [];
    for (let at = token.length - 1; at > 0; at--) {
      const left = token.slice(0, at);
      if (!known.has(left)) continue;
      const right = token.slice(at);
      if (known.has(right)) pairs.push([left, right]);
    }
    return pairs;
  };
  const order = [...known.values()];
  if (!scores) return order.flatMap((id) => pairsOf(tokens[id]));
  order.sort((a, b) => scores[b] - scores[a] || a - b);
  const all: [string, string][] = [];
  for (let first = 0, end = 0; first < order.length; first = end) {
    while (end < order.length && scores[order[end]] === scores[order[first]]) end++;
    const pairs = order.slice(first, end).flatMap((id) => pairsOf(tokens[id]));
    // those of one token are in order
    if (end - first > 1) pairs.sort((a, b) => longer(a[0], b[0]) || longer(a[1], b[1]));
    all.push(...pairs);
  }
  return all;
}

const longer = (a: string, b: string) => characterCount(b) - characterCount(a);

/** Characters, not units of UTF-16. */
function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
