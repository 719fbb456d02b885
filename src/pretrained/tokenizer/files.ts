/**
 * The tokenizer of a folder: which of its files counts, older files brought into the form of a tokenizer.json,
 * and which tokens have a role (mask, beginning, end). It gets the files as text; reading them is the host's.
 */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { quoted } from '../../numerics/printable.ts';
import { checked, damage, refusal } from './component.ts';
import { GPT4_PIECES, type Json, referenceNotes } from './reference.ts';
import { createTokenizerCore, type TokenizerCore } from './tokenizer.ts';

/** The files of a folder that say something of its tokenizer. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
] as const;

export type TokenizerFile = (typeof TOKENIZER_FILES)[number];

/** The text of each file that the folder has. */
export type TokenizerFiles = Readonly<Partial<Record<TokenizerFile, string>>>;

const ROLES = ['mask', 'bos', 'eos', 'cls', 'sep', 'pad', 'unk'] as const;
/** What a token is for: the masked one, beginning and end of a text, BERT's pair of these, padding, the unknown. */
export type TokenRole = (typeof ROLES)[number];

export interface SpecialToken {
  readonly id: number;
  readonly piece: string;
}

export interface PretrainedTokenizer extends TokenizerCore {
  /** The tokens with a role; a model without a mask has no `mask`. */
  readonly special: Readonly<Partial<Record<TokenRole, SpecialToken>>>;
}

const OBJECT = z.record(z.string(), z.unknown());
/** A token by its text, or with its flags. */
const TOKEN = z.union([
  z.string(),
  z.looseObject({
    content: z.string(),
    lstrip: z.boolean().optional(),
    rstrip: z.boolean().optional(),
    single_word: z.boolean().optional(),
    normalized: z.boolean().optional(),
  }),
]);
type Token = z.output<typeof TOKEN>;

/** The masks of files that name none. */
const MASKS = ['[MASK]', '<mask>'];

/**
 * The tokenizer of `files`; `modelType` is config.json's `model_type`. Throws InputError where no file holds a
 * vocabulary or one says what is not read, DamagedFileError for one that is broken.
 */
export function openTokenizer(files: TokenizerFiles, modelType: string): PretrainedTokenizer {
  const config = {
    ...parsed(files, 'special_tokens_map.json'),
    ...parsed(files, 'tokenizer_config.json'),
  };
  const content = parsed(files, 'tokenizer.json') ?? converted(files, config, modelType);
  // read before the tokenizer takes the content over
  const aside =
    files['tokenizer.json'] === undefined ? [] : referenceNotes(content, config, modelType);
  return withRoles(createTokenizerCore(content), config, aside);
}

/** The tokenizer with the roles that `config` gives to its tokens (`mask_token`, `bos_token`, …); `notes` are further ones. */
export function withRoles(
  core: TokenizerCore,
  config: Json,
  further: readonly string[],
): PretrainedTokenizer {
  const notes = [...core.notes, ...further];
  const special: Partial<Record<TokenRole, SpecialToken>> = {};
  for (const role of ROLES) {
    const piece = named(config, role) ?? (role === 'mask' ? usualMask(core) : undefined);
    if (piece === undefined) continue;
    const id = core.idOf(piece);
    if (id === undefined)
      notes.push(`${role}_token ${quoted(piece)} is not in the vocabulary: the model has none`);
    else special[role] = { id, piece };
  }
  return { ...core, special, notes };
}

/**
 * Throws InputError where the tokenizer has an id beyond the `rows` of the embedding: a text with it could not
 * be run. More rows than ids are common, and are no fault.
 */
export function checkVocabulary({ size, token }: TokenizerCore, rows: number): void {
  if (size <= rows) return;
  const { piece } = token(size - 1);
  throw new InputError(
    'model',
    `the tokenizer has ids up to ${size - 1} (${quoted(piece)}) and the embedding ${rows} rows: expected at most ${rows} ids. Take the tokenizer that belongs to these weights`,
  );
}

/**
 * Throws InputError where the template gives a token type that a model with `rows` of them does not have, or to a
 * causal one, whose texts go on, any but 0. A model without types takes no notice of them.
 */
export function checkTokenTypes({ template }: TokenizerCore, rows: number, causal: boolean): void {
  const { before, after, typeId } = template;
  const most = causal ? 0 : rows - 1;
  const other = [...before, { typeId }, ...after].find((token) => token.typeId > most);
  if (rows > 0 && other)
    throw refusal(
      `token type ${other.typeId} in its template`,
      causal ? 'texts that go on are run with type 0' : `the model has the types 0 to ${most}`,
    );
}

function parsed(files: TokenizerFiles, name: TokenizerFile): Record<string, unknown> | undefined {
  const text = files[name];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damage(`is no JSON: ${(error as Error).message}`, name);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damage('is no object', name);
  return value as Record<string, unknown>;
}

const contentOf = (token: Token): string => (typeof token === 'string' ? token : token.content);

function named(config: Json, role: TokenRole): string | undefined {
  const token = TOKEN.safeParse(config[`${role}_token`]);
  return token.success ? contentOf(token.data) : undefined;
}

const usualMask = (core: TokenizerCore): string | undefined =>
  MASKS.find((mask) => {
    const id = core.idOf(mask);
    return id !== undefined && core.token(id).special;
  });

/** A tokenizer.json of the files from before there was one. */
function converted(
  files: TokenizerFiles,
  config: Json,
  modelType: string,
): Record<string, unknown> {
  if (files['vocab.txt'] !== undefined) return ofWordPiece(files, config);
  if (files['vocab.json'] !== undefined && files['merges.txt'] !== undefined)
    return ofByteLevel(files, config, modelType);
  throw new InputError(
    'model',
    'the folder has no tokenizer: expected tokenizer.json, vocab.txt, or vocab.json with merges.txt. Of another file, such as tokenizer.model, transformers makes a tokenizer.json: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)',
  );
}

function ofWordPiece(files: TokenizerFiles, config: Json): Record<string, unknown> {
  const lines = (files['vocab.txt'] as string).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const vocab = vocabulary(lines.map((token, id) => [token, id]));
  const role = (name: TokenRole, usual: string) => named(config, name) ?? usual;
  const [unk, cls, sep] = [role('unk', '[UNK]'), role('cls', '[CLS]'), role('sep', '[SEP]')];
  for (const token of [unk, cls, sep])
    if (vocab[token] === undefined) throw damage(`has no line ${quoted(token)}`, 'vocab.txt');
  return {
    added_tokens: addedTokens(vocab, files, config, {
      pad: '[PAD]',
      unk,
      cls,
      sep,
      mask: role('mask', '[MASK]'),
    }),
    normalizer: bertNormalizer(config),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', cls: [cls, vocab[cls]], sep: [sep, vocab[sep]] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      vocab,
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  };
}

function bertNormalizer(config: Json): Json {
  const flags = checked(
    z.object({
      do_lower_case: z.boolean().default(true),
      strip_accents: z.boolean().nullish(),
      tokenize_chinese_chars: z.boolean().default(true),
    }),
    config,
    'tokenizer_config.json',
  );
  return {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: flags.tokenize_chinese_chars,
    strip_accents: flags.strip_accents ?? null,
    lowercase: flags.do_lower_case,
  };
}

/** What else the kinds of byte-level tokenizers have. */
function ofByteLevel(
  files: TokenizerFiles,
  config: Json,
  modelType: string,
): Record<string, unknown> {
  const vocab = checked(
    z.record(z.string(), z.int().nonnegative()),
    parsed(files, 'vocab.json'),
    'vocab.json',
  );
  const merges = (files['merges.txt'] as string)
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#version'));
  const prefix = config.add_prefix_space === true;
  const bytes = (use_regex: boolean) => ({
    type: 'ByteLevel',
    add_prefix_space: prefix,
    trim_offsets: true,
    use_regex,
  });
  const file = {
    pre_tokenizer: bytes(true),
    decoder: bytes(true),
    model: { type: 'BPE', vocab, merges },
  };
  const role = (name: TokenRole, usual: string) => named(config, name) ?? usual;
  switch (modelType) {
    case 'gpt2':
      return {
        ...file,
        added_tokens: addedTokens(vocab, files, config, { eos: role('eos', '<|endoftext|>') }),
      };
    case 'roberta': {
      const [cls, sep] = [role('cls', '<s>'), role('sep', '</s>')];
      for (const token of [cls, sep])
        if (!Object.hasOwn(vocab, token)) throw damage(`has no ${quoted(token)}`, 'vocab.json');
      return {
        ...file,
        added_tokens: addedTokens(vocab, files, config, {
          cls,
          pad: '<pad>',
          sep,
          unk: '<unk>',
          mask: role('mask', '<mask>'),
        }),
        post_processor: {
          type: 'RobertaProcessing',
          cls: [cls, vocab[cls]],
          sep: [sep, vocab[sep]],
          trim_offsets: true,
          add_prefix_space: prefix,
        },
      };
    }
    case 'qwen2':
    case 'qwen3':
      return {
        ...file,
        normalizer: { type: 'NFC' },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: GPT4_PIECES }, behavior: 'Isolated', invert: false },
            bytes(false),
          ],
        },
        added_tokens: addedTokens(vocab, files, config, { eos: role('eos', '<|endoftext|>') }),
      };
    default:
      throw new InputError(
        'model',
        `a ${modelType} folder with vocab.json and merges.txt, but no tokenizer.json: read are those of gpt2, roberta, qwen2 and qwen3. Write one by transformers: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)`,
      );
  }
}

/** Without a prototype: `constructor` is a token or none. */
const vocabulary = (entries: readonly (readonly [string, number])[]): Record<string, number> =>
  Object.assign(Object.create(null), Object.fromEntries(entries));

/**
 * The special tokens as entries of a tokenizer.json: those with a role, with the flags that the files give them,
 * and those of added_tokens.json and `added_tokens_decoder`.
 */
function addedTokens(
  vocab: Readonly<Record<string, number>>,
  files: TokenizerFiles,
  config: Json,
  roles: Readonly<Partial<Record<TokenRole, string>>>,
): Json[] {
  const tokens = new Map<string, Json>();
  const put = (id: number, content: string, token: Token, special = true) => {
    const flags: Exclude<Token, string> = typeof token === 'string' ? { content } : token;
    tokens.set(content, {
      id,
      content,
      lstrip: flags.lstrip ?? false,
      rstrip: flags.rstrip ?? false,
      single_word: flags.single_word ?? false,
      normalized: flags.normalized ?? !special,
      special,
    });
  };
  const decoder = OBJECT.catch({}).parse(config.added_tokens_decoder);
  const listed = OBJECT.parse(parsed(files, 'added_tokens.json') ?? {});
  for (const [content, id] of Object.entries(listed))
    if (typeof id === 'number') put(id, content, content);
  for (const [id, entry] of Object.entries(decoder)) {
    const token = checked(TOKEN, entry, `tokenizer_config.json.added_tokens_decoder.${id}`);
    put(Number(id), contentOf(token), token, typeof token === 'string' || token.special === true);
  }
  for (const role of ROLES) {
    const token = TOKEN.safeParse(config[`${role}_token`]);
    const content = token.success ? contentOf(token.data) : roles[role];
    if (content === undefined || tokens.has(content)) continue;
    const id = Object.hasOwn(vocab, content) ? vocab[content] : undefined;
    if (id !== undefined) put(id, content, token.success ? token.data : content);
  }
  return [...tokens.values()].sort((a, b) => Number(a.id) - Number(b.id));
}
